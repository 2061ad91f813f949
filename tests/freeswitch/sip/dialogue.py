"""One call of a phone: its dialogue (RFC 3261, 12), what both sides say about sound (RFC 3264), and its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from tests.freeswitch.sip.endpoint import Address, Endpoint
from tests.freeswitch.sip.media import Media
from tests.freeswitch.sip.message import Header, Message, uri_in

SDP_TYPE: Header = ("Content-Type", "application/sdp")


class Dialogue:
    """A call that has been answered, or (of our own) is being made.

    Attributes:
        local, remote: what stands in From and To of our requests, with tags.
        target: the other side's URI for requests. address: where they are sent.
        ended: set when the call is over, whichever side ended it.
        notified: status lines of the other side's reports on a transfer (RFC 3515), in their order.
    """

    def __init__(self, endpoint: Endpoint, call_id: str, local: str, remote: str, contact: str) -> None:
        self.endpoint = endpoint
        self.call_id = call_id
        self.local, self.remote, self.contact = local, remote, contact
        self.target = ""
        self.address: Address = ("", 0)
        self.ended = asyncio.Event()
        self.notified: asyncio.Queue[str] = asyncio.Queue()
        self.media = Media(endpoint.host)
        self._cseq = 0
        self._versions = 0
        endpoint.dialogues[call_id, local.rpartition("tag=")[2]] = self.take

    # --- our requests

    def request(self, method: str, more: Sequence[Header] = (), body: str = "") -> Message:
        """A new request within the dialogue."""
        self._cseq += 1
        return self._message(method, self._cseq, more, body)

    def _message(self, method: str, cseq: int, more: Sequence[Header] = (), body: str = "") -> Message:
        headers = (
            self.endpoint.via(),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<{self.contact}>"),
            *more,
        )
        return Message(f"{method} {self.target} SIP/2.0", headers, body)

    async def ask(self, method: str, more: Sequence[Header] = (), body: str = "") -> Message:
        """Send a request and wait for its final answer."""
        return await self.endpoint.request(self.request(method, more, body), self.address).final()

    async def offer(self, direction: str) -> None:
        """re-INVITE with this media direction: `sendonly` puts the other side on hold, `sendrecv` resumes."""
        answer = await self.ask("INVITE", (SDP_TYPE,), self.sdp(direction))
        if answer.code == 200:
            self.acknowledge(answer)
        self.media.muted = direction != "sendrecv"

    def acknowledge(self, answer: Message) -> None:
        """ACK the 200 of an INVITE."""
        self.endpoint.acknowledge(self._message("ACK", answer.cseq), self.address)

    async def hang_up(self) -> None:
        """BYE."""
        if not self.ended.is_set():
            self.end()
            await self.ask("BYE")

    def end(self) -> None:
        """End the dialogue and its media."""
        self.media.close()
        self.ended.set()

    # --- the other side's

    def learn(self, message: Message) -> None:
        """Take the other side's target and media address from a message."""
        if message.contact:
            self.target = message.contact
        found = re.search(r"^c=IN IP4 (\S+)", message.body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+) ", message.body, re.MULTILINE)
        if found and port:
            self.media.send_to(found[1].strip(), int(port[1]))

    def take(self, request: Message) -> None:
        """A request of the other side within the dialogue."""
        match request.method:
            case "ACK":
                return
            case "BYE":
                self.end()
                self.reply(request, 200)
            case "INVITE" | "UPDATE" if request.body:
                self.learn(request)
                self.reply(request, 200, (("Contact", f"<{self.contact}>"), SDP_TYPE), self.sdp())
            case "NOTIFY":
                self.reply(request, 200)
                self.notified.put_nowait(request.body.partition("\r\n")[0].strip())
            case _:
                self.reply(request, 200)

    def reply(self, request: Message, code: int, more: Sequence[Header] = (), body: str = "") -> None:
        """Answer a request of the dialogue."""
        self.endpoint.answer(request, self.address, code, "", more, body)

    # --- sound

    def sdp(self, direction: str = "sendrecv") -> str:
        """Our SDP: address and codecs."""
        self._versions += 1
        host = self.endpoint.host
        lines = (
            "v=0",
            f"o=phone 1 {self._versions} IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {self.media.port} RTP/AVP 8 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=ptime:20",
            f"a={direction}",
            "",
        )
        return "\r\n".join(lines)


def account_in(header: str) -> str:
    """user@host of a name-addr."""
    return uri_in(header).partition(":")[2].partition(";")[0]
