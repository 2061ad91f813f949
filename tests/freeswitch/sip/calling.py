"""Calls that a phone makes itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.freeswitch.sip.dialogue import SDP_TYPE, Dialogue
from tests.freeswitch.sip.endpoint import Address, Endpoint, Request, cancel_of
from tests.freeswitch.sip.message import Header, Login, Message

_CHALLENGES: Final = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}


@dataclass(frozen=True, slots=True)
class Line:
    """The calling phone, and its switch.

    Attributes:
        voice: the tone its user speaks with (hertz).
    """

    endpoint: Endpoint
    switch: Address
    user: str
    domain: str
    contact_user: str
    voice: float
    login: Login | None = None
    name: str = ""
    anonymous: bool = False
    headers: tuple[Header, ...] = ()

    @property
    def address(self) -> str:
        """Its SIP URI."""
        return f"sip:{self.user}@{self.domain}"

    @property
    def shown(self) -> str:
        """From, without a tag."""
        if self.anonymous:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        return self.real

    @property
    def real(self) -> str:
        """The real identity, whatever is shown."""
        return f'"{self.name}" <{self.address}>' if self.name else f"<{self.address}>"


class OwnCall:
    """A call of ours from its INVITE on.

    Attributes:
        over: done when it has been refused or has ended; its result is the SIP code of a refusal, 0 if it was answered.
    """

    def __init__(self, line: Line, number: str, call_id: str) -> None:
        endpoint = line.endpoint
        self._line = line
        self._uri = f"sip:{number}@{line.domain}"
        contact = f"sip:{line.contact_user}@{endpoint.host}:{endpoint.port}"
        local = f"{line.shown};tag={endpoint.unique('t')}"
        self.dialogue = Dialogue(endpoint, call_id, local, f"<{self._uri}>", contact)
        self.dialogue.target, self.dialogue.address = self._uri, line.switch
        self.ringing, self.answered = asyncio.Event(), asyncio.Event()
        self._invited: Request | None = None
        self.over: asyncio.Task[int] = asyncio.ensure_future(self._run())

    async def _run(self) -> int:
        answer = await self._invite(())
        if answer.code in _CHALLENGES and self._line.login is not None:
            asked, proof = _CHALLENGES[answer.code]
            said = self._line.login.proof(answer.get(asked), "INVITE", self._uri)
            answer = await self._invite(((proof, said),))
        if answer.code != 200:
            self.dialogue.end()
            return answer.code
        await self.dialogue.ended.wait()
        return 0

    async def _invite(self, more: Sequence[Header]) -> Message:
        dialogue = self.dialogue
        private: tuple[Header, ...] = ()
        if self._line.anonymous:
            private = (("Privacy", "id"), ("P-Asserted-Identity", self._line.real))
        invite = dialogue.request("INVITE", (*private, *self._line.headers, *more, SDP_TYPE), dialogue.sdp())
        self._invited = request = dialogue.endpoint.request(invite, dialogue.address)
        while (answer := await request.answers.get()).code < 200:
            if answer.code > 100:
                dialogue.learn(answer)
                dialogue.remote = answer.get("To")
                self.ringing.set()
        if answer.code == 200:
            dialogue.remote = answer.get("To")
            dialogue.learn(answer)
            dialogue.acknowledge(answer)
            self.ringing.set()
            self.answered.set()
        return answer

    async def give_up(self) -> None:
        """Hang up, whether it rings or talks."""
        if self.answered.is_set():
            await self.dialogue.hang_up()
        elif self._invited is not None and not self.over.done():
            self.dialogue.endpoint.request(cancel_of(self._invited.message), self.dialogue.address)


def make_call(line: Line, number: str, call_id: str = "") -> OwnCall:
    """Call this number."""
    return OwnCall(line, number, call_id or line.endpoint.unique("call"))
