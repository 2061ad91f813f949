"""Which legs an account pays for. Who causes a leg to be dialled pays for it; emergency and free calls ask none."""

from __future__ import annotations

from typing import NamedTuple

from callcontrol.config.credit_accounts import account_of
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import LegPlan, TrunkNumber
from callcontrol.vocabulary.target import EmergencyTarget


class Paid(NamedTuple):
    """A leg that an account pays for.

    Attributes:
        account: its name.
        number: the number that is priced.
        limit_s: the longest conversation (seconds).
    """

    plan: LegPlan
    account: str
    number: str
    limit_s: int


def paid_by(plan: LegPlan, facts: Facts) -> Paid | None:
    """The account that pays for this leg, None if none does: it costs nothing, or its payer has none."""
    kind, _, number = plan.to.partition(":")
    account = account_of(plan.payer, facts.tenant)
    if account is None or kind == EmergencyTarget.kind or not isinstance(plan.endpoint, TrunkNumber):
        return None
    return Paid(plan, account[0], number, plan.cap_s or facts.settings.limits.talk_s)
