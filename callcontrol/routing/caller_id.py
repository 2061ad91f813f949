"""Which number a leg shows. The caller's or the company's, limited by what the trunk carries; privacy is kept."""

from __future__ import annotations

from callcontrol.config.settings import Trunk
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Shown
from callcontrol.routing.trunks import as_sent


def shown_inside(facts: Facts) -> Shown:
    """On a phone of ours: the caller's own number, or none if the caller asked for privacy."""
    return Shown("" if facts.caller.anonymous else _own_name(facts), private=facts.caller.anonymous)


def shown_outside(facts: Facts, show: str, trunk: Trunk | None) -> Shown:
    """On an external leg.

    Args:
        show: what the rule wants: `caller`, `company`, a number, or "" for the tenant's choice.
        trunk: the trunk used, None for a SIP address. A trunk that carries no foreign numbers shows its own.

    A caller who asked for privacy stays anonymous whatever number is chosen (RFC 3325 section 9.3). Like the number
    dialled, it is written as the trunk writes numbers.
    """
    own = trunk is not None and trunk.shows == "own"
    chosen = trunk.number if trunk is not None and own else _chosen(facts, show or facts.tenant.show)
    return Shown(_written(chosen, trunk), facts.caller.anonymous)


def shown_in_an_emergency(facts: Facts, trunk: Trunk) -> Shown:
    """Whom the emergency services call back: the phone's own number, whatever it hides from others."""
    return Shown(_written(trunk.number if trunk.shows == "own" else _callers_number(facts), trunk))


def _written(number: str, trunk: Trunk | None) -> str:
    """E.164 with its + unless the trunk writes numbers as a country does."""
    return as_sent(number, trunk) if trunk is not None and trunk.region else number


def _chosen(facts: Facts, show: str) -> str:
    match show:
        case "company":
            return facts.tenant.company_number
        case "caller":
            return _callers_number(facts)
        case _:
            return show


def _callers_number(facts: Facts) -> str:
    """The number the caller may be called back at from outside, else the company's."""
    caller = facts.caller
    if caller.extension:
        extension = facts.extension(caller.extension)
        return (extension.number if extension else None) or facts.tenant.company_number
    if caller.anonymous or not caller.number.startswith("+"):
        return facts.tenant.company_number
    return caller.number


def _own_name(facts: Facts) -> str:
    return facts.caller.extension or facts.caller.number
