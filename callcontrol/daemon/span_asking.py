"""What is asked of an account for a leg, and what its answer means for the leg. Pure: prices and time come in."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from callcontrol.billing.charges import Unrated
from callcontrol.billing.covers import CoveredLeg
from callcontrol.billing.credit import MARGIN_S, ask_again_s, credit_ends_s, lease_us, rate_ahead, span_rungs, units_at
from callcontrol.billing.tariff import Tariff
from callcontrol.config.credit_accounts import account_of
from callcontrol.config.settings import Tenant
from callcontrol.control.credit_events import SpanAnswer
from callcontrol.control.leg_credit import LegCredit
from callcontrol.vocabulary.credit import (
    AmountTooLarge,
    CreditAccount,
    Rung,
    SpanReply,
    SpanRequest,
    SpanWord,
    units_of,
)
from callcontrol.vocabulary.moment import SECOND_US, Instant


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a leg.

    Attributes:
        credit: as the call knew it.
        answered: when the leg was answered; while it rings, when it may be.
        talked_s: how long it has talked.
        units_before: what its talk costs up to the end that the switch was told.
        covered: the leg with its bundles; None: it has none.
        free: what was taken to be left of each of them for the leg (parts).
    """

    credit: LegCredit
    request: SpanRequest
    tariff: Tariff
    answered: Instant
    talked_s: float
    span_s: int
    units_before: int
    covered: CoveredLeg | None = None
    free: tuple[int, ...] = ()

    def answer(self, reply: SpanReply) -> SpanAnswer:
        """What the account has answered, as the call hears it."""
        ends_s = self._ends_s(reply)
        again_s = ask_again_s(self.talked_s, reply.talk_s, self.span_s)
        talk_s = min(reply.talk_s, self.credit.limit_s)
        bundled = self.credit.bundled
        if self.covered is not None and reply.covered:
            bundled = self.covered.text_of([one.own for one in reply.covered])
        return SpanAnswer(
            reply.word, talk_s, ends_s if isinstance(ends_s, int) else reply.talk_s, again_s, bundled=bundled
        )

    def is_mistaken(self, reply: SpanReply) -> bool:
        """Whether less was granted than was wanted, and of the bundles more or less is left than was taken."""
        is_less = reply.talk_s < self.request.rungs[-1].talk_s
        return is_less and reply.word in _DECIDED and free_in(reply) != self.free and bool(reply.covered)

    def longest_s(self, units: int) -> int:
        """How long the leg may talk if so many units are given out for it; 0: not at all."""
        given = [rung.talk_s for rung in self.request.rungs if rung.units - self.units_before <= units]
        return max(given, default=0)

    def units_for(self, talk_s: int) -> int:
        """What is given out with that, in units."""
        return next(rung.units for rung in self.request.rungs if rung.talk_s == talk_s) - self.units_before

    def _ends_s(self, reply: SpanReply) -> int | Unrated:
        if self.covered is None:
            return credit_ends_s(self.tariff, self.credit.number, self.answered, reply, self.credit.limit_s)
        free = tuple(one.own + max(one.free, 0) // max(one.legs, 1) for one in reply.covered) or self.free
        units = reply.units + max(reply.left, 0) // max(reply.legs, 1)
        return min(max(self.covered.ends_s(units, free, self.credit.limit_s), reply.talk_s), self.credit.limit_s)


# What is left of bundles decides these.
_DECIDED = (SpanWord.GRANTED, SpanWord.SHORT)


def free_in(reply: SpanReply) -> tuple[int, ...]:
    """What the leg may take of each bundle, by the answer."""
    return tuple(one.own + max(one.free, 0) for one in reply.covered)


@dataclass(frozen=True, slots=True)
class Bundles:
    """What a leg is covered by.

    Attributes:
        leg: with its bundles.
        free: what is left of them for the leg (parts).
        is_asked: more is asked of them; no: what the leg has of them stays as it is.
    """

    leg: CoveredLeg
    free: tuple[int, ...]
    is_asked: bool = True


def asked(
    tenant: str, settings: Tenant, tariff: Tariff, credit: LegCredit, now: Instant, bundles: Bundles | None = None
) -> Asked | str:
    """The request for a leg's first span, or its next one; or why there is none.

    What is asked for leads a whole span beyond this moment.
    """
    answered = credit.answered or now
    talked_s = (now - answered) / SECOND_US
    account = account_of(credit.payer, settings)
    span_s = max(ceil(talked_s) + settings.credit.span - credit.talk_s, 1)
    try:
        rungs, rate, before = _priced(tariff, credit, answered, span_s, bundles)
        floor = -units_of(account[1].overdraft) if account is not None else 0
    except AmountTooLarge as error:
        return str(error)
    if isinstance(rungs, Unrated) or isinstance(rate, Unrated) or isinstance(before, Unrated):
        return next(found.detail for found in (rungs, rate, before) if isinstance(found, Unrated))
    is_asked = bundles is not None and bundles.is_asked
    request = SpanRequest(
        account=CreditAccount(tenant, credit.account, tariff.currency),
        leg=credit.leg,
        rungs=rungs if is_asked else tuple(rung._replace(parts=()) for rung in rungs),
        rate=rate,
        answered=credit.answered,
        floor=floor,
        lease_us=lease_us(settings.credit.span, credit.ring_s),
        horizon_s=2 * settings.credit.span + max(settings.credit.warn, default=0),
        covers=bundles.leg.covers if bundles is not None and is_asked else (),
    )
    covered, free = (bundles.leg, bundles.free) if bundles is not None else (None, ())
    return Asked(credit, request, tariff, answered, talked_s, settings.credit.span, before, covered, free)


_Priced = tuple[tuple[Rung, ...] | Unrated, int | Unrated, int | Unrated]


def _priced(tariff: Tariff, credit: LegCredit, answered: Instant, span_s: int, bundles: Bundles | None) -> _Priced:
    """What is asked for, what a second costs from its end on, and what the talk costs up to the end that was told."""
    told_s = credit.talk_s + MARGIN_S if credit.talk_s else 0
    if bundles is None:
        rungs = span_rungs(tariff, credit.number, answered, credit.talk_s, span_s)
        rate = rate_ahead(tariff, credit.number, answered, credit.talk_s)
        return rungs, rate, units_at(tariff, credit.number, answered, told_s)
    leg, free = bundles.leg, bundles.free
    before = leg.price(told_s * SECOND_US, free).units
    return leg.rungs(credit.talk_s, span_s, free), leg.rate_ahead(credit.talk_s, free), before


def refused(why: str, credit: LegCredit, span_s: int) -> SpanAnswer:
    """The answer for a leg for which nothing can be asked."""
    return SpanAnswer(SpanWord.SHORT, again_s=span_s / 2, why=f"{credit.number} has no price to reserve: {why}")
