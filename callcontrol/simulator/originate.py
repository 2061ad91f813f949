"""Dialling legs: who rings when, for how long, and who wins. Follows switch_ivr_originate."""

from __future__ import annotations

from dataclasses import dataclass

import gevent
from gevent.event import Event as Signal

from callcontrol.simulator import bridging, causes
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.channel_values import truth
from callcontrol.simulator.dial_string import DialString, Endpoint, ParseError, enterprise_parts, parse
from callcontrol.simulator.leg import Leg, Request, new_leg
from callcontrol.simulator.session import Session, SwitchBase

DEFAULT_TIMEOUT_S = 60
# Variables of the caller that count for the attempt as if they stood in the dial string.
_INHERITED = (
    "group_confirm_key",
    "group_confirm_file",
    "group_confirm_read_timeout",
    "group_confirm_cancel_timeout",
    "group_confirm_timeout",
    "fail_on_single_reject",
    "ignore_early_media",
    "originate_continue_on_timeout",
    "ignore_ring_ready",
    "progress_timeout",
)


@dataclass(frozen=True, slots=True)
class Dialling:
    """How an attempt ended: the leg that answered, or the cause why none did."""

    leg: Channel | None
    cause: str


def originate(switch: SwitchBase, text: str, caller: Session | None, timeout_s: int = 0) -> Dialling:
    """Dial; returns when a leg has answered or none will."""
    parts = enterprise_parts(text)
    if len(parts) == 1:
        return Attempt(switch, caller, timeout_s).dial(parts[0])
    return _enterprise(switch, parts, caller, timeout_s)


def _enterprise(switch: SwitchBase, parts: list[str], caller: Session | None, timeout_s: int) -> Dialling:
    """Several dial strings at once, each with its own turns and limits; the first that answers wins."""
    attempts = [Attempt(switch, caller, timeout_s) for _ in parts]
    won = Signal()
    results: dict[int, Dialling] = {}

    def run(index: int) -> None:
        results[index] = attempts[index].dial(parts[index])
        if results[index].leg is not None or len(results) == len(parts):
            won.set()

    threads = [gevent.spawn(run, index) for index in range(len(parts))]
    won.wait()
    winner = next((index for index in sorted(results) if results[index].leg is not None), None)
    for index, attempt in enumerate(attempts):
        if index != winner:
            attempt.cancel("LOSE_RACE")
    gevent.joinall(threads)
    for index, result in results.items():
        if result.leg is not None and index != winner:
            result.leg.set("group_dial_status", "loser")
            result.leg.hangup("LOSE_RACE")
    return results[winner if winner is not None else 0]


class Attempt:
    """One dial string being dialled."""

    def __init__(self, switch: SwitchBase, caller: Session | None, timeout_s: int) -> None:
        self._switch = switch
        self._caller = caller
        self._timeout_s = timeout_s or DEFAULT_TIMEOUT_S
        self._signal = caller.wake if caller is not None else Signal()
        self._legs: list[Leg] = []
        self._cancelled = ""
        self._failure = ""
        self._told_ringing = False
        self._timed_out = False
        self._forced = ""  # the cause of the whole attempt, whatever else its legs say
        self._began_epoch = 0

    def cancel(self, cause: str) -> None:
        """Give up from outside: the race was won elsewhere."""
        self._cancelled = cause
        self._signal.set()

    def dial(self, text: str) -> Dialling:
        """Try the turns one after another."""
        try:
            dial_string = parse(text)
        except ParseError:
            dial_string = DialString({}, ())
        variables = self._variables(dial_string)
        limit = variables.get("originate_timeout")
        if limit and limit.isdigit() and int(limit):
            self._timeout_s = int(limit)
        self._note_start()
        result = Dialling(None, "DESTINATION_OUT_OF_ORDER")
        if not dial_string.turns:
            self._note_result(result)
        for turn in dial_string.turns:
            result = self._turn(turn, variables)
            gave_up = self._timed_out and not truth(variables.get("originate_continue_on_timeout"))
            if result.leg is not None or gave_up or self._stopped():
                break
        return result

    def _variables(self, dial_string: DialString) -> dict[str, str]:
        found: dict[str, str] = {}
        if self._caller is not None:
            channel = self._caller.channel
            found.update(exported(channel))
            limit = channel.get("call_timeout")
            if limit and limit.isdigit():
                self._timeout_s = int(limit)
            inherited = {name: channel.get(name) for name in _INHERITED}
            found.update({name: value for name, value in inherited.items() if value})
        return found | dial_string.variables

    def _note_start(self) -> None:
        if self._caller is not None:
            self._caller.channel.set("originate_disposition", "failure")
            self._caller.channel.set("DIALSTATUS", "INVALIDARGS")

    def _stopped(self) -> bool:
        heir = self._caller.channel.heir if self._caller is not None else None
        if heir is not None:
            return bool(self._cancelled) or heir.down
        return bool(self._cancelled) or (self._caller is not None and not self._caller.ready())

    # --- one turn ----------------------------------------------------------------------------------------------

    def _turn(self, turn: tuple[Endpoint, ...], variables: dict[str, str]) -> Dialling:
        self._timed_out = False
        self._legs = []
        self._failure = ""
        for endpoint in turn:
            self._set_up(endpoint, variables)
        self._began_epoch = self._switch.core.timeline.epoch_s()
        winner = self._race(variables) if self._legs else None
        result = Dialling(winner.channel if winner is not None else None, self._settle(winner))
        heir = self._caller.channel.heir if self._caller is not None else None
        if heir is not None and result.leg is not None:
            bridging.uuid_bridge(self._switch, heir.uuid, result.leg.uuid)
            result = Dialling(None, "ATTENDED_TRANSFER")
        self._note_result(result)
        return result

    def _set_up(self, endpoint: Endpoint, variables: dict[str, str]) -> None:
        request = Request(endpoint.target, variables, endpoint.variables)
        leg = new_leg(self._switch, request, self._caller)
        if isinstance(leg, str):
            self._failure = leg
            return
        leg.channel.waiters.append(self._signal)
        self._legs.append(leg)
        if self._caller is not None:
            p = leg.channel.profile
            self._caller.channel.set("originate_signal_bond", leg.channel.uuid)
            self._caller.channel.push("originated_legs", f"{leg.channel.uuid};{p.callee_name};{p.callee_number}")

    def _race(self, variables: dict[str, str]) -> Leg | None:
        timeline = self._switch.core.timeline
        for leg in self._legs:
            if not leg.delay_s:
                leg.start()
        while True:
            self._signal.clear()
            if self._stopped():
                if self._caller is not None:
                    self._caller.step_back()
                return None
            winner = self._look(variables)
            if winner is not None or all(leg.channel.down for leg in self._legs) or self._time_is_up():
                return winner
            self._take_orders()
            timeline.wait(self._signal, self._until_next_limit())

    def _take_orders(self) -> None:
        if self._caller is not None:
            self._caller.take_orders()

    def _look(self, variables: dict[str, str]) -> Leg | None:
        early_ok = variables.get("ignore_early_media") not in ("ring_ready", "consume") and not truth(
            variables.get("ignore_early_media")
        )
        for leg in self._legs:
            channel = leg.channel
            if channel.down:
                continue
            if channel.ring_ready or channel.early_media:
                self._pass_ringing(leg, variables)
            if leg.winner:
                return leg
            reached = channel.answered or (early_ok and channel.early_media)
            if reached and not leg.confirming and not leg.confirm(self._signal, variables):
                return leg
        return None

    def _pass_ringing(self, leg: Leg, variables: dict[str, str]) -> None:
        if self._told_ringing or self._caller is None:
            return
        self._told_ringing = True
        channel = self._caller.channel
        ringback = channel.get("transfer_ringback") if channel.answered else channel.get("ringback")
        ringback = ringback or channel.get("ringback")
        if ringback:
            channel.mark_early_media()
            channel.far_end.told("ringback", file=ringback)
            self._pass_callee(leg)
        elif leg.channel.ring_ready or variables.get("ignore_early_media") == "ring_ready":
            self._pass_callee(leg)
            channel.mark_ringing()

    def _pass_callee(self, leg: Leg) -> None:
        if self._caller is not None and len(self._legs) == 1:
            self._caller.channel.show_callee(leg.channel.profile)

    # --- limits: whole seconds of the wall clock, as in the switch -----------------------------------------------

    def _time_is_up(self) -> bool:
        elapsed = self._switch.core.timeline.epoch_s() - self._began_epoch
        self._start_delayed(elapsed)
        for leg in self._legs:
            if not leg.channel.down and leg.made_no_progress(elapsed):
                leg.channel.hangup("PROGRESS_TIMEOUT")
                self._forced = "PROGRESS_TIMEOUT"
            if not leg.channel.down and leg.limit_s and elapsed > leg.limit_s:
                leg.channel.hangup("ALLOTTED_TIMEOUT")
        if elapsed >= self._timeout_s:
            self._timed_out = True
        return self._timed_out or all(leg.channel.down for leg in self._legs)

    def _start_delayed(self, elapsed: int) -> None:
        waiting = [leg for leg in self._legs if leg.delay_s and not leg.started]
        active = [leg for leg in self._legs if leg.started and not leg.channel.down]
        if not active and waiting:
            soonest = min(leg.delay_s for leg in waiting)
            for leg in waiting:
                leg.hurry(soonest, elapsed)
        for leg in waiting:
            if not leg.channel.down and (leg.delay_s <= 0 or elapsed > leg.delay_s):
                leg.start()

    def _until_next_limit(self) -> float:
        limits = [self._timeout_s]
        for leg in self._legs:
            if not leg.channel.down:
                limits += [leg.limit_s + 1] if leg.limit_s else []
                limits += [leg.progress_s + 1] if leg.progress_s else []
                limits += [leg.delay_s + 1] if not leg.started else []
        due_us = (self._began_epoch + min(limits)) * 1_000_000
        return max((due_us - self._switch.core.timeline.now_us()) / 1_000_000, 0.001)

    # --- the end -----------------------------------------------------------------------------------------------

    def _settle(self, winner: Leg | None) -> str:
        """Hang the others up; the cause of the whole turn."""
        for leg in self._legs:
            if leg is not winner:
                leg.lose(self._cause_for_losers(winner))
        if winner is not None:
            return "SUCCESS"
        if self._cancelled:
            return self._cancelled
        if self._stopped():
            return "ORIGINATOR_CANCEL"
        if self._timed_out:
            return "NO_ANSWER"
        if self._legs:
            return self._forced or self._legs[0].channel.cause
        return self._failure or "DESTINATION_OUT_OF_ORDER"

    def _cause_for_losers(self, winner: Leg | None) -> str:
        if self._forced:
            return self._forced
        if winner is not None:
            return "LOSE_RACE"
        if self._timed_out:
            return "NO_ANSWER"
        return self._cancelled or "ORIGINATOR_CANCEL"

    def _note_result(self, result: Dialling) -> None:
        """Answer the caller with the winner and leave the result of the turn in the caller's variables."""
        for leg in self._legs:
            leg.channel.unwatch(self._signal)
        if self._caller is None:
            return
        channel, winner = self._caller.channel, result.leg
        if winner is not None:
            channel.show_callee(winner.profile)
            bridging.answer_with(channel, winner)
            channel.mark_early_media()
        channel.set("originate_disposition", result.cause)
        channel.set("DIALSTATUS", causes.dialstatus(result.cause))
        for leg in self._legs:
            channel.push("originate_causes", f"{leg.channel.uuid};{leg.channel.cause or 'NONE'}")
        if winner is not None:
            channel.set("signal_bond", winner.uuid)
            channel.set("originate_signal_bond", None)


def exported(channel: Channel) -> dict[str, str]:
    """The variables the caller exports to its legs: the names in `export_vars`, with or without `nolocal:`."""
    names = channel.get("export_vars") or ""
    found: dict[str, str] = {}
    for name in names.split(","):
        value = channel.get(name)
        if name and value:
            found[name.removeprefix("nolocal:")] = value
    return found
