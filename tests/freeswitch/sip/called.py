"""Phones that are called: they ring, answer, refuse, move the caller elsewhere, or say nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

from callcontrol.simulator.phones import Behaviour
from tests.freeswitch.sip.calling import Line
from tests.freeswitch.sip.dialogue import SDP_TYPE, Dialogue
from tests.freeswitch.sip.endpoint import Address, Endpoint
from tests.freeswitch.sip.message import Header, Message
from tests.freeswitch.sip.plan import Plan
from tests.freeswitch.sip.talking import Conversation
from tests.freeswitch.sounds import PHONE_HZ


class Phones:
    """All phones that are called at one port."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.endpoint: Endpoint
        self._calls: Counter[str] = Counter()
        self._rung: dict[str, _Rung] = {}

    def take(self, request: Message, address: Address) -> None:
        """Take a request outside a dialogue: a new call, a CANCEL, an OPTIONS."""
        match request.method:
            case "INVITE":
                call = _Rung(self.endpoint, request, address, self._line(request))
                call.begin(self._behaviour(request.user))
                self._rung[request.call_id] = call
            case "CANCEL":
                self._cancel(request, address)
            case "BYE":
                self.endpoint.answer(request, address, 481, "none")
            case _:
                self.endpoint.answer(request, address, 200, "none")

    def _behaviour(self, user: str) -> Behaviour:
        each: Mapping[str, tuple[Behaviour, ...]] = self._plan.phones
        mine = each.get(user, (self._plan.otherwise,))
        number = self._calls[user]
        self._calls[user] += 1
        return mine[min(number, len(mine) - 1)]

    def _cancel(self, request: Message, address: Address) -> None:
        call = self._rung.get(request.call_id)
        self.endpoint.answer(request, address, 200 if call else 481, "cancelled")
        if call is not None:
            call.cancel()

    def _line(self, request: Message) -> Line:
        plan, user = self._plan, request.user
        login = plan.logins.get(user)
        return Line(
            endpoint=self.endpoint,
            switch=(plan.host, plan.switch),
            user=login.user if login else user,
            domain=login.domain if login else plan.host,
            contact_user=user,
            voice=plan.voices.get(user, PHONE_HZ),
            login=login,
        )


class _Rung:
    """One call to a phone."""

    def __init__(self, endpoint: Endpoint, invite: Message, address: Address, line: Line) -> None:
        self._endpoint = endpoint
        self._invite = invite
        self._address = address
        self._line = line
        self._tag = endpoint.unique("t")
        self._contact: Header = ("Contact", f"<sip:{line.contact_user}@{endpoint.host}:{endpoint.port}>")
        self._dialogue: Dialogue | None = None
        self._playing: asyncio.Task[None]
        self._is_answered = False

    def begin(self, behaviour: Behaviour) -> None:
        """Handle the call as the behaviour says."""
        asked = ";answer-after=0" in self._invite.get("Call-Info")
        self._playing = asyncio.ensure_future(self._play(behaviour.asked_to_answer(asked)))

    def cancel(self) -> None:
        """The caller has cancelled; too late after a final response."""
        if not self._is_answered:
            self._playing.cancel()
            self._answer(487)

    async def _play(self, behaviour: Behaviour) -> None:
        if behaviour.action == "silent":
            return
        if behaviour.action == "trying":
            self._answer(100)
            return
        if behaviour.ring_after_s >= 0:
            await asyncio.sleep(behaviour.ring_after_s)
            self._ring(early_media=behaviour.early_media)
        if behaviour.action == "never_answers":
            return
        await asyncio.sleep(behaviour.after_s)
        if behaviour.action == "moved":
            self._answer(302, ("Contact", f"<sip:{self._elsewhere(behaviour.to)}>"))
        elif behaviour.refusal_code:
            self._answer(behaviour.refusal_code)
        else:
            await self._talk(behaviour)

    def _elsewhere(self, to: str) -> str:
        return to if "@" in to else f"{to}@{self._line.domain}"

    def _ring(self, *, early_media: bool) -> None:
        if early_media:
            self._answer(183, self._contact, SDP_TYPE, body=self._accepted().sdp())
        else:
            self._answer(180, self._contact)

    def _accepted(self) -> Dialogue:
        """The dialogue, from the first response with SDP on."""
        if self._dialogue is None:
            invite = self._invite
            local = f"{invite.get('To')};tag={self._tag}"
            self._dialogue = Dialogue(
                self._endpoint, invite.call_id, local, invite.get("From"), self._contact[1].strip("<>")
            )
            self._dialogue.address = self._address
            self._dialogue.learn(invite)
        return self._dialogue

    async def _talk(self, behaviour: Behaviour) -> None:
        dialogue = self._accepted()
        self._answer(200, self._contact, SDP_TYPE, body=dialogue.sdp())
        await Conversation(dialogue, behaviour, self._line).hold_out()

    def _answer(self, code: int, *more: Header, body: str = "") -> None:
        self._is_answered = code >= 200
        self._endpoint.answer(self._invite, self._address, code, self._tag, more, body)
