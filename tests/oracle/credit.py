"""The credit accounts of a tenant as `credit_scripts` have them, in Python: what the scripts are compared with.

Written for reading, not for speed: sums are made anew at each step, and nothing is remembered but what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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

    def reserve(self, now: Instant, request: SpanRequest) -> SpanReply | None:
        """None: the balance is not known."""
        state = self._of(request.account)
        if state.balance is None:
            return None
        own = state.spans.get(request.leg, Span())
        if request.leg in self.over:
            return _reply(SpanWord.OVER, state, request, own)
        if state.balance.on_hold:
            return _reply(SpanWord.ON_HOLD, state, request, own)
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
        best = _best(now, request, asked, running, share, max(state.left(request.floor), 0))
        if best is None and own.talk_s == 0:
            return _reply(SpanWord.SHORT, state, request, own)
        given = best or Rung(own.talk_s, own.units)
        units = max(own.units, given.units)
        new = Span(units, request.rate, given.talk_s, request.answered, now + request.lease_us)
        if len(state.spans) > MAX_EXACT:
            running = [replace(one, talk_s=new.talk_s) for one in running]
        state.spans[request.leg] = new
        dry = None if others is None else _dry_ms(now, new, running, state.left(request.floor))
        return _reply(SpanWord.GRANTED, state, request, new, None if dry is None else Instant(dry * 1000))

    def end(self, now: Instant, account: CreditAccount, leg: str, used: int) -> bool:
        self._forget(now)
        if leg in self.over:
            return False
        state = self._of(account)
        state.spans.pop(leg, None)
        self.over[leg] = now
        if used:
            state.unbooked[leg] = Unbooked(used, now)
        return True

    def book(self, now: Instant, balance: Balance, legs: Iterable[str] = ()) -> Booking:
        state = self._of(balance.account)
        booking = _booking(state.balance, balance)
        if booking.word in ("newer", "mended"):
            state.balance = balance
        for leg in legs:
            state.unbooked.pop(leg, None)
            state.spans.pop(leg, None)
            self.over[leg] = now
        self._forget(now)
        return replace(booking, unbooked=sum(one.units for one in state.unbooked.values()))

    def expire(self, now: Instant) -> list[Released]:
        found = []
        for account, state in self.accounts.items():
            for leg in [leg for leg, span in state.spans.items() if span.lease < now]:
                found.append(Released(f"{account.name}:{account.currency}", leg, state.spans.pop(leg).units))
        return found

    def look(self, account: CreditAccount) -> LiveAccount:
        state = self._of(account)
        reserved = {leg: span.units for leg, span in state.spans.items()}
        return LiveAccount(account, state.balance, reserved, dict(state.unbooked))

    def lose(self) -> None:
        """All that Redis has is gone."""
        self.accounts.clear()
        self.over.clear()

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


def _best(
    now: Instant, request: SpanRequest, own: Span, running: list[Span], share: int | None, left: int
) -> Rung | None:
    """The largest rung within the share; else the first that leads on, for the leg that comes to its end next."""
    affordable = [rung for rung in request.rungs if rung.talk_s > own.talk_s and rung.units - own.units <= left]
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


def _reply(word: SpanWord, state: State, request: SpanRequest, own: Span, dry: Instant | None = None) -> SpanReply:
    return SpanReply(word, own.units, own.talk_s, state.left(request.floor), len(state.spans), dry)
