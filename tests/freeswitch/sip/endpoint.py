"""A UDP port that speaks SIP: transactions with their repetitions (RFC 3261, 17), and a log of every message."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO, cast

from tests.freeswitch.sip.message import Header, Message, answer_to, read

T1_S: Final = 0.5
T2_S: Final = 4.0
GIVE_UP_S: Final = 64 * T1_S
TIMED_OUT: Final = 408  # the response we assume for a request without one

Address = tuple[str, int]


class Request:
    """A request of ours under way; its answers come one by one."""

    def __init__(self, message: Message, address: Address) -> None:
        self.message = message
        self.address = address
        self.answers: asyncio.Queue[Message] = asyncio.Queue()
        self.repeating: asyncio.Task[None] | None = None

    async def final(self) -> Message:
        """The final answer."""
        while (answer := await self.answers.get()).code < 200:
            pass
        return answer


class Endpoint(asyncio.DatagramProtocol):
    """Sends and takes messages at one port.

    Args:
        log: where each message is written as it comes and goes.
        on_request: called with each request outside our dialogues and its source, without ACKs and retransmissions.
    """

    def __init__(self, log: Path, on_request: Callable[[Message, Address], None]) -> None:
        self._log: TextIO = log.open("a", encoding="utf-8")
        self._on_request = on_request
        self._transport: asyncio.DatagramTransport
        self._requests: dict[tuple[str, str], Request] = {}
        self._answers: dict[tuple[str, str], Message] = {}
        self._unacknowledged: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._acks: dict[tuple[str, int], tuple[Message, Address]] = {}
        self._seen: set[tuple[str, str]] = set()
        self._made = 0
        self.host, self.port = "", 0
        self.dialogues: dict[tuple[str, str], Callable[[Message], None]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is ours."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.host, self.port = transport.get_extra_info("sockname")

    def error_received(self, exc: Exception) -> None:
        """The port is closed: requests are retransmitted, and given up in time."""

    def unique(self, kind: str) -> str:
        """A name that is unique in this run: for tags, branches and Call-IDs."""
        self._made += 1
        return f"{kind}-{self.port}-{os.getpid()}-{self._made}"

    def via(self) -> Header:
        """The Via of a new request."""
        return "Via", f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{self.unique('b')}"

    # --- out

    def request(self, message: Message, address: Address) -> Request:
        """Send a request, again and again until it is answered."""
        made = Request(message, address)
        self._requests[message.branch, message.method] = made
        self._send(message, address)
        made.repeating = asyncio.ensure_future(self._repeat_request(made))
        return made

    async def _repeat_request(self, request: Request) -> None:
        await self._repeat(request.message, request.address)
        request.answers.put_nowait(answer_to(request.message, TIMED_OUT, "none"))

    async def _repeat(self, message: Message, address: Address) -> None:
        pause_s, waited_s = T1_S, 0.0
        while waited_s < GIVE_UP_S:
            await asyncio.sleep(pause_s)
            waited_s += pause_s
            pause_s = min(2 * pause_s, T2_S)
            self._send(message, address)

    def acknowledge(self, message: Message, address: Address) -> None:
        """ACK a call that was answered; a repeated answer gets the same once more."""
        self._acks[message.call_id, message.cseq] = (message, address)
        self._send(message, address)

    def answer(
        self,
        request: Message,
        address: Address,
        code: int,
        tag: str,
        more: Sequence[Header] = (),
        body: str = "",
    ) -> None:
        """Answer a request; a final answer to an INVITE is repeated until it is acknowledged."""
        message = answer_to(request, code, tag, more, body)
        self._answers[request.branch, request.method] = message
        self._send(message, address)
        if request.method == "INVITE" and code >= 200:
            repeating = asyncio.ensure_future(self._repeat(message, address))
            self._unacknowledged[request.call_id, request.cseq] = repeating

    def _send(self, message: Message, address: Address) -> None:
        self._note("sent", message.wire())
        self._transport.sendto(message.wire(), address)

    # --- in

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A message, or an empty keep-alive."""
        if not data.strip():
            return
        self._note("received", data)
        message = read(data)
        if message.code:
            self._take_answer(message)
        elif message.method == "ACK":
            self._stop_repeating(message)
        elif (said := self._answers.get((message.branch, message.method))) is not None:
            self._send(said, addr)
        elif (message.branch, message.method) not in self._seen:
            self._seen.add((message.branch, message.method))
            self._take_request(message, addr)

    def _take_answer(self, answer: Message) -> None:
        request = self._requests.get((answer.branch, answer.method))
        if request is None:
            return
        if answer.code >= 200 or answer.method == "INVITE":
            assert request.repeating is not None
            request.repeating.cancel()
        if answer.method == "INVITE" and answer.code >= 200 and not self._acknowledge_again(answer, request):
            return
        request.answers.put_nowait(answer)

    def _acknowledge_again(self, answer: Message, request: Request) -> bool:
        """ACK a refusal or a retransmitted response; True if the response is new."""
        known = self._acks.get((answer.call_id, answer.cseq))
        if known is not None:
            self._send(*known)
            return False
        if answer.code >= 300:
            self.acknowledge(ack_of_refusal(request.message, answer), request.address)
        return True

    def _stop_repeating(self, ack: Message) -> None:
        repeating = self._unacknowledged.pop((ack.call_id, ack.cseq), None)
        if repeating is not None:
            repeating.cancel()
        self._in_dialogue(ack)

    def _take_request(self, request: Message, address: Address) -> None:
        if not self._in_dialogue(request):
            self._on_request(request, address)

    def _in_dialogue(self, request: Message) -> bool:
        to = request.get("To")
        take = self.dialogues.get((request.call_id, to.rpartition("tag=")[2] if "tag=" in to else ""))
        if take is not None:
            take(request)
        return take is not None

    def _note(self, way: str, packet: bytes) -> None:
        text = packet.decode("utf-8", "replace").replace("\r", "")
        self._log.write(f"{'-' * 47} {datetime.now().isoformat(' ', 'microseconds')}\n")
        self._log.write(f"UDP message {way} [{len(packet)}] bytes :\n\n{text}\n")
        self._log.flush()


def ack_of_refusal(request: Message, refusal: Message) -> Message:
    """Part of the INVITE's own transaction (RFC 3261, 17.1.1.3)."""
    headers = (
        *request.all("Via")[:1],
        ("From", request.get("From")),
        ("To", refusal.get("To")),
        ("Call-ID", request.call_id),
        ("CSeq", f"{request.cseq} ACK"),
        ("Max-Forwards", "70"),
    )
    return Message(f"ACK {request.uri} SIP/2.0", headers)


def cancel_of(request: Message) -> Message:
    """CANCEL of an INVITE (RFC 3261, 9.1)."""
    headers = (
        *request.all("Via")[:1],
        ("From", request.get("From")),
        ("To", request.get("To")),
        ("Call-ID", request.call_id),
        ("CSeq", f"{request.cseq} CANCEL"),
        ("Max-Forwards", "70"),
    )
    return Message(f"CANCEL {request.uri} SIP/2.0", headers)
