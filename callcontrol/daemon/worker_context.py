"""Everything the drivers of one worker share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import gevent
from gevent.event import Event

from callcontrol.billing.costs import rate_record, unrated_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.control.ending import late_leg_end
from callcontrol.control.events import KeyPressed, LegGone
from callcontrol.daemon import record_meters
from callcontrol.daemon.box_line import BoxLine
from callcontrol.daemon.call_backs import CallBacks
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.event_polling import is_of_queue
from callcontrol.daemon.on_calls import OnCalls
from callcontrol.daemon.passing import Passing, Stray
from callcontrol.daemon.payer_counts import PayerCounts
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.restrictions import PayerRestrictions
from callcontrol.daemon.room_line import RoomLine
from callcontrol.daemon.surroundings import Clocks, Legs, MediaNotes, Records, Switches
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.daemon.trunk_watch import TrunkWatch
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained, note_fault
from callcontrol.edges.live_state import codec, supervision
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.spool import EntryRefused, SpoolClosed, SpoolFull
from callcontrol.vocabulary.leg import Leg, LegChange, Role

log = logging.getLogger(__name__)

# Events for a call that was taken from us still come for seconds; no more than so many calls are lost in that time.
MAX_LOST = 10_000
# Closed calls whose estimated ends may still be told; of older ones the switch's own records tell (10 KB each).
MAX_ESTIMATED = 1_000
# A record that is not on the disk after so many seconds may take long.
DURABLE_S = 2.0


@dataclass(slots=True)
class WorkerContext:
    """Shared by all calls of a worker.

    Attributes:
        drivers: the calls in progress, by id.
        of_queues: those of them that are of a queue now.
        queue_call_began: set when the first of these begins.
        call_by_channel: the call in progress of each channel; one that is the caller's of a call belongs to that call.
        joined: by a leg of another call that one of ours talks with (it is recorded, or the leg is beside it), that
            call of ours.
        holds: whether another worker may have our calls of a switch without our hearing of it: then nothing is done
            for them before that is known.
        cut_off: whether Redis does not answer us and our lease has run out: others may take our calls over, and only
            the switches tell of it.
        slack_s: how much longer than usual to wait for a switch (seconds).
        held: the drivers that wait for that.
        missed_keys: the keys of a call's caller that were pressed while no worker had the caller on the line.
        missed: the ends of a call's legs that were told before we had the call.
        lost: calls another worker has taken from us, the latest MAX_LOST.
        estimated: closed calls with an end that was not reported, or that were taken over: what is missing may still be
            reported. The latest MAX_ESTIMATED.
        closing: calls whose record is on its way to the disk; they need no adoption.
        spooled: of these, until when (monotonic seconds) the disk has time, and the call; in this order.
        watching: whether a timer looks after them.
        strays: calls of which Redis has not said yet that they are ours, or of which another worker may have a part
            (`strays.py`).
        passing: calls that come from and go to other workers while Redis is away.
    """

    worker: str
    current: Current
    rules: RuleStore
    languages: LanguageStore
    overrides: OverrideStore
    parked: ParkedStore
    rooms: RoomLine
    boxes: BoxLine
    credit: CreditLine
    calls: CallStore
    registrations: Registrations
    records: Records
    media: MediaNotes
    switches: Switches
    legs: Legs
    queue_store: QueueStore
    queues: QueueLine
    timers: Clocks
    trunks: TrunkWatch = field(default_factory=TrunkWatch)
    capacity: TrunkCapacity = field(default_factory=TrunkCapacity)
    on_calls: OnCalls = field(default_factory=OnCalls)
    counts: PayerCounts = field(default_factory=PayerCounts)
    call_backs: CallBacks = field(default_factory=CallBacks)
    restrictions: PayerRestrictions = field(default_factory=PayerRestrictions)
    supervision: supervision.SupervisionStore = field(default_factory=supervision.SupervisionStore)
    payers_learn: Callable[[Call, Sequence[LegChange]], object] = lambda call, news: None
    drivers: dict[str, DrivenCall] = field(default_factory=dict)
    of_queues: set[str] = field(default_factory=set)
    queue_call_began: Event = field(default_factory=Event)
    call_by_channel: dict[str, str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    holds: Callable[[str], bool] = lambda switch: False
    cut_off: Callable[[], bool] = lambda: False
    slack_s: Callable[[str], float] = lambda switch: 0.0
    held: dict[str, DrivenCall] = field(default_factory=dict)
    missed: Callable[[Call], Iterable[LegGone]] = lambda call: ()
    missed_keys: Callable[[Call], Iterable[KeyPressed]] = lambda call: ()
    lost: dict[str, None] = field(default_factory=dict)
    closing: set[str] = field(default_factory=set)
    estimated: dict[str, Call] = field(default_factory=dict)
    spooled: dict[str, tuple[float, Call]] = field(default_factory=dict)
    watching: bool = False
    strays: dict[str, Stray] = field(default_factory=dict)
    passing: Passing = field(default_factory=Passing)

    def take(self, driver: DrivenCall) -> None:
        """A call begins (or is taken over)."""
        self.drivers[driver.call.id] = driver
        self.passing.passed.pop(driver.call.id, None)
        self._index(driver.call.id, driver.call.legs)
        self.capacity.take(driver.call, self.current.configuration.settings)
        self.counts.take(driver.call, driver.facts)
        self.on_calls.take(driver.call, driver.facts.settings)
        self.note(driver.call)

    def give_away(self) -> tuple[DrivenCall, ...]:
        """All calls are other workers' from now on; returns their drivers."""
        handed = tuple(self.drivers.values())
        self.drivers.clear()
        self.of_queues.clear()
        self.call_by_channel.clear()
        self.joined.clear()
        return handed

    def note(self, call: Call) -> None:
        """A call in progress is as this now."""
        if is_of_queue(call):
            if not self.of_queues:
                self.queue_call_began.set()
            self.of_queues.add(call.id)
        else:
            self.of_queues.discard(call.id)
        if call.recording is not None and call.leg(call.recording.partner) is None:
            self.joined[call.recording.partner] = call.id
        if call.beside is not None:
            self.joined[call.beside.leg] = call.id

    def joined_driver(self, channel: str) -> DrivenCall | None:
        """The call in progress that talks with this leg of another call; None: none of ours does."""
        driver = self.drivers.get(self.joined.get(channel, ""))
        if driver is None:
            return None
        recording, beside = driver.call.recording, driver.call.beside
        is_recorded = recording is not None and recording.partner == channel
        return driver if is_recorded or (beside is not None and beside.leg == channel) else None

    def driver_of(self, channel: str) -> DrivenCall | None:
        """The call in progress that has this channel; None: none of ours."""
        return self.drivers.get(self.call_by_channel.get(channel, ""))

    def _index(self, call_id: str, legs: Iterable[Leg]) -> None:
        for leg in legs:
            if leg.role is Role.CALLER:
                self.call_by_channel[leg.id] = call_id
            else:
                self.call_by_channel.setdefault(leg.id, call_id)

    def resume(self) -> None:
        """It is known which calls are ours: the held drivers go on."""
        held, self.held = self.held, {}
        for driver in held.values():
            driver.resume()

    def is_held(self, call: Call) -> bool:
        """Whether nothing is done for a call before it is known that it is ours: see `holds`; or another worker has
        asked for it, and may be about to have it.
        """
        return self.holds(call.switch) or call.id in self.passing.offered

    def taken_elsewhere(self, call_id: str, arrived: bool, by: str = "") -> None:
        """A switch reports that another worker has this call: one that we have offered it to. Of any other one Redis's
        word counts instead, while it answers.
        """
        driver = self.drivers.get(call_id)
        if driver is None:
            return
        is_offered = self.passing.is_offered(call_id, by)
        if is_offered:
            self.passing.pass_on(call_id)
        if is_offered or self.cut_off():
            self.lose(driver.call.tenant, call_id, arrived)

    def save(self, call: Call) -> None:
        """A call in progress has changed: it is remembered so, unless another worker may have a part of it."""
        self.note(call)
        if call.id not in self.strays:
            self.calls.save(call)

    def refused(self, tenant: str, call_id: str) -> None:
        """Another worker has this call, as Redis says; where it has a part of it, both parts are brought together."""
        if call_id not in self.strays:
            self.lose(tenant, call_id)

    def lose(self, tenant: str, call_id: str, arrived: bool = False) -> None:
        """Another worker has this call; `arrived`: its channel came there through the dialplan."""
        self.calls.lost(tenant, call_id)
        self.held.pop(call_id, None)
        self.strays.pop(call_id, None)
        self.passing.offered.pop(call_id, None)
        self.lost[call_id] = None
        if len(self.lost) > MAX_LOST:
            self.lost.pop(next(iter(self.lost)))
        driver = self.drivers.pop(call_id, None)
        self.of_queues.discard(call_id)
        if driver is not None:
            self.on_calls.lost(driver.call)
            self._forget_legs(driver.call)
            log.info("another worker has the call", extra={"call": call_id})
            meters.calls_lost_total.inc()
            driver.lose(arrived)

    def release(self, call: Call) -> None:
        """A call is over: its record goes to disk, and only then it is forgotten in Redis."""
        self.drivers.pop(call.id, None)
        self.of_queues.discard(call.id)
        self._forget_legs(call)
        try:
            rated = self._record_of(call)
        except Exception as error:
            note_fault("record", "no record can be made of a call", error, call=call.id)
            self.closing.add(call.id)
            gevent.spawn(self._put_aside, call, f"no record: {type(error).__name__}: {error}")
            return
        try:
            self.closing.add(call.id)
            self.records.put(rated, lambda: self._closed(call))
        except EntryRefused as error:  # offered again it would always be refused again
            gevent.spawn(self._put_aside, call, str(error))
            return
        except (SpoolFull, SpoolClosed) as error:
            # Redis keeps the call with its trail; adoption offers it again.
            log.error("the record has to wait in Redis: %s", error, extra={"call": call.id})
            self.closing.discard(call.id)
            self.calls.save(call)
            return
        self._watch(call)
        record_meters.count(rated)
        _tell(rated.call)
        self._keep_estimated(call, rated)

    def _keep_estimated(self, call: Call, rated: RatedRecord) -> None:
        """The true end of a leg may still be told, and that of a leg whose worker could not save it."""
        self.estimated.pop(call.id, None)
        if call.taken_over or any(leg.estimated for leg in rated.call.legs):
            self.estimated[call.id] = call
        if len(self.estimated) > MAX_ESTIMATED:
            meters.limits_reached_total.labels("MAX_ESTIMATED").inc()
            self.estimated.pop(next(iter(self.estimated)))

    def late_leg_end(self, call_id: str, event: LegGone) -> None:
        """A leg's end was told after its call was closed: where the record lacks it, it is made anew, once."""
        call = self.estimated.get(call_id)
        if call is None:
            return
        corrected = late_leg_end(call, event, self.current.configuration.settings, clock.now())
        if corrected is call:
            return
        try:
            rated = self._record_of(corrected)
            self.records.put(rated, lambda: None)
        except (SpoolFull, SpoolClosed, EntryRefused) as error:
            log.error("the estimate stays: %s", error, extra={"call": call_id})
            return
        log.info("a leg's end was reported late, the record is made again", extra={"call": call_id})
        self._keep_estimated(corrected, rated)

    def _record_of(self, call: Call) -> RatedRecord:
        """The call's record with its costs; if rating fails, with the reason instead."""
        record = fold(call.trail)
        try:
            return rate_record(record, self.current.configuration.price_books.get(call.tenant))
        except Exception as error:
            note_fault("record", "a call cannot be rated", error, call=call.id)
            return unrated_record(record, f"rating failed: {type(error).__name__}: {error}")

    def _put_aside(self, call: Call, reason: str) -> None:
        """A person has to look at this call: its trail goes to the rejected records, and only then it is forgotten.

        Other workers append to the same file, so this may wait. Where it cannot be done Redis keeps the call with its
        trail, and adoption offers it again.
        """
        try:
            self.records.put_aside(codec.encode(call), reason)
            self._closed(call)
        except Exception as error:
            note_fault("record", "the call's trail has to wait in Redis", error, call=call.id)
            self.closing.discard(call.id)
            with contained("record", "the call cannot be saved", call=call.id):
                self.calls.save(call)

    def learn(self, call: Call, news: Sequence[LegChange], settings: Settings) -> None:
        """Take up how a call's legs have changed: whose they are, and how trunks do."""
        self._index(call.id, [leg for was, leg in news if was is None])
        self.on_calls.learn(call, news, settings)
        if not [leg for leg in call.legs if leg.trunk]:
            return  # what follows counts legs outside
        self.trunks.learn(call, news, settings)
        self.capacity.learn(call, news, settings)
        self.counts.learn(call, news)
        self.payers_learn(call, news)

    def _forget_legs(self, call: Call) -> None:
        self.trunks.over(call)
        self.capacity.over(call)
        self.counts.over(call)
        self.on_calls.over(call)
        for leg in call.legs:
            if self.call_by_channel.get(leg.id) == call.id:
                del self.call_by_channel[leg.id]
        for channel in [channel for channel, call_id in self.joined.items() if call_id == call.id]:
            del self.joined[channel]

    def _watch(self, call: Call) -> None:
        """Look at the call again after DURABLE_S. One timer serves all calls: hardly any record takes so long."""
        self.spooled[call.id] = clock.monotonic() + DURABLE_S, call
        if not self.watching:
            self.watching = True
            self.timers.after(DURABLE_S, self._save_undurable)

    def _save_undurable(self) -> None:
        """The disk does not take a record: should this worker die now, the live state has the call's whole trail."""
        now_s = clock.monotonic()
        late = [call for due_s, call in self.spooled.values() if due_s <= now_s]
        for call in late:
            del self.spooled[call.id]
            if call.id in self.closing:
                self.calls.save(call)
        self.watching = bool(self.spooled)
        if self.watching:
            self.timers.after(next(iter(self.spooled.values()))[0] - now_s, self._save_undurable)

    def _closed(self, call: Call) -> None:
        """The record is on the disk: the call may be forgotten."""
        self.closing.discard(call.id)
        self.spooled.pop(call.id, None)
        self.calls.forget(call)


def _tell(record: CallRecord) -> None:
    about = {"call": record.call_id, "tenant": record.tenant, "answered_by": record.answered_by}
    log.info("call ended: %s", record.outcome.value, extra=about)
