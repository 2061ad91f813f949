"""Fold: a finished call's trail becomes its record.

`fold` is total: whatever happened to the daemon in the middle of a call, a trail that tells of an arrival yields a
record, and what it does not know is marked as estimated. Entries told twice count once.

The outcome of a call:
1. a leg was bridged, or the channel of another call was joined with the caller's: `answered`;
2. else the caller asked to be called back: `callback`;
3. else the caller hung up while something was still to be tried: `abandoned`;
4. else what the last step came to: `voicemail`, `announced`, `changed`, `busy`, `no_answer`, `unavailable`, …; a queue
   is over when the caller leaves it: `abandoned`, `overflow` (sent or taken out of it), `failed`;
5. else (no step ever ended) what the switch says of the caller's channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from callcontrol.billing.leg_ends import estimated_why, leg_outcome, leg_times
from callcontrol.billing.menus import Menus
from callcontrol.billing.moves import Interruptions, Moves
from callcontrol.billing.record import CallRecord, LegRecord, Note, PathEntry, Recording, Side, TalkFact
from callcontrol.billing.segments import Segments
from callcontrol.billing.surveys import Surveys, last_score
from callcontrol.billing.visits import Visits
from callcontrol.vocabulary.bundled import Bundled
from callcontrol.vocabulary.demand import NOTHING_ASKED, CallerDemand, demand_text
from callcontrol.vocabulary.leg import Role, RoleTaken
from callcontrol.vocabulary.menu_visit import MenuEntered, MenuLeft
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import HandedOver, Interrupted, MoveEntry, PickedUp, Resumed, TookOver, Transferred
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import GOES_ON, Leaving
from callcontrol.vocabulary.recording import RecordingNoted
from callcontrol.vocabulary.survey import Surveyed
from callcontrol.vocabulary.trail import (
    Arrived,
    Bridged,
    ChoiceEntry,
    Demanded,
    Dialled,
    Entry,
    JoinedOutside,
    LanguageChosen,
    LeftQueue,
    LegEnded,
    LegFound,
    Moved,
    Noted,
    Offered,
    OfferEnded,
    Parted,
    Passed,
    Pressed,
    Queued,
    QueueEntry,
    Recorded,
    Routed,
    StepEnded,
    WrapUpBegan,
)

_NEVER = Instant(0)
_QUEUE, _CALLBACK = "queue", "callback"

# What leaving a queue makes of a call that nothing else follows for. Who is moved waits on, so it makes nothing of it.
_OUTCOME_OF_LEAVING = {
    Leaving.ANSWERED: Outcome.ANSWERED,
    Leaving.ABANDONED: Outcome.ABANDONED,
    Leaving.WAITED_OUT: Outcome.OVERFLOW,
    Leaving.DESERTED: Outcome.OVERFLOW,
    Leaving.CLOSED: Outcome.OVERFLOW,
    Leaving.KEY: Outcome.OVERFLOW,
    Leaving.CALLBACK: Outcome.CALLBACK,
    Leaving.REMOVED: Outcome.OVERFLOW,
    Leaving.FAILED: Outcome.FAILED,
}


class BadTrail(ValueError):
    """The trail cannot be a call's: it tells of no arrival."""


@dataclass(slots=True)
class _TrailFacts:
    """What a trail tells, sorted, in one walk.

    Attributes:
        dialled: by leg; of a leg we only heard of later, what little that tells.
        bridged: when each leg was first bridged, in that order.
        joined: the caller talked with a channel of another call.
        untalked: those of them whose party left at once: the caller waited on.
        ends: how each leg ended: the first thing the switch said of its channel, else the first estimate.
        bundled: what was reserved of bundles, by leg.
        roles: of legs that turned out to have another one than they were dialled for.
        led: the leg that was transferred and stands in the caller's place, "" if none does.
        step: the step that ended last.
        went_on: whether something else was to come after it: only then is hanging up giving up. After ringing in vain
            something always is, if only the refusal.
        is_callback_due: the caller asked to be called back.
        language: the one that was chosen last, "" if none was.
        demand: what the caller has asked for by keys.
        refusal: why a number outside was not dialled, the last time.
    """

    arrived: Arrived | None = None
    last: Instant = _NEVER
    dialled: dict[str, Dialled] = field(default_factory=dict)
    bridged: dict[str, Instant] = field(default_factory=dict)
    joined: bool = False
    untalked: set[str] = field(default_factory=set)
    ends: dict[str, LegEnded] = field(default_factory=dict)
    bundled: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    led: str = ""
    step: StepEnded | None = None
    went_on: bool = True
    is_callback_due: bool = False
    language: str = ""
    demand: CallerDemand = NOTHING_ASKED
    refusal: str = ""
    menus: Menus = field(default_factory=Menus)
    visits: Visits = field(default_factory=Visits)
    segments: Segments = field(default_factory=Segments)
    path: list[PathEntry] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    surveys: Surveys = field(default_factory=Surveys)
    moves: Moves = field(default_factory=Moves)
    interruptions: Interruptions = field(default_factory=Interruptions)
    notes: list[Note] = field(default_factory=list)
    talks: dict[RecordingNoted, TalkFact] = field(default_factory=dict)

    @property
    def answered_leg(self) -> str:
        """The first whose party talked with the caller, "" if none did."""
        return next((leg for leg in self.bridged if leg not in self.untalked), "")

    def hear(self, entry: Entry) -> None:
        """Take one entry in."""
        self.last = max(self.last, entry.at)
        match entry:
            case Routed(at, target, why, source) | Passed(at, target, why, source):
                self.path.append(PathEntry(at, target, why, source, isinstance(entry, Passed)))
                self.went_on = self.went_on or isinstance(entry, Routed)
                self.refusal = (isinstance(entry, Passed) and entry.reason) or self.refusal
            case Dialled(_, leg):
                self._dial(entry, leg)
            case Moved(_, leg):
                self.led = leg
            case LegFound(at, leg, to, address, trunk, shown, payer, called):
                self.dialled.setdefault(leg, Dialled(at, leg, to, address, trunk, shown, payer, called))
            case LegEnded(_, leg):
                if _is_news(self.ends.get(leg), entry):
                    self.ends[leg] = entry
            case Bundled() | RoleTaken():
                self._learn_of_leg(entry)
            case Bridged(at, leg):
                self.bridged.setdefault(leg, at)
                self.visits.bridge(leg)
                if leg != self.led:  # else it has its transferor again
                    self.moves.join(leg)
                self.segments.hear(entry)
            case JoinedOutside() | Parted():
                self._talk(entry)
            case StepEnded():
                self._end_step(entry)
            case Queued() | Offered() | OfferEnded() | LeftQueue() | Pressed() | WrapUpBegan():
                self.visits.hear(entry)
                self._wait(entry)
            case Arrived():
                self.arrived = self.arrived or entry
            case Recorded(at, box, path):
                self.recordings.append(Recording(at, box, path))
            case MenuEntered() | MenuLeft():
                self.menus.hear(entry)
            case LanguageChosen() | Demanded():
                self._choose(entry)
            case Surveyed():
                self.surveys.hear(entry)
            case Interrupted() | Resumed():
                self.interruptions.hear(entry)
            case Transferred() | PickedUp() | TookOver() | HandedOver():
                self._move(entry)
            case Noted(at, what):
                self.notes.append(Note(at, what))
            case RecordingNoted(at, fact, why, media_id, source):
                self.talks.setdefault(entry, TalkFact(at, fact.value, why, media_id, source))

    def _learn_of_leg(self, entry: Bundled | RoleTaken) -> None:
        match entry:
            case Bundled(_, leg, reserved):
                self.bundled[leg] = reserved
            case RoleTaken(_, leg, role):
                self.roles[leg] = role

    def _talk(self, entry: JoinedOutside | Parted) -> None:
        self.segments.hear(entry, self.led)
        if isinstance(entry, JoinedOutside):
            self.joined = True
            self.moves.join(entry.leg_id)

    def _move(self, entry: MoveEntry) -> None:
        self.moves.hear(entry)
        self.notes.append(Note(entry.at, entry.words))
        if isinstance(entry, HandedOver):
            self.segments.hear(entry)

    def _choose(self, entry: ChoiceEntry) -> None:
        match entry:
            case LanguageChosen(_, language):
                self.language = language
            case Demanded(_, skills, priority, label):
                self.demand = CallerDemand(skills, priority, label)

    def _dial(self, entry: Dialled, leg: str) -> None:
        self.dialled.setdefault(leg, entry)
        self.went_on = True

    def _end_step(self, entry: StepEnded) -> None:
        is_known = self.step is not None and self.step.step == _QUEUE and not self.went_on
        if entry.step == _QUEUE and is_known:
            return  # how the caller left has told it already
        if entry.step == _CALLBACK:
            self.visits.give_up(entry.at, entry.detail)
        is_to_be_joined = entry.step == _QUEUE and entry.outcome is Outcome.ANSWERED
        self.step, self.went_on = entry, entry.step == "ring" or is_to_be_joined

    def _wait(self, entry: QueueEntry) -> None:
        """What a queue makes of the call: a caller who waits may still be served, one who has left may not, unless
        moved to another queue or about to be joined to an agent."""
        match entry:
            case Queued(took_up=took_up):
                self.step, self.went_on = None, True
                self.untalked |= set(self.bridged) if took_up == GOES_ON else set()
            case LeftQueue(at, how=how) if how is not Leaving.MOVED:
                self.is_callback_due = self.is_callback_due or how is Leaving.CALLBACK
                if how is not Leaving.FAILED or self.step is None:  # a step that failed meanwhile tells more
                    self.step = StepEnded(at, _QUEUE, _OUTCOME_OF_LEAVING[how])
                self.went_on = how is Leaving.ANSWERED


def _is_news(known: LegEnded | None, entry: LegEnded) -> bool:
    """Whether this end replaces what is known: the truth replaces what was only supposed."""
    if known is None or entry.estimated:
        return known is None
    return known.estimated or (known.stamps is None and entry.stamps is not None)


def fold(trail: Sequence[Entry]) -> CallRecord:
    """The record of a call whose book is closed.

    Raises:
        BadTrail: nothing in the trail says that a call arrived.
    """
    told = _TrailFacts()
    for entry in trail:
        told.hear(entry)
    if told.arrived is None:
        raise BadTrail(f"a trail of {len(trail)} entries without an arrival: a call's trail begins with `arrived`")
    own, sent = _caller_leg(told.arrived, told), _sent_legs(told.arrived, told)
    # A channel that was dialled for another call, and transferred, stands in that one's record: once.
    folded = sent if told.arrived.leg_of else [*own, *sent]
    wrong = [Note(told.last, note) for _, note in folded if note]
    return _record(told.arrived, told, own[0][0] if own else None, tuple(leg for leg, _ in folded), wrong)


def _record(
    arrived: Arrived, told: _TrailFacts, own: LegRecord | None, legs: tuple[LegRecord, ...], wrong: list[Note]
) -> CallRecord:
    first = told.answered_leg
    # The switch's clock and ours may differ by a little; a call never ends before it arrived.
    ended = max(end_of_call(own, legs, told.led) or told.last, arrived.at)
    visits, surveys = told.visits.records(legs, ended), told.surveys.records()
    return CallRecord(
        call_id=arrived.call_id,
        tenant=arrived.tenant,
        switch=arrived.switch,
        worker=arrived.worker,
        caller=arrived.caller,
        dialled=arrived.dialled,
        outcome=_outcome(told, arrived.channel),
        answered_leg=first,
        answered_by=next((leg.to for leg in legs if leg.leg_id == first), ""),
        arrived=arrived.at,
        answered=None if own is None or own.answered is None else max(own.answered, arrived.at),
        bridged=told.bridged.get(first),
        ended=ended,
        path=tuple(told.path),
        recordings=tuple(told.recordings),
        notes=(*told.notes, *told.visits.notes, *wrong),
        legs=legs,
        estimated=any(leg.estimated for leg in legs) or any(visit.estimated for visit in visits),
        visits=visits,
        segments=told.segments.records(arrived.channel, legs if own is None else (own, *legs), told.last),
        led_leg=told.led,
        language=told.language,
        demand=demand_text(told.demand.skills),
        priority=told.demand.priority,
        label=told.demand.label,
        menus=told.menus.records(ended),
        talks=tuple(told.talks.values()),
        refusal=told.refusal,
        surveys=surveys,
        survey_score=last_score(surveys),
        interruptions=told.interruptions.records(
            {leg.leg_id: leg.ended for leg in legs if leg.ended is not None}, ended
        ),
    )


def end_of_call(own: LegRecord | None, legs: Sequence[LegRecord], led: str) -> Instant | None:
    """The end of the caller's channel, and of the leg that stands in its place; where there is none, of the last leg.

    None: no end of these is known.
    """
    leading = [own, *(leg for leg in legs if leg.leg_id == led)] if own else legs
    return max((leg.ended for leg in leading if leg.ended is not None), default=None)


def _caller_leg(arrived: Arrived, told: _TrailFacts) -> list[tuple[LegRecord, str]]:
    """None in a callback's call: agent and customer are both legs we sent out."""
    if not arrived.channel:
        return []
    shape = Dialled(arrived.at, arrived.channel, "", arrived.dialled, shown=arrived.caller.number, role=Role.CALLER)
    return [_leg(Side.A, shape, told)]


def _sent_legs(arrived: Arrived, told: _TrailFacts) -> list[tuple[LegRecord, str]]:
    """Every leg that was dialled, then any of which we only heard that it was bridged or ended."""
    shapes = dict(told.dialled)
    for leg, at in (*told.bridged.items(), *((leg, end.at) for leg, end in told.ends.items())):
        if leg not in shapes:
            shapes[leg] = Dialled(at, leg, "", "")
    shapes.pop(arrived.channel, None)  # the caller's own leg
    return [_leg(Side.B, shape, told) for shape in shapes.values()]


def _leg(direction: Side, shape: Dialled, told: _TrailFacts) -> tuple[LegRecord, str]:
    """The leg's record, and a note where its stamps had to be put right."""
    end = told.ends.get(shape.leg_id)
    bridged = told.bridged.get(shape.leg_id) if direction is Side.B else None
    times, estimate = leg_times(shape, end, bridged, told.last), estimated_why(end, bridged)
    record = LegRecord(
        leg_id=shape.leg_id,
        direction=direction,
        to=shape.to,
        address=shape.address,
        trunk=shape.trunk,
        shown=shape.shown,
        payer=shape.payer,
        dialled=shape.at,
        created=times.created,
        ringing=times.ringing,
        answered=times.answered,
        bridged=bridged,
        ended=times.ended,
        cause=end.cause if end else "",
        outcome=leg_outcome(end, bridged),
        hung_up_by=end.hung_up_by if end else "",
        estimated=bool(times.note or estimate),
        estimate=times.note or estimate,
        called_direction=shape.direction or "",
        bundled=told.bundled.get(shape.leg_id, ""),
        moved_from=told.moves.of.get(shape.leg_id, ""),
        moved_to=told.moves.to.get(shape.leg_id, ""),
        role=told.roles.get(shape.leg_id) or shape.role or "",
    )
    return record, times.note


def _outcome(told: _TrailFacts, channel: str) -> Outcome:
    if told.answered_leg or told.joined:
        return Outcome.ANSWERED
    if told.is_callback_due:
        return Outcome.CALLBACK
    step, end = told.step, told.ends.get(channel)
    if end is not None and _gave_up(end) and told.went_on:
        return Outcome.ABANDONED
    if step is not None and step.outcome is not Outcome.ANSWERED:
        return step.outcome
    return end.outcome if end and end.outcome is not Outcome.ANSWERED else Outcome.FAILED


def _gave_up(end: LegEnded) -> bool:
    """Whether the caller ended the channel; if the switch does not say who did, the channel's outcome decides."""
    return end.hung_up_by == "caller" or (not end.hung_up_by and end.outcome is Outcome.ABANDONED)
