"""SIP messages as values: read, written, answered (RFC 3261), and a digest of a password (RFC 2617)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

Header = tuple[str, str]

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    302: "Moved Temporarily",
    404: "Not Found",
    481: "Call Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    501: "Not Implemented",
    603: "Decline",
}
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')
_URI = re.compile(r"sips?:[^>;\s]*")


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer; headers in their order, with the names as written."""

    start: str
    headers: tuple[Header, ...]
    body: str = ""

    def get(self, name: str, otherwise: str = "") -> str:
        """The first header of this name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), otherwise)

    def all(self, name: str) -> tuple[Header, ...]:
        """Every header of this name."""
        return tuple(header for header in self.headers if header[0].lower() == name.lower())

    @property
    def code(self) -> int:
        """The status code of a response, 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of the request, or of the request that a response answers."""
        return self.get("CSeq").split()[1]

    @property
    def cseq(self) -> int:
        """The number in CSeq."""
        return int(self.get("CSeq").split()[0])

    @property
    def call_id(self) -> str:
        """Call-ID."""
        return self.get("Call-ID")

    @property
    def branch(self) -> str:
        """The branch of the topmost Via, which identifies the transaction."""
        return parameter(self.get("Via"), "branch")

    @property
    def uri(self) -> str:
        """Request-URI."""
        return self.start.split()[1]

    @property
    def user(self) -> str:
        """User part of the Request-URI."""
        return self.uri.partition(":")[2].partition("@")[0]

    @property
    def contact(self) -> str:
        """The URI of Contact, "" where there is none."""
        return uri_in(self.get("Contact"))

    def wire(self) -> bytes:
        """Its bytes."""
        body = self.body.encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), f"Content-Length: {len(body)}"]
        return "\r\n".join((*lines, "", "")).encode() + body


def read(packet: bytes) -> Message:
    """Parse a message from a datagram.

    Raises:
        ValueError, IndexError: it is no SIP message.
    """
    head, _, body = packet.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return Message(start, tuple(h for h in headers if h[0].lower() != "content-length"), body)


def parameter(header: str, name: str) -> str:
    """`;name=value` of a header, "" if it has none."""
    found = re.search(rf";\s*{name}=([^;>\s]+)", header, re.IGNORECASE)
    return found[1] if found else ""


def uri_in(header: str) -> str:
    """The SIP URI of a name-addr, its parameters left out."""
    found = _URI.search(header)
    return found[0] if found else ""


def answer_to(request: Message, code: int, tag: str, more: Sequence[Header] = (), body: str = "") -> Message:
    """A response; `tag` is used if the request's To has none yet."""
    to = request.get("To")
    if "tag=" not in to and code > 100:
        to += f";tag={tag}"
    headers = (
        *request.all("Via"),
        ("From", request.get("From")),
        ("To", to),
        ("Call-ID", request.call_id),
        ("CSeq", request.get("CSeq")),
        *more,
    )
    return Message(f"SIP/2.0 {code} {REASONS.get(code, 'No')}", headers, body)


@dataclass(frozen=True, slots=True)
class Login:
    """A SIP account's name and password."""

    user: str
    domain: str
    password: str

    def proof(self, challenge: str, method: str, uri: str) -> str:
        """The value of Proxy-Authorization (or Authorization) for this challenge (RFC 2617, 3.2.2)."""
        asked = dict(_PARAMETER.findall(challenge))
        first = _md5(f"{self.user}:{asked['realm']}:{self.password}")
        second = _md5(f"{method}:{uri}")
        told = {"username": self.user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
        plain = {"algorithm": "MD5"}
        if "qop" in asked:
            count, own = "00000001", "0a4f113b"
            told["response"] = _md5(f"{first}:{asked['nonce']}:{count}:{own}:auth:{second}")
            told["cnonce"] = own
            plain |= {"qop": "auth", "nc": count}
        else:
            told["response"] = _md5(f"{first}:{asked['nonce']}:{second}")
        quoted = [f'{name}="{value}"' for name, value in told.items()]
        return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in plain.items())])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
