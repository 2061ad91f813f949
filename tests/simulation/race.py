"""Legs that ring at once: the first to answer (and, where that is asked for, to press the key) wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.moment import SECOND_US
from tests.simulation.channel import Channel

if TYPE_CHECKING:
    from tests.simulation.switch_callers import SwitchCallers

Legs = Sequence[tuple[str, LegPlan]]
# The cause that the switch reports of several failures: the first of these that occurred, else the last cause.
_WORDS = ("USER_BUSY", "NO_ANSWER", "CALL_REJECTED")


class Race:
    """One `bridge` or `originate`.

    Args:
        on_won: gets the leg that answered.
        on_lost: gets the disposition when none did.
    """

    def __init__(
        self,
        switch: SwitchCallers,
        call: str,
        tenant: str,
        legs: Legs,
        *,
        for_queue: bool,
        on_won: Callable[[Channel], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self._switch = switch
        self._for_queue = for_queue
        self._on_won = on_won
        self._on_lost = on_lost
        self._channels: list[Channel] = []
        self._failed: list[str] = []
        self._open = len(legs)
        self._over = False
        for leg_id, plan in legs:
            self._ring(leg_id, plan, call, tenant)

    @property
    def causes(self) -> Mapping[str, str]:
        """How each leg ended that became a channel; "" while it lives."""
        return {channel.id: channel.cause for channel in self._channels}

    def cancel(self) -> Mapping[str, str]:
        """End the legs that still ring. Returns `causes`."""
        if not self._over:
            self._over = True
            for channel in self._channels:
                self._switch.hang_up(channel, "ORIGINATOR_CANCEL", "switch")
        return self.causes

    def _ring(self, leg_id: str, plan: LegPlan, call: str, tenant: str) -> None:
        switch = self._switch
        reaction = switch.phones.react(plan, switch.name, for_queue=self._for_queue)
        if reaction.kind == "no_channel" or switch.channels.get(leg_id) is not None:
            switch.agenda.after(0.02, lambda: self._fail(reaction.cause or "DUPLICATE"))
            return
        channel = switch.create(leg_id, call, tenant, switch.phones.name_of(plan), plan)
        channel.from_queue = self._for_queue
        channel.ringing = switch.wall()
        self._channels.append(channel)
        channel.on_end.append(lambda: self._ended(channel))
        switch.timer(channel, plan.ring_s, lambda: self._unanswered(channel))
        match reaction.kind:
            case "fails":
                switch.timer(channel, reaction.after_s, lambda: self._unanswered(channel, reaction.cause, "callee"))
            case "answers":
                leaves = reaction.leaves_after_s
                switch.timer(channel, reaction.after_s, lambda: self._answered(channel, plan, reaction.presses, leaves))

    def _unanswered(self, channel: Channel, cause: str = "NO_ANSWER", by: str = "switch") -> None:
        if channel.answered is None:
            self._switch.hang_up(channel, cause, by)

    def _answered(self, channel: Channel, plan: LegPlan, presses: bool, leaves_after_s: float | None) -> None:
        if channel.answered is not None or self._over:
            return
        switch = self._switch
        channel.answered = switch.wall()
        if plan.cap_s is not None:
            switch.timer(channel, plan.cap_s, lambda: switch.hang_up(channel, "ALLOTTED_TIMEOUT", "switch"))
        if plan.credit_s is not None:
            switch.end_credit_at(channel, 0, channel.answered // SECOND_US + plan.credit_s)
        if leaves_after_s is not None:
            switch.timer(channel, leaves_after_s, lambda: switch.hang_up(channel, "NORMAL_CLEARING", "callee"))
        if plan.acceptance is None:
            self._win(channel)
        elif presses:
            switch.timer(channel, plan.acceptance.wait_s / 2, lambda: self._win(channel))
        else:
            wait_s = plan.acceptance.wait_s
            switch.timer(channel, wait_s, lambda: switch.hang_up(channel, "NORMAL_CLEARING", "switch"))

    def _win(self, channel: Channel) -> None:
        if self._over or not channel.lives:
            return
        self._over = True
        for other in self._channels:
            if other is not channel:
                self._switch.hang_up(other, "LOSE_RACE", "switch")
        self._on_won(channel)

    def _ended(self, channel: Channel) -> None:
        self._fail(channel.cause)

    def _fail(self, cause: str) -> None:
        self._failed.append(cause)
        if len(self._failed) == self._open and not self._over:
            self._over = True
            self._on_lost(next((word for word in _WORDS if word in self._failed), self._failed[-1]))
