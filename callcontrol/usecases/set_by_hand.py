"""What is set by hand over opening hours and duties: looked at, set until an end that is known, taken back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.live_state.overrides import OverrideStore, encode_override
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.duty import DutyTarget, trouble_with, turn_of, zone_of
from callcontrol.kinds.targets.duty.plan import next_change
from callcontrol.kinds.targets.duty.settings import BLOCK
from callcontrol.routing.facts import Facts
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.override import DutyOverride, Overrides, SetByHand, end_at_change, override_of_hours
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.schedule_state import state
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import BadTarget, HoursTarget, text_of
from callcontrol.vocabulary.wall_clock import next_time

CHANGE: Final = "change"
TAKEN_BACK: Final = "taken-back"
_CLOCK: Final = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class HoursNow:
    """Opening hours at this moment.

    Attributes:
        until: when that changes next; None: not within two years, or not before it is taken back.
        by_hand: what is set by hand and counts; None: the schedule does.
    """

    name: str
    is_open: bool
    why: str
    until: Instant | None
    by_hand: Override | None


@dataclass(frozen=True, slots=True)
class DutyNow:
    """A duty at this moment; `holder`: a target's text, "" for none; the others as of hours."""

    name: str
    holder: str
    why: str
    until: Instant | None
    by_hand: DutyOverride | None


class HandsOn:
    """Opening hours and duties of a tenant, as they are now and as they are set by hand.

    Every method raises Refused where what is asked for makes no sense, and LiveStateError while Redis is away.
    """

    def __init__(
        self, configuration: Configuration, tenant: str, store: OverrideStore, now: Callable[[], Instant]
    ) -> None:
        self._configuration, self._tenant, self._store, self._now = configuration, tenant, store, now

    def hours(self) -> list[HoursNow]:
        """All of them."""
        known = self._store.read(self._tenant)
        return [self._hours_now(name, known) for name in self._settings.hours]

    def hours_of(self, name: str) -> HoursNow:
        """Of this name."""
        self._check_hours(name)
        return self._hours_now(name, self._store.read(self._tenant))

    def set_hours(self, name: str, is_open: bool, until: str, by: str, seen: str) -> HoursNow:
        """Open or close until then, whatever the schedule says.

        Args:
            until: as `end_in` reads it.
            by: who says so, for the trail of calls.
            seen: the version that was looked at.
        """
        self._check_hours(name)
        schedule, now = self._settings.hours[name].schedule, self._now()
        before = override_of_hours(self._store.read(self._tenant), name)
        try:
            change = end_at_change(schedule, is_open, now, before) if until == CHANGE else None
            new = Override(is_open, end_in(until, change, now, schedule.zone), by, now)
        except (BadMoment, ValueError) as error:
            raise Refused(str(error), "until") from error
        self._put(text_of(HoursTarget(name)), new, seen)
        return self.hours_of(name)

    def take_hours_back(self, name: str, seen: str) -> HoursNow:
        """The schedule counts again."""
        self._check_hours(name)
        self._put(text_of(HoursTarget(name)), None, seen)
        return self.hours_of(name)

    def duties(self) -> list[DutyNow]:
        """All of them."""
        facts = self._facts()
        return [self._duty_now(name, facts) for name in BLOCK.of(self._settings)]

    def duty_of(self, name: str) -> DutyNow:
        """Of this name."""
        self._check_duty(name)
        return self._duty_now(name, self._facts())

    def give_duty(self, name: str, target: str, until: str, by: str, seen: str) -> DutyNow:
        """Give it to another holder until then; arguments as of `set_hours`."""
        self._check_duty(name)
        facts, now = self._facts(), self._now()
        try:
            holder = KINDS.read(target)
        except BadTarget as error:
            raise Refused(str(error), "target") from error
        if (trouble := trouble_with(holder, name, facts)) is not None:
            raise Refused(trouble.why, "target")
        duty = BLOCK.of(self._settings)[name]
        zone = zone_of(duty, facts)
        try:
            end = end_in(until, next_change(duty, zone, now), now, zone)
        except (BadMoment, ValueError) as error:
            raise Refused(str(error), "until") from error
        self._put(text_of(DutyTarget(name)), DutyOverride(holder, end, by, now), seen)
        return self.duty_of(name)

    def take_duty_back(self, name: str, seen: str) -> DutyNow:
        """The plan counts again."""
        self._check_duty(name)
        self._put(text_of(DutyTarget(name)), None, seen)
        return self.duty_of(name)

    @property
    def _settings(self) -> Tenant:
        return self._configuration.settings.tenants[self._tenant]

    def _hours_now(self, name: str, known: Overrides) -> HoursNow:
        now, found = self._now(), override_of_hours(known, name)
        by_hand = found if found is not None and found.is_in_force(now) else None
        how = state(self._settings.hours[name].schedule, now, by_hand)
        return HoursNow(name, how.open, str(how.why), how.until, by_hand)

    def _duty_now(self, name: str, facts: Facts) -> DutyNow:
        duty, found = BLOCK.of(self._settings)[name], facts.override_of(DutyTarget(name), DutyOverride)
        turn = turn_of(name, duty, facts)
        until = found.until if found is not None else next_change(duty, zone_of(duty, facts), facts.now)
        return DutyNow(name, "" if turn.target is None else text_of(turn.target), turn.why, until, found)

    def _facts(self) -> Facts:
        configuration, known = self._configuration, self._store.read(self._tenant)
        prices = configuration.prices_of(self._tenant)
        return Facts(configuration.settings, KINDS, self._tenant, prices, Caller(""), "", self._now(), overrides=known)

    def _put(self, of: str, new: SetByHand | None, seen: str) -> None:
        before = self._store.read(self._tenant).get(of)
        if version_of(before) != seen or not self._store.store_if(self._tenant, of, new, before):
            raise ChangedMeanwhile(says("%(of)s has been set meanwhile", of=of), cure=says("look at it again"))

    def _check_hours(self, name: str) -> None:
        if name not in self._settings.hours:
            raise NotThere(unknown("schedule", name, self._settings.hours), "hours")

    def _check_duty(self, name: str) -> None:
        if name not in BLOCK.of(self._settings):
            raise NotThere(unknown("duty", name, BLOCK.of(self._settings)), "duty")


def version_of(by_hand: SetByHand | None) -> str:
    """What changes whenever something else is set by hand: for ETag and If-Match."""
    return hashlib.sha256(b"" if by_hand is None else encode_override(by_hand)).hexdigest()[:32]


def end_in(text: str, change: Instant | None, now: Instant, zone: tzinfo) -> Instant | None:
    """When what is set by hand is to end; None: once it is taken back.

    Args:
        text: `HH:MM`, the next one that comes; an ISO time; `change` or `taken-back`.
        change: when what is written changes next; None: never.

    Raises:
        BadMoment: it is no time.
        ValueError: it is over already.
    """
    if text in (CHANGE, TAKEN_BACK):
        return change if text == CHANGE else None
    clock = _CLOCK.fullmatch(text)
    until = next_time(int(clock[1]), int(clock[2]), now, zone) if clock else instant_from(text, zone)
    if until <= now:
        raise ValueError(f"--until {text}: that is over")
    return until
