"""What a phone does in a conversation: keys, hold, transfers, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from callcontrol.simulator.phones import Behaviour
from tests.freeswitch.sip.calling import Line, make_call
from tests.freeswitch.sip.dialogue import Dialogue

KEY_S: Final = 0.25  # from one key to the next
# After a successful transfer the switch ends the transferor's call, or else the phone does after this time (seconds).
LEAVES_S: Final = 2.0
# The deadline of a report on a transfer (seconds).
REPORT_S: Final = 90.0
DONE: Final = "SIP/2.0 200"
RELAY: Final = ("Content-Type", "application/dtmf-relay")


Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A phone's part in a call that was answered."""

    dialogue: Dialogue
    behaviour: Behaviour
    line: Line

    async def hold_out(self) -> None:
        """Do what the behaviour says, until the call is over; the times begin now."""
        dialogue = self.dialogue
        dialogue.media.speak(self.line.voice)
        doing = [asyncio.ensure_future(self._at(at_s, act)) for at_s, act in self._acts()]
        try:
            await dialogue.ended.wait()
        finally:
            for task in doing:
                if not task.done() and task is not asyncio.current_task():
                    task.cancel()

    async def _at(self, at_s: float, act: Act) -> None:
        await asyncio.sleep(at_s)
        await act()

    def _acts(self) -> Iterator[tuple[float, Act]]:
        behaviour = self.behaviour
        for at_s, keys in behaviour.digits:
            yield from ((at_s + KEY_S * i, partial(self._press, key)) for i, key in enumerate(keys))
        for at_s, keys in behaviour.info:
            yield from ((at_s + KEY_S * i, partial(self._inform, key)) for i, key in enumerate(keys))
        if behaviour.holds is not None:
            yield behaviour.holds[0], partial(self._hold, behaviour.holds[1])
        if behaviour.refers is not None:
            yield behaviour.refers[0], partial(self._refer, behaviour.refers[1])
        if behaviour.consults is not None:
            at_s, number, join_s = behaviour.consults
            yield at_s, partial(self._consult, number, join_s)
        if behaviour.talk_s is not None:
            yield behaviour.talk_s, self.dialogue.hang_up

    async def _press(self, key: str) -> None:
        self.dialogue.media.press(key)

    async def _inform(self, key: str) -> None:
        """Send a key by SIP INFO, as phones without RFC 4733 do."""
        await self.dialogue.ask("INFO", (RELAY,), f"Signal={key}\r\nDuration=160\r\n")

    async def _hold(self, for_s: float) -> None:
        await self.dialogue.offer("sendonly")
        await asyncio.sleep(for_s)
        await self.dialogue.offer("sendrecv")

    async def _refer(self, number: str) -> None:
        """A blind transfer (RFC 5589, 6): the other side is sent to a number."""
        await self._transfer(f"<sip:{number}@{self.line.domain}>")

    async def _consult(self, number: str, join_s: float) -> None:
        """An attended transfer (RFC 5589, 7): calls a colleague while the other side is on hold, then joins both.

        `join_s`: seconds from the colleague's answer to the REFER; below 0: seconds from the colleague's ringing.
        """
        await self.dialogue.offer("sendonly")
        colleague = make_call(self.line, number)
        waited = colleague.ringing if join_s < 0 else colleague.answered
        if not await _happens(waited, colleague.over):
            await self.dialogue.offer("sendrecv")
            return
        colleague.dialogue.media.speak(self.line.voice)
        await asyncio.sleep(abs(join_s))
        await self._transfer(_replacing(number, self.line.domain, colleague.dialogue))
        await colleague.give_up()
        if not self.dialogue.ended.is_set():  # refused: the phone takes the other side back
            await self.dialogue.offer("sendrecv")

    async def _transfer(self, refer_to: str) -> None:
        """REFER; the call ends when the switch reports that it was carried out, and goes on when it was not."""
        answer = await self.dialogue.ask("REFER", (("Refer-To", refer_to), ("Referred-By", f"<{self.line.address}>")))
        if answer.code >= 300:
            return
        try:
            report = await asyncio.wait_for(self._report(), REPORT_S)
        except TimeoutError:
            return
        if report.startswith(DONE):
            await _happens(self.dialogue.ended, asyncio.ensure_future(asyncio.sleep(LEAVES_S)))
            await self.dialogue.hang_up()

    async def _report(self) -> str:
        while (report := await self.dialogue.notified.get()).startswith("SIP/2.0 1"):
            pass
        return report


def _replacing(number: str, domain: str, dialogue: Dialogue) -> str:
    """Refer-To with Replaces (RFC 3891): the switch's own view of the dialogue, so our tag is its remote one."""
    ours, theirs = (side.rpartition("tag=")[2] for side in (dialogue.local, dialogue.remote))
    replaces = quote(f"{dialogue.call_id};to-tag={theirs};from-tag={ours}", safe="")
    return f"<sip:{number}@{domain}?Replaces={replaces}>"


async def _happens(event: asyncio.Event, otherwise: asyncio.Future[Any]) -> bool:
    """Whether the event comes first."""
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait((waiting, otherwise), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return event.is_set()
