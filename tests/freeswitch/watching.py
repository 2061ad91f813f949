"""A phone that watches busy lamps (SUBSCRIBE, RFC 6665; Event: dialog, RFC 4235): what it is told, and when."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from typing import Final, NamedTuple, Self

from tests.freeswitch.sip.message import Header, Login, Message, answer_to, read
from tests.freeswitch.switch import HOST

ANSWER_S: Final = 4.0
_STATE: Final = re.compile(r"<state>(\w+)</state>")
_NOTE: Final = re.compile(r"<(?:dm:)?note>([^<]*)</")
_ENTITY: Final = re.compile(r'entity="sip:([^"]+)"')


class Told(NamedTuple):
    """A NOTIFY: when (monotonic seconds), of which subscription, of whom, and the dialogue's state or the note."""

    at: float
    call_id: str
    entity: str
    state: str


class WatchingPhone:
    """Subscribes, answers every NOTIFY, and keeps what it was told.

    Args:
        login: its account. port: where the switch's phones register.
    """

    def __init__(self, login: Login, port: int) -> None:
        self._login, self._switch = login, (HOST, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._port = self._socket.getsockname()[1]
        self._answers: dict[str, Message] = {}
        self._made, self._cseq = 0, 0
        self._answered = threading.Condition()
        self.told: list[Told] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def subscribe(self, number: str, package: str = "dialog", *, domain: str = "", expires_s: int = 600) -> str:
        """Watch a number: returns the subscription's Call-ID. `expires_s` 0: ask once.

        Raises:
            TimeoutError: the switch does not answer.
            ValueError: it refuses.
        """
        self._made += 1
        call_id = f"watch-{self._port}-{self._made}@{HOST}"
        return self._subscribe(call_id, number, package, domain or self._login.domain, expires_s)

    def end(self, call_id: str, number: str) -> None:
        """End a subscription."""
        self._subscribe(call_id, number, "dialog", self._login.domain, 0)

    def _subscribe(self, call_id: str, number: str, package: str, domain: str, expires_s: int) -> str:
        uri = f"sip:{number}@{domain}"
        answer = self._ask(call_id, uri, package, expires_s)
        if answer.code in (401, 407):
            kind = "Proxy-" if answer.code == 407 else ""
            challenge = answer.get("Proxy-Authenticate" if kind else "WWW-Authenticate")
            proof = self._login.proof(challenge, "SUBSCRIBE", uri)
            answer = self._ask(call_id, uri, package, expires_s, (f"{kind}Authorization", proof))
        if answer.code // 100 != 2:
            raise ValueError(f"SUBSCRIBE to {uri} was answered with {answer.start}")
        return call_id

    def _ask(self, call_id: str, uri: str, package: str, expires_s: int, *more: Header) -> Message:
        self._cseq += 1
        branch, own = f"z9hG4bKw{self._port}x{self._cseq}", f"sip:{self._login.user}@{self._login.domain}"
        headers = (
            ("Via", f"SIP/2.0/UDP {HOST}:{self._port};branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", f"<{own}>;tag=w{self._port}"),
            ("To", f"<{uri}>"),
            ("Call-ID", call_id),
            ("CSeq", f"{self._cseq} SUBSCRIBE"),
            ("Contact", f"<sip:{self._login.user}@{HOST}:{self._port}>"),
            ("Event", package),
            ("Expires", str(expires_s)),
            *more,
        )
        self._socket.sendto(Message(f"SUBSCRIBE {uri} SIP/2.0", headers).wire(), self._switch)
        with self._answered:
            if not self._answered.wait_for(lambda: branch in self._answers, ANSWER_S):
                raise TimeoutError(f"SUBSCRIBE to {uri} was not answered within {ANSWER_S:.0f} s")
            return self._answers[branch]

    def _listen(self) -> None:
        with suppress(OSError):  # closed: the phone is gone
            while True:
                packet, address = self._socket.recvfrom(65_535)
                if packet.strip():
                    self._take(read(packet), address)

    def _take(self, message: Message, address: tuple[str, int]) -> None:
        if message.code:
            with self._answered:
                self._answers[message.branch] = message
                self._answered.notify_all()
            return
        if message.method == "NOTIFY" and message.body:
            states = _STATE.findall(message.body) or _NOTE.findall(message.body) or [""]
            entity = (_ENTITY.findall(message.body) or [""])[0]
            self.told.append(Told(time.monotonic(), message.call_id, entity, states[0]))
        self._socket.sendto(answer_to(message, 200, f"w{self._port}").wire(), address)

    def states(self, call_id: str) -> list[str]:
        """What a subscription was told, in order, without what was told again."""
        told = [one.state for one in self.told if one.call_id == call_id]
        return [state for place, state in enumerate(told) if place == 0 or told[place - 1] != state]
