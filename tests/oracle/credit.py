"""The credit accounts of a tenant as `credit_scripts` have them, in Python: what the scripts are compared with.

Written for reading, not for speed: sums are made anew at each step, and nothing is remembered but what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse, Cover, Covered, LiveBundle
from callcontrol.vocabulary.credit import (
    Balance,
    Booking,
    CreditAccount,
    LiveAccount,
    Released,
    Rung,
    SpanReply,
    SpanRequest,
    SpanWord,
    Unbooked,
)
from callcontrol.vocabulary.moment import SECOND_US, Instant

LOST_US = 86_400 * SECOND_US
OVER_US = 600 * SECOND_US
MAX_EXACT = 50


@dataclass(frozen=True)
class Span:
    """What is reserved for a leg."""

    units: int = 0
    rate: int = 0
    talk_s: int = 0
    answered: Instant | None = None
    lease: int = 0

    def till_ms(self, now: Instant, talk_s: int | None = None) -> int:
        """Until when it may talk; while it rings, counted from now."""
        return (self.answered or now) // 1000 + 1000 * (self.talk_s if talk_s is None else talk_s)

    @property
    def is_running(self) -> bool:
        return self.answered is not None and self.rate > 0


@dataclass(frozen=True)
class Held:
    """What a leg holds of bundles: reserved, or used and not in the ledger yet."""

    parts: dict[BundleCounter, int]
    till: int


@dataclass
class State:
    """One account."""

    balance: Balance | None = None
    spans: dict[str, Span] = field(default_factory=dict)
    unbooked: dict[str, Unbooked] = field(default_factory=dict)

    def left(self, floor: int) -> int:
        assert self.balance is not None
        reserved = sum(span.units for span in self.spans.values())
        return self.balance.units - floor - reserved - sum(one.units for one in self.unbooked.values())


class CreditModel:
    """All accounts of a tenant."""

    def __init__(self) -> None:
        self.accounts: dict[CreditAccount, State] = {}
        self.over: dict[str, Instant] = {}
        self.uses: dict[BundleCounter, BundleUse] = {}
        self.held: dict[str, Held] = {}

    def reserve(self, now: Instant, request: SpanRequest) -> SpanReply | None:
        """None: the balance is not known, or what is used of a bundle."""
        state = self._of(request.account)
        if state.balance is None or any(cover.counter not in self.uses for cover in request.covers):
            return None
        own = state.spans.get(request.leg, Span())
        if request.leg in self.over:
            return self._reply(SpanWord.OVER, state, request, own)
        if state.balance.on_hold:
            return self._reply(SpanWord.ON_HOLD, state, request, own)
        others = {leg: span for leg, span in state.spans.items() if leg != request.leg}
        rates = request.rate + sum(span.rate for span in others.values() if span.is_running)
        wanted = request.rungs[-1].units - own.units
        scarce = state.left(request.floor) < max(rates * request.horizon_s, wanted)
        if scarce:
            self.expire(now)
            own = state.spans.get(request.leg, Span())
            others = {leg: span for leg, span in others.items() if leg in state.spans}
        return self._grant(now, request, state, own, others if scarce else None)

    def _grant(
        self, now: Instant, request: SpanRequest, state: State, own: Span, others: dict[str, Span] | None
    ) -> SpanReply:
        asked = replace(own, rate=request.rate, answered=request.answered)
        running = [span for span in (others or {}).values() if span.is_running]
        if len(state.spans) > MAX_EXACT:  # they count as one, which has reserved as far ahead as this one
            together = replace(asked, rate=sum(span.rate for span in running), answered=asked.answered or now)
            running = [together] if running else []
        share = None if others is None else _dry_ms(now, asked, running, state.left(request.floor))
        rungs = [rung for rung in request.rungs if self._is_covered(request, rung)]
        best = _best(now, rungs, asked, running, share, max(state.left(request.floor), 0))
        if best is None and own.talk_s == 0:
            return self._reply(SpanWord.SHORT, state, request, own)
        given = best or Rung(own.talk_s, own.units)
        units = given.units if best and request.covers else max(own.units, given.units)
        new = Span(units, request.rate, given.talk_s, request.answered, now + request.lease_us)
        if len(state.spans) > MAX_EXACT:
            running = [replace(one, talk_s=new.talk_s) for one in running]
        state.spans[request.leg] = new
        self._hold(request, best, now + request.lease_us)
        dry = None if others is None else _dry_ms(now, new, running, state.left(request.floor))
        return self._reply(SpanWord.GRANTED, state, request, new, None if dry is None else Instant(dry * 1000))

    def end(
        self,
        now: Instant,
        account: CreditAccount,
        leg: str,
        used: int,
        uses: Iterable[tuple[BundleCounter, int]] = (),
    ) -> bool:
        self._forget(now)
        if leg in self.over:
            return False
        state = self._of(account)
        state.spans.pop(leg, None)
        self.over[leg] = now
        if used:
            state.unbooked[leg] = Unbooked(used, now)
        self._holds(leg, dict(uses), now + LOST_US)
        return True

    def count(self, uses: Iterable[BundleUse], *, known_only: bool = False) -> list[str]:
        words = []
        for told in uses:
            known = self.uses.get(told.counter)
            words.append("unknown" if known is None and known_only else _counted(known, told))
            if words[-1] in ("newer", "mended"):
                self.uses[told.counter] = told
        return words

    def book(self, now: Instant, balance: Balance, legs: Iterable[str] = ()) -> Booking:
        state = self._of(balance.account)
        booking = _booking(state.balance, balance)
        if booking.word in ("newer", "mended"):
            state.balance = balance
        for leg in legs:
            state.unbooked.pop(leg, None)
            state.spans.pop(leg, None)
            self.held.pop(leg, None)
            self.over[leg] = now
            self._forget(now)
        return replace(booking, unbooked=sum(one.units for one in state.unbooked.values()))

    def expire(self, now: Instant) -> list[Released]:
        found = []
        for account, state in self.accounts.items():
            for leg in [leg for leg, span in state.spans.items() if span.lease < now]:
                found.append(Released(f"{account.name}:{account.currency}", leg, state.spans.pop(leg).units))
        self.held = {leg: held for leg, held in self.held.items() if held.till >= now}
        return found

    def look(self, account: CreditAccount) -> LiveAccount:
        state = self._of(account)
        reserved = {leg: span.units for leg, span in state.spans.items()}
        return LiveAccount(account, state.balance, reserved, dict(state.unbooked))

    def lose(self) -> None:
        """All that Redis has is gone."""
        self.accounts.clear()
        self.over.clear()
        self.uses.clear()
        self.held.clear()

    def look_at_bundle(self, counter: BundleCounter) -> LiveBundle:
        mine = [held.parts[counter] for held in self.held.values() if counter in held.parts]
        return LiveBundle(counter, self.uses.get(counter), sum(mine), len(mine))

    def _is_covered(self, request: SpanRequest, rung: Rung) -> bool:
        own = self.held.get(request.leg, Held({}, 0)).parts
        for cover, parts in zip(request.covers, rung.parts, strict=True):
            mine = own.get(cover.counter, 0)
            if parts > mine and self._free(cover) + mine < parts:
                return False
        return True

    def _free(self, cover: Cover) -> int:
        return cover.size - self.uses[cover.counter].used - self.look_at_bundle(cover.counter).held

    def _hold(self, request: SpanRequest, best: Rung | None, till: int) -> None:
        if best is not None and request.covers:
            counters = (cover.counter for cover in request.covers)
            self._holds(request.leg, dict(zip(counters, best.parts, strict=True)), till)
        elif request.leg in self.held:
            self.held[request.leg] = replace(self.held[request.leg], till=till)

    def _holds(self, leg: str, parts: dict[BundleCounter, int], till: int) -> None:
        self.held.pop(leg, None)
        if any(parts.values()):
            self.held[leg] = Held({counter: n for counter, n in parts.items() if n}, till)

    def _reply(
        self, word: SpanWord, state: State, request: SpanRequest, own: Span, dry: Instant | None = None
    ) -> SpanReply:
        mine = self.held.get(request.leg, Held({}, 0)).parts
        covered = tuple(
            Covered(mine.get(one.counter, 0), self._free(one), self.look_at_bundle(one.counter).legs)
            for one in request.covers
        )
        left, legs = state.left(request.floor), len(state.spans)
        return SpanReply(word, own.units, own.talk_s, left, legs, dry, covered)

    def _of(self, account: CreditAccount) -> State:
        return self.accounts.setdefault(account, State())

    def _forget(self, now: Instant) -> None:
        self.over = {leg: at for leg, at in self.over.items() if at > now - OVER_US}


def _booking(known: Balance | None, told: Balance) -> Booking:
    if known is None or known.entry < told.entry:
        return Booking("newer", 0)
    if known.entry > told.entry:
        return Booking("older", 0)
    return Booking("same", 0) if known == told else Booking("mended", told.units - known.units)


def _counted(known: BundleUse | None, told: BundleUse) -> str:
    if known is None or known.changes < told.changes:
        return "newer"
    if known.changes > told.changes:
        return "older"
    return "same" if known == told else "mended"


def _best(now: Instant, rungs: list[Rung], own: Span, running: list[Span], share: int | None, left: int) -> Rung | None:
    """The largest rung within the share; else the first that leads on, for the leg that comes to its end next."""
    affordable = [rung for rung in rungs if rung.talk_s > own.talk_s and rung.units - own.units <= left]
    within = [
        rung
        for rung in affordable
        if share is None or rung.units <= own.units or own.till_ms(now, rung.talk_s) <= share
    ]
    if within:
        return within[-1]
    sooner = [span for span in running if now // 1000 < span.till_ms(now) < own.till_ms(now)]
    return affordable[0] if affordable and not sooner else None


def _dry_ms(now: Instant, own: Span, running: list[Span], left: int) -> int | None:
    """When what is left is used up, if each leg goes on from the end of its span."""
    tills = sorted((span.till_ms(now), span.rate) for span in (own, *running))
    rates, left = 0, max(left, 0)
    for i, (till, rate) in enumerate(tills):
        rates += rate
        is_last = i + 1 == len(tills)
        gap = None if is_last else tills[i + 1][0] - till
        if rates and (gap is None or left * 1000 < rates * gap):
            return till + left * 1000 // rates
        left -= 0 if gap is None else rates * gap // 1000
    return None
