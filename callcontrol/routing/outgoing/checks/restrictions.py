"""What a payer may not do for now: a limit was passed, or a person has said so."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks.rights import NEED_NO_RIGHT
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.restriction import BY_HAND, Level, Restriction, strictest


def check(dialling: Dialling, facts: Facts) -> Refusal | None:
    """Refuses what a restriction in force blocks, or lets through only with the payer's PIN."""
    found = _strictest(dialling, facts)
    if found is None or found.level is Level.WARN or (found.level is Level.ASK_PIN and dialling.has_pin):
        return None
    what = "may call them only with its PIN" if found.level is Level.ASK_PIN else "may not call them"
    return Refusal(reason_of(found), f"{found.payer} is restricted and {what}: {found.why}")


def blocking(dialling: Dialling, facts: Facts) -> Restriction | None:
    """The restriction that does not let such a call go on; None: none does."""
    found = _strictest(dialling, facts)
    return found if found is not None and found.level.blocks else None


def reason_of(restriction: Restriction | None) -> RefusalReason:
    """The reason that is told and recorded. None: the restriction has ended meanwhile."""
    if restriction is not None and restriction.level is Level.ASK_PIN:
        return RefusalReason.PIN_NEEDED
    is_by_hand = restriction is not None and restriction.limit == BY_HAND
    return RefusalReason.BLOCKED if is_by_hand else RefusalReason.LIMIT_REACHED


def _strictest(dialling: Dialling, facts: Facts) -> Restriction | None:
    """Of the payer's own and those of the tenant as a whole. Numbers that need no right are free of restrictions."""
    if not facts.restrictions:
        return None
    direction = dialling.direction(facts)
    if direction in NEED_NO_RIGHT:
        return None
    return strictest(_of_payer(dialling.payer, facts), direction, facts.now)


def _of_payer(payer: str, facts: Facts) -> Iterator[Restriction]:
    yield from facts.restrictions.get(payer, ())
    if payer != TENANT_ACCOUNT:
        yield from facts.restrictions.get(TENANT_ACCOUNT, ())
