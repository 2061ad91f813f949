"""What phones and callers saw, from their logs of SIP messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from callcontrol.simulator.ears import Heard

SHOWN_HEADERS = ("Diversion", "History-Info", "Privacy", "P-Asserted-Identity", "Alert-Info")
ELSEWHERE = re.compile(r"SIP\s*;\s*cause=200")

_MESSAGE = re.compile(
    r"^-{20,} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\nUDP message (sent|received) [^\n]*\n\n"
    r"(.*?)(?=\n-{20,} |\n-{20,}\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SUMMARY = re.compile(r"^Messages-Waiting: *(yes|no)", re.MULTILINE | re.IGNORECASE)
_COUNTS = re.compile(r"^Voice-Message: *(\d+/\d+)", re.MULTILINE | re.IGNORECASE)
_ADDRESS = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*))\s*<?sip:(?:(?P<user>[^@>;]*)@)?')


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message as a phone sent or received it."""

    at_us: int
    received: bool
    start: str
    headers: Mapping[str, str]
    body: str

    @property
    def media_port(self) -> int:
        """The RTP port at which the sender wants media (RFC 4566), 0 without SDP."""
        found = re.search(r"^m=audio (\d+) ", self.body, re.MULTILINE)
        return int(found[1]) if found else 0

    @property
    def method(self) -> str:
        """The method of the request, or of the request that a response answers."""
        return self.headers.get("CSeq", "").rpartition(" ")[2] if self.code else self.start.partition(" ")[0]

    @property
    def code(self) -> int:
        """The status code of a response, 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self.headers.get("Call-ID", "")


def read_messages(log: Path) -> Iterator[Message]:
    """The messages of a log, oldest first, without retransmissions."""
    seen: set[tuple[bool, str, str, str]] = set()
    text = log.read_text(encoding="utf-8", errors="replace").replace("\r", "") if log.exists() else ""
    for stamp, way, message in _MESSAGE.findall(text):
        start, _, rest = message.lstrip("\n").partition("\n")
        head, _, body = rest.partition("\n\n")
        lines = (line.partition(":") for line in head.split("\n"))
        headers: dict[str, str] = {}
        for name, _, value in lines:
            headers.setdefault(name.strip(), value.strip())
        key = (way == "received", start, headers.get("Call-ID", ""), headers.get("CSeq", ""))
        if key not in seen:
            seen.add(key)
            at_us = int(datetime.fromisoformat(stamp).timestamp() * 1_000_000)
            yield Message(at_us, way == "received", start, headers, body)


def parties(log: Path, name: str = "") -> dict[str, str]:
    """The party of each call by Call-ID: the caller `name`, or the user part that was called or that called itself."""
    who: dict[str, str] = {}
    for message in read_messages(log):
        if message.method == "INVITE" and not message.code:
            phone = message.start.split()[1] if message.received else message.headers.get("Contact", "").strip("<>")
            who.setdefault(message.call_id, name or _user(phone))
    return who


def heard_by_phones(log: Path) -> Iterator[Heard]:
    """What the phones of one process saw; `who` is the called user part."""
    who = parties(log)
    for message in read_messages(log):
        told = _told_of_transfer(message) or _told_phone(message)
        if told is not None and message.call_id in who:
            yield Heard(message.at_us, who[message.call_id], *told)


def heard_by_caller(log: Path, name: str) -> Iterator[Heard]:
    """What a caller saw, without authentication challenges."""
    for message in read_messages(log):
        told = _told_of_transfer(message) or (_told_caller(message) if message.received else None)
        if told is not None:
            yield Heard(message.at_us, name, *told)


def listening_ports(log: Path, name: str = "") -> Iterator[tuple[str, int]]:
    """The RTP ports at which the caller `name`, or each phone by user part, receives media."""
    who = parties(log, name)
    for message in read_messages(log):
        if not message.received and message.media_port:
            yield who[message.call_id], message.media_port


def summaries(log: Path) -> Iterator[tuple[str, str, str]]:
    """Message summaries that phones received (RFC 3842): user part, `yes` or `no`, `new/old`."""
    for message in read_messages(log):
        if message.received and message.method == "NOTIFY" and (told := _SUMMARY.search(message.body)):
            counts = _COUNTS.search(message.body)
            yield _user(message.start.split()[1]), told[1], counts[1] if counts else ""


def _told_of_transfer(message: Message) -> tuple[str, dict[str, str]] | None:
    """A phone's transfer request, or the NOTIFY on its progress (RFC 3515)."""
    match message.method, message.code, message.received:
        case "REFER", 0, False:
            return "refer", {"to": _user(message.headers["Refer-To"].strip("<>"))}
        case "REFER", code, True if code >= 300:
            return "refer_told", {"code": str(code)}
        case "NOTIFY", 0, True if not message.body.startswith("SIP/2.0 1"):
            return "refer_told", {"code": message.body.split()[1]}
        case _:
            return None


def _told_phone(message: Message) -> tuple[str, dict[str, str]] | None:
    match message.method, message.code, message.received:
        case "INVITE", 0, True if "tag=" not in message.headers.get("To", ""):
            return "invite", _shown(message)
        case "INVITE", 180, False:
            return "ringing", {}
        case "INVITE", 200, False:
            return "answered", {}
        case "INVITE", code, False if code >= 300 and code != 487:
            return "refused", {"code": str(code)}
        case "BYE", 0, False:
            return "hung_up", {}
        case (("CANCEL" | "BYE"), 0, True):
            reason = message.headers.get("Reason", "")
            return ("answered_elsewhere" if ELSEWHERE.search(reason) else "hangup"), {"reason": reason}
        case _:
            return None


def _told_caller(message: Message) -> tuple[str, dict[str, str]] | None:
    match message.method, message.code:
        case "INVITE", 180:
            return "ringing", {}
        case "INVITE", 183:
            return "early_media", {}
        case "INVITE", 200:
            return "answered", {}
        case "INVITE", code if code >= 300 and code not in (401, 407):
            return "hangup", {"code": str(code), "reason": message.headers.get("Reason", "")}
        case "BYE", 0:
            return "hangup", {"reason": message.headers.get("Reason", "")}
        case _:
            return None


def _shown(message: Message) -> dict[str, str]:
    """The number and name shown by the INVITE, and its headers of interest."""
    found = {"number": "", "name": ""}
    address = _ADDRESS.match(message.headers.get("From", ""))
    if address is not None:
        name = address["quoted"] or (address["plain"] or "").strip()
        found = {"number": unquote(address["user"] or ""), "name": name}
    return found | {name: message.headers[name] for name in SHOWN_HEADERS if name in message.headers}


def _user(uri: str) -> str:
    return unquote(uri.removeprefix("sip:").partition("@")[0])
