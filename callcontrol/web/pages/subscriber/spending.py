"""What my phone costs: this month and the last, the account where there is one, limits and what is used of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from callcontrol.edges.ledger.reader import Totals
from callcontrol.usecases.own_spending import CapUsed, currency_of, spending_of
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.seen_calls import wanted_by
from callcontrol.vocabulary.credit import amount_of
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Asked, Common
from callcontrol.web.pages.page import Page, Part, Shown, has_phone
from callcontrol.web.pages.texts import N_

MONTHS: Final = (("this-month", N_("This month")), ("last-month", N_("Last month")))

SPANS: Final = {"hour": N_("an hour"), "day": N_("a day"), "month": N_("a month")}
# Which calls a limit counts; tenants name others by themselves.
COUNTED: Final = {
    "all": N_("all calls"),
    "dear": N_("dear calls"),
    "premium": N_("premium numbers"),
    "satellite": N_("satellite phones"),
    "international": N_("calls abroad"),
}


class MonthAsked(Common):
    """Which month."""

    period: Literal["this-month", "last-month"]


def _show(asked: Asked) -> Shown:
    services, extension = asked.services, _own_phone(asked)
    with services.people(asked.tenant) as connection:
        found = spending_of(
            services.configuration, asked.tenant, extension, connection, services.pipeline, services.now()
        )
    account = found.account
    values = {
        "months": MONTHS,
        "spending": found,
        "account": None
        if account is None
        else {
            "balance": amount_of(account.balance.units),
            "reserved": amount_of(account.reserved + account.unbooked),
            "left": amount_of(account.left),
            "on_hold": account.balance.on_hold,
        },
        "caps": [_cap(one) for one in found.caps],
        "words": {"spans": SPANS, "counted": COUNTED},
    }
    return Shown("subscriber/spending.html", values)


def _own_phone(asked: Asked) -> str:
    extension = asked.person.extension
    known = extension in asked.services.tenant(asked.tenant).extensions
    if not known or not may(asked.person, Verb.SEE, Kind.COSTS, Thing(asked.tenant, extension=extension)):
        raise NotThere(says("you have no phone of your own here"))
    return extension


def _month(asked: Asked) -> Shown:
    """A month's sums, which take longer than all else on the page; so they follow it."""
    currency = currency_of(asked.services.configuration, asked.tenant, _own_phone(asked))
    values = {"totals": _totals(asked, asked.given.period), "currency": currency, "nothing": Decimal(0)}
    return Shown("subscriber/spending_month.html", values)


def _cap(cap: CapUsed) -> Mapping[str, Any]:
    """A limit's name, `money_per_hour/all`, in its parts."""
    span, _, counted = cap.name.removeprefix("money_per_").partition("/")
    share = cap.spent / cap.amount if cap.amount else Decimal(1)
    return {"span": span, "counted": counted, "spent": cap.spent, "amount": cap.amount, "share": share}


def _totals(asked: Asked, period: str) -> Totals | None:
    """Of the calls of the own phone, whatever others the person sees; None: it would take too long."""
    given = {"period": period, "extension": asked.person.extension}
    wanted = wanted_by(asked.person, asked.services.configuration, asked.tenant, given, asked.services.now())
    with asked.services.history(asked.tenant) as history:
        return history.totals(wanted)


SPENDING: Final = Page(
    "spending",
    "/spending",
    N_("Spending"),
    (Verb.SEE, Kind.COSTS),
    "subscriber",
    _show,
    parts=(Part("/spending/month", _month, MonthAsked),),
    fits=has_phone,
)
