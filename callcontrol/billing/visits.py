"""Visits: what a call's trail tells of the queues it waited in, queue by queue.

Total and tolerant like the rest of the fold: repeated entries count once; a visit whose end was not reported ends when
the next one begins, or with the call, and is marked as estimated; an entry that belongs to no visit becomes a note.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from callcontrol.billing.record import KeyPress, LegRecord, Note, OfferRecord, QueueVisit
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import GOES_ON, Leaving
from callcontrol.vocabulary.trail import LeftQueue, Offered, OfferEnded, Pressed, Queued, QueueEntry, WrapUpBegan

_MS_US = 1000


@dataclass(slots=True)
class _Offer:
    """An offer as it is told of.

    Attributes:
        ended: the first end told; but `accepted` gives way to another one: until caller and agent are joined, either
            may still go.
    """

    offered: Offered
    ended: OfferEnded | None = None
    wrap_up: WrapUpBegan | None = None

    @property
    def is_accepted(self) -> bool:
        return self.ended is not None and self.ended.how is OfferEnd.ACCEPTED

    def end(self, entry: OfferEnded) -> None:
        if self.ended is None or (self.is_accepted and entry.how is not OfferEnd.ACCEPTED):
            self.ended = entry


@dataclass(slots=True)
class _Visit:
    """A visit as it is told of.

    Attributes:
        guessed: nothing told that the caller entered.
        leg: the one that was bridged when the caller left to an agent: perhaps none of those the offer names, as that
            of an agent's second trunk or of a customer who is called back.
    """

    queued: Queued
    guessed: bool = False
    left: LeftQueue | None = None
    leg: str = ""
    offers: dict[tuple[str, str], _Offer] = field(default_factory=dict)
    keys: list[KeyPress] = field(default_factory=list)

    def offer(self, entry: Offered) -> None:
        """An agent whose turn in an offer has ended may ring in it once more (all at once): these turns are OFFER,
        OFFER/2, …; what is told again word for word is the same turn.
        """
        turns = self.turns(entry.offer, entry.agent)
        if turns and (turns[-1].ended is None or any(one.offered.at == entry.at for one in turns)):
            return
        turn = f"{entry.offer}/{len(turns) + 1}" if turns else entry.offer
        self.offers[turn, entry.agent] = _Offer(replace(entry, offer=turn))

    def turns(self, offer: str, agent: str) -> list[_Offer]:
        """The agent's turns in this offer, the latest last."""
        every = (one for (turn, who), one in self.offers.items() if who == agent and turn.startswith(offer))
        return [one for one in every if one.offered.offer == offer or one.offered.offer.startswith(f"{offer}/")]

    def leave(self, entry: LeftQueue, bridged: str) -> None:
        if self.left is None:
            self.left, self.leg = entry, bridged if entry.how is Leaving.ANSWERED else ""

    def go_on(self) -> None:
        """The agent left when both had just been joined: what ends the visit is still to come."""
        self.left, self.leg = None, ""

    def press(self, key: KeyPress) -> None:
        if key not in self.keys:
            self.keys.append(key)


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation of a caller and an agent."""

    bridged: Instant
    parted: Instant
    estimated: bool


@dataclass(slots=True)
class Visits:
    """Takes a trail's queue entries in, one after the other.

    Attributes:
        notes: entries that belong to no visit, in words.
    """

    notes: list[Note] = field(default_factory=list)
    _all: list[_Visit] = field(default_factory=list)
    _current: _Visit | None = None
    _bridged: str = ""  # the leg that was bridged last, since the caller entered

    def bridge(self, leg: str) -> None:
        """Caller and leg hear each other."""
        self._bridged = leg

    def give_up(self, at: Instant, detail: str) -> None:
        """An attempt to call a customer back came to nothing; unless they were joined, that is how its visit ended."""
        if self._current is not None:
            queued = self._current.queued
            wait_ms = (at - queued.joined) // _MS_US
            self._current.leave(LeftQueue(at, queued.queue, Leaving.FAILED, wait_ms, detail), "")

    def hear(self, entry: QueueEntry) -> None:
        """Take one entry in."""
        match entry:
            case Queued(took_up=took_up) if took_up == GOES_ON and self._current is not None:
                self._current.go_on()
            case Queued():
                self._current = self._known(entry) or self._begin(_Visit(entry))
            case Offered(at, _, queue):
                self._in(queue, at, at).offer(entry)
            case LeftQueue(at, queue, _, wait_ms):
                self._in(queue, at, Instant(at - wait_ms * _MS_US)).leave(entry, self._bridged)
            case Pressed(at, key) if self._current is not None:
                self._current.press(KeyPress(at, key))
            case OfferEnded(_, offer, agent) if (known := self._offer(offer, agent)) is not None:
                known.end(entry)
            case WrapUpBegan(_, offer, agent) if (known := self._offer(offer, agent)) is not None:
                known.wrap_up = known.wrap_up or entry
            case Pressed(at, key):
                self.notes.append(Note(at, f"key {key} pressed outside a queue"))
            case OfferEnded(at, offer, agent) | WrapUpBegan(at, offer, agent):
                self.notes.append(Note(at, f"{entry.kind} of an unknown offer: {offer} to {agent}"))

    def records(self, legs: tuple[LegRecord, ...], over: Instant) -> tuple[QueueVisit, ...]:
        """The visits in order.

        Args:
            legs: all of the call.
            over: when the call ended.
        """
        ends = [*(visit.queued.at for visit in self._all[1:]), over]
        return tuple(_record(visit, legs, end) for visit, end in zip(self._all, ends, strict=False))

    def _known(self, entry: Queued) -> _Visit | None:
        """The visit this entry repeats: word for word, or the caller is there already (the worker changed, or the agent
        left before they were joined)."""
        for visit in self._all:
            is_open = visit is self._current and visit.left is None and visit.queued.ticket == entry.ticket
            if visit.queued.queue == entry.queue and (visit.queued.at == entry.at or is_open):
                return visit
        return None

    def _begin(self, visit: _Visit) -> _Visit:
        self._all.append(visit)
        self._bridged = ""
        return visit

    def _in(self, queue: str, at: Instant, since: Instant) -> _Visit:
        """The visit to this queue: the present one, else the latest, else one of which we hear only now."""
        known = next((visit for visit in self._latest_first() if visit.queued.queue == queue), None)
        if known is None:
            known = self._current = self._begin(_Visit(Queued(at, queue, "", since, 0), guessed=True))
        return known

    def _offer(self, offer: str, agent: str) -> _Offer | None:
        """Its end may come when the caller is in the next queue already."""
        found = (visit.turns(offer, agent) for visit in self._latest_first())
        return next((turns[-1] for turns in found if turns), None)

    def _latest_first(self) -> list[_Visit]:
        return [*([self._current] if self._current else []), *reversed(self._all)]


def _record(visit: _Visit, legs: tuple[LegRecord, ...], end: Instant) -> QueueVisit:
    """The visit's record; `end`: when it was over at the latest."""
    queued, told = visit.queued, visit.left
    talks = _conversations(visit, legs)
    talk = next(reversed(talks.values()), None)  # an agent before may have left at once
    left = told or _supposed(queued, talk, end)
    gone = max(left.at, queued.at)
    offers = tuple(_offer_record(offer, talks.get(key), gone) for key, offer in visit.offers.items())
    return QueueVisit(
        queue=queued.queue,
        ticket=queued.ticket,
        entered=queued.at,
        joined=min(queued.joined, queued.at),
        took_up=queued.took_up,
        first_position=max(queued.position, 0),
        left=gone,
        how=left.how,
        wait_ms=max(left.wait_ms, 0),
        detail=left.detail,
        agent=_who_answered(left, offers),
        bridged=talk.bridged if talk else None,
        keys=tuple(visit.keys),
        wrap_up_until=next((offer.wrap_up_until for offer in offers if offer.wrap_up_until is not None), None),
        offers=offers,
        estimated=visit.guessed or told is None,
    )


def _supposed(queued: Queued, talk: _Talk | None, end: Instant) -> LeftQueue:
    """How the caller left if that was not reported: answered if joined to an agent."""
    at = talk.bridged if talk else end
    how = Leaving.ANSWERED if talk else Leaving.FAILED
    return LeftQueue(at, queued.queue, how, (at - min(queued.joined, queued.at)) // _MS_US)


def _who_answered(left: LeftQueue, offers: tuple[OfferRecord, ...]) -> str:
    if left.how is not Leaving.ANSWERED:
        return ""
    return next((offer.agent for offer in reversed(offers) if offer.bridged is not None), left.detail)


def _conversations(visit: _Visit, legs: tuple[LegRecord, ...]) -> dict[tuple[str, str], _Talk]:
    """What came of the offers: of those whose leg was bridged; of the one accepted last, if it was another leg."""
    bridged = {leg.leg_id: leg for leg in legs if leg.bridged is not None}
    found = {key: leg for key, offer in visit.offers.items() for leg in offer.offered.legs if leg in bridged}
    if visit.leg in bridged and visit.leg not in found.values():
        accepted = [key for key, offer in visit.offers.items() if offer.is_accepted]
        found |= dict.fromkeys(accepted[-1:], visit.leg)
    return {key: _talk(bridged[leg]) for key, leg in found.items()}


def _talk(leg: LegRecord) -> _Talk:
    assert leg.bridged is not None
    return _Talk(leg.bridged, max(leg.bridged, leg.ended or leg.bridged), leg.estimated)


def _offer_record(offer: _Offer, talk: _Talk | None, gone: Instant) -> OfferRecord:
    """The offer's record; `gone`: when the caller left, which ends an offer whose end was not reported."""
    offered, ended, wrap_up = offer.offered, offer.ended, offer.wrap_up
    how = ended.how if ended else OfferEnd.EXPIRED
    return OfferRecord(
        offer=offered.offer,
        agent=offered.agent,
        at=offered.at,
        legs=offered.legs,
        ended=max(offered.at, ended.at if ended else gone),
        how=OfferEnd.ACCEPTED if talk else how,
        detail=ended.detail if ended else "",
        bridged=talk.bridged if talk else None,
        parted=talk.parted if talk else None,
        wrap_up_from=wrap_up.at if wrap_up else None,
        wrap_up_until=max(wrap_up.at, wrap_up.until) if wrap_up else None,
        estimated=ended is None or (talk is not None and talk.estimated),
    )
