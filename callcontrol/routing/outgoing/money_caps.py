"""Caps of money: what a payer has spent in this hour, day and month, and what follows where it has passed a cap.

What the ledger has charged counts, and what running calls have cost so far; a call counts in the spans in which it
arrived. Hours, days and months are those of the tenant's zone; what follows holds until the end of the span. Besides,
no single call can cost more than a whole cap: the switch ends it there, whatever becomes of us.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from callcontrol.config.caps import caps_of
from callcontrol.config.payer_limits import (
    ACTIONS,
    ACTIONS_OF_ALL,
    ALL,
    DEAR,
    DEAR_CLASSES,
    MONEY_OF_EXTENSION,
    MONEY_OF_TENANT,
    Action,
    Caps,
)
from callcontrol.config.settings import Tenant
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.credit import units_of
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.restriction import Level, RestrictPayer
from callcontrol.vocabulary.spending import TENANT, Span, Spans, Spent, sum_of

_SPANS: Final = tuple(Span)
_CAPPED: Final = (ALL, DEAR, *(one.value for one in Direction if one is not Direction.EMERGENCY))
_PERCENT: Final = 100


class MoneyCap(NamedTuple):
    """A cap of a payer.

    Attributes:
        capped: a class of numbers, `all` or `dear`.
        amount: in the currency of the payer's price list.
        actions: by percent of the amount.
    """

    capped: str
    span: Span
    amount: Decimal
    actions: Mapping[int, Action]

    @property
    def name(self) -> str:
        """Of the limit, as restrictions have it."""
        return f"money_per_{self.span}/{self.capped}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of numbers that it is for; () for all."""
        if self.capped == DEAR:
            return tuple(sorted(DEAR_CLASSES))
        return () if self.capped == ALL else (self.capped,)

    def counts(self, direction: str) -> bool:
        """Whether numbers of this class are counted in it."""
        return not self.classes or direction in self.classes


class Use(NamedTuple):
    """How much of a cap is used."""

    cap: MoneyCap
    spent: Decimal


def caps_on(payer: str, tenant: Tenant, currency: str, classes: Collection[str] = _CAPPED) -> Iterator[MoneyCap]:
    """The caps of money of this payer for numbers of these classes, `all` and `dear` among them."""
    for capped in classes:
        caps = caps_of(payer, capped, tenant)
        for index, span in enumerate(_SPANS):
            amount = _amount(payer, capped, caps, index, currency)
            if amount:
                yield MoneyCap(capped, span, amount, caps.actions or (ACTIONS_OF_ALL if capped == ALL else ACTIONS))


def used(payer: str, tenant: Tenant, currency: str, spent: Spent) -> Iterator[Use]:
    """Each cap, and how much of it is used."""
    for cap in caps_on(payer, tenant, currency):
        yield Use(cap, sum_of(spent, cap.classes or None, cap.span, currency))


def passed(payer: str, tenant: Tenant, currency: str, spent: Spent, spans: Spans) -> list[RestrictPayer]:
    """What follows from what the payer has spent: the strictest action of each cap of which enough is used."""
    found = []
    directions = {direction for direction, _ in spent}
    classes = (ALL, *((DEAR,) if directions & DEAR_CLASSES else ()), *sorted(directions)) if spent else ()
    for cap in caps_on(payer, tenant, currency, classes):
        amount = sum_of(spent, cap.classes or None, cap.span, currency)
        action = _action(cap, amount)
        if action is not None:
            why = f"{plain(amount)} {currency} of {plain(cap.amount)} spent this {cap.span} on {cap.capped} numbers"
            until = spans[cap.span][1]
            found.append(RestrictPayer(payer, cap.name, Level(action), cap.classes, until, why))
    return found


def longest_for_money_s(dialling: Dialling, facts: Facts, longest_s: int) -> int:
    """How long the call may last (seconds) before it costs a whole cap of its payer, or of the tenant as a whole."""
    price = facts.prices.price_of(dialling.number, facts.now, dialling.payer)
    smallest = _smallest(dialling, facts)
    if price is None or smallest is None:
        return longest_s
    if price.connection_fee + price.per_minute * longest_s / 60 <= smallest:
        return longest_s
    talk_s = facts.prices.affordable_s(dialling.number, facts.now, units_of(smallest), dialling.payer)
    return min(longest_s, max(talk_s, 1))


def _smallest(dialling: Dialling, facts: Facts) -> Decimal | None:
    """The smallest cap that counts the call and blocks when it is used up; worked out once for each payer and class."""
    known = facts.tenant.limits.smallest_money
    key = dialling.payer, dialling.direction(facts).value, facts.prices.currency_of(dialling.payer)
    if key not in known:
        known[key] = min((cap.amount for cap in _blocking(dialling, facts)), default=None)
    return known[key]


def _blocking(dialling: Dialling, facts: Facts) -> Iterator[MoneyCap]:
    """The caps that count the call, and block when they are used up."""
    direction, currency = dialling.direction(facts), facts.prices.currency_of(dialling.payer)
    classes = (ALL, DEAR, direction.value) if direction in DEAR_CLASSES else (ALL, direction.value)
    for payer in {dialling.payer, TENANT}:
        for cap in caps_on(payer, facts.tenant, currency, classes):
            if any(Level(action).blocks and share <= _PERCENT for share, action in cap.actions.items()):
                yield cap


def _amount(payer: str, capped: str, caps: Caps, index: int, currency: str) -> Decimal:
    """What is written, else the default; 0: there is no cap."""
    written = (caps.money_per_hour, caps.money_per_day, caps.money_per_month)[index]
    if written is not None:
        return written
    default = (MONEY_OF_TENANT if payer == TENANT else MONEY_OF_EXTENSION).get(capped)
    return Decimal(0) if default is None else about(Decimal(default[index]), currency)


def _action(cap: MoneyCap, spent: Decimal) -> Action | None:
    """The strictest that is due; None: none is."""
    due = [action for share, action in cap.actions.items() if spent * _PERCENT >= cap.amount * share]
    return max(due, key=lambda action: Level(action).rank, default=None)
