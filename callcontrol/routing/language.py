"""Which language a caller is led in, and which one an agent is spoken to in."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.config.settings import Queue, Tenant
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.language import Language


@dataclass(frozen=True, slots=True)
class Choice:
    """A language, why it was chosen, and `file:line` of what says so ("" where that is no setting)."""

    language: Language
    why: str
    source: str = ""


def choice_at_arrival(facts: Facts) -> Choice | None:
    """The language chosen for a new call: the one remembered for its caller, else that of the first `language_for` that
    fits; None: the tenant's own.
    """
    tenant, number = facts.tenant, number_shown(facts.caller)
    if facts.remembered is not None and facts.remembered in tenant.spoken:
        return Choice(facts.remembered, f"chosen by {number} in an earlier call")
    for index, entry in enumerate(tenant.language_for):
        if entry.fits(number, facts.dialled):
            place = ("tenants", facts.tenant_name, "language_for", str(index))
            return Choice(entry.language, f"language_for {index + 1}", facts.settings.source(*place))
    return None


def number_remembered(tenant: Tenant, caller: Caller) -> str:
    """The number by which the caller's language is remembered, "" where it is not: the tenant does not want it or has
    no language but its own, or the caller shows no number.
    """
    return number_shown(caller) if tenant.remember_language and len(tenant.spoken) > 1 else ""


def number_to_ask(facts: Facts) -> str:
    """The number whose language has to be looked up before a new call is decided about, "" if there is none."""
    is_new = facts.heading is None and not facts.transferred and facts.chosen_language is None
    is_known = facts.tenant_name in facts.settings.tenants
    return number_remembered(facts.tenant, facts.caller) if is_new and is_known else ""


def number_shown(caller: Caller) -> str:
    """The caller's number (E.164), "" for one who shows none and for a phone of ours."""
    return caller.number if not caller.anonymous and caller.number.startswith("+") else ""


def to_caller(queue: Queue, facts: Facts) -> Language:
    """The language of what callers hear in this queue."""
    return queue.language or facts.language


def to_agent(queue: Queue | None, tenant: Tenant) -> Language:
    """The language of what agents of this queue hear, None: of one that is no more."""
    return (queue.language if queue is not None else None) or tenant.language
