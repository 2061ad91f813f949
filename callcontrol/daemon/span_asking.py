"""What is asked of an account for a leg, and what its answer means for the leg. Pure: prices and time come in."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from callcontrol.billing.charges import Unrated
from callcontrol.billing.credit import MARGIN_S, ask_again_s, credit_ends_s, lease_us, rate_ahead, span_rungs, units_at
from callcontrol.billing.tariff import Tariff
from callcontrol.config.credit_accounts import account_of
from callcontrol.config.settings import Tenant
from callcontrol.control.credit_events import SpanAnswer
from callcontrol.control.leg_credit import LegCredit
from callcontrol.vocabulary.credit import AmountTooLarge, CreditAccount, SpanReply, SpanRequest, SpanWord, units_of
from callcontrol.vocabulary.moment import SECOND_US, Instant


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a leg.

    Attributes:
        credit: as the call knew it.
        answered: when the leg was answered; while it rings, when it may be.
        talked_s: how long it has talked.
        units_before: what its talk costs up to the end that the switch was told.
    """

    credit: LegCredit
    request: SpanRequest
    tariff: Tariff
    answered: Instant
    talked_s: float
    span_s: int
    units_before: int

    def answer(self, reply: SpanReply) -> SpanAnswer:
        """What the account has answered, as the call hears it."""
        ends_s = credit_ends_s(self.tariff, self.credit.number, self.answered, reply, self.credit.limit_s)
        again_s = ask_again_s(self.talked_s, reply.talk_s, self.span_s)
        talk_s = min(reply.talk_s, self.credit.limit_s)
        return SpanAnswer(reply.word, talk_s, ends_s if isinstance(ends_s, int) else reply.talk_s, again_s)

    def longest_s(self, units: int) -> int:
        """How long the leg may talk if so many units are given out for it; 0: not at all."""
        given = [rung.talk_s for rung in self.request.rungs if rung.units - self.units_before <= units]
        return max(given, default=0)

    def units_for(self, talk_s: int) -> int:
        """What is given out with that, in units."""
        return next(rung.units for rung in self.request.rungs if rung.talk_s == talk_s) - self.units_before


def asked(tenant: str, settings: Tenant, tariff: Tariff, credit: LegCredit, now: Instant) -> Asked | str:
    """The request for a leg's first span, or its next one; or why there is none.

    What is asked for leads a whole span beyond this moment.
    """
    answered = credit.answered or now
    talked_s = (now - answered) / SECOND_US
    account = account_of(credit.payer, settings)
    span_s = max(ceil(talked_s) + settings.credit.span - credit.talk_s, 1)
    try:
        rungs = span_rungs(tariff, credit.number, answered, credit.talk_s, span_s)
        rate = rate_ahead(tariff, credit.number, answered, credit.talk_s)
        before = units_at(tariff, credit.number, answered, credit.talk_s + MARGIN_S) if credit.talk_s else 0
        floor = -units_of(account[1].overdraft) if account is not None else 0
    except AmountTooLarge as error:
        return str(error)
    if isinstance(rungs, Unrated) or isinstance(rate, Unrated) or isinstance(before, Unrated):
        return next(found.detail for found in (rungs, rate, before) if isinstance(found, Unrated))
    request = SpanRequest(
        account=CreditAccount(tenant, credit.account, tariff.currency),
        leg=credit.leg,
        rungs=rungs,
        rate=rate,
        answered=credit.answered,
        floor=floor,
        lease_us=lease_us(settings.credit.span, credit.ring_s),
        horizon_s=2 * settings.credit.span + max(settings.credit.warn, default=0),
    )
    return Asked(credit, request, tariff, answered, talked_s, settings.credit.span, before)


def refused(why: str, credit: LegCredit, span_s: int) -> SpanAnswer:
    """The answer for a leg for which nothing can be asked."""
    return SpanAnswer(SpanWord.SHORT, again_s=span_s / 2, why=f"{credit.number} has no price to reserve: {why}")
