"""The number a leg outside shows: the caller's or the company's, limited by what the trunk carries; privacy is kept."""

from __future__ import annotations

from callcontrol.config.carrier_rules import first_for
from callcontrol.config.emergency_calls import number_in_an_emergency, shows
from callcontrol.config.settings import Trunk
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.trunks import as_sent
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Shown
from callcontrol.vocabulary.target import QueueTarget


def shown_outside(facts: Facts, path: Path, trunk: Trunk | None, number: str = "") -> Shown:
    """On an external leg.

    Args:
        path: `show` is what the rule, or the dialled prefix, wants; "" is the tenant's choice (`shown_rules`, `show`).
        trunk: the trunk used, None for a SIP address. A trunk that carries no foreign numbers shows its own.
        number: what is called, "" for a SIP address.

    Who asked for privacy stays anonymous whatever number is chosen (RFC 3325 section 9.3), unless dialled otherwise for
    this call (`path.hidden`). Like the number dialled, it is written as the trunk writes numbers.
    """
    own = trunk is not None and trunk.shows == "own"
    chosen = trunk.number if trunk is not None and own else _chosen(facts, wanted(facts, path, number))
    hidden = facts.caller.anonymous if path.hidden is None else path.hidden
    return Shown(_written(chosen, trunk), hidden)


def wanted(facts: Facts, path: Path, number: str) -> str:
    """Which number is to be shown: a rule for the queue goes before all, then what the path says, then a rule for the
    number, then the tenant's choice.
    """
    rules = facts.tenant.shown_rules
    if not rules:
        return path.show or facts.tenant.show
    direction = Dialling(number, path.payer).direction(facts)
    queue = path.first.name if isinstance(path.first, QueueTarget) else ""
    of_queue = first_for([rule for rule in rules if queue and queue in rule.queues], number, direction)
    others = first_for([rule for rule in rules if not rule.queues], number, direction)
    if of_queue is not None:
        return of_queue.show
    return path.show or (others.show if others is not None else facts.tenant.show)


def shown_in_an_emergency(facts: Facts, trunk: Trunk) -> Shown:
    """Where help is to be sent, and whom the emergency services call back: the number of the place at which the phone
    stands, whatever the phone hides from others; the trunk's own where it shows no other.
    """
    return Shown(_written(number_called_back(facts, trunk), trunk))


def number_called_back(facts: Facts, trunk: Trunk) -> str:
    """The number (E.164) that an emergency call through this trunk shows, as it is called back."""
    number = _told_in_an_emergency(facts)
    return number if shows(trunk, number) else trunk.number


def _told_in_an_emergency(facts: Facts) -> str:
    """The number (E.164) by which the emergency services are to know who calls. A caller from outside who was
    transferred to them is known by the own number, without one by the place of the transferor.
    """
    caller = facts.caller
    if not caller.extension and caller.number.startswith("+") and not caller.anonymous:
        return caller.number
    return number_in_an_emergency(facts.tenant, *phone_in_an_emergency(facts))


def phone_in_an_emergency(facts: Facts) -> tuple[str, str]:
    """(extension, account) of the phone whose place counts: the caller's, else the transferor's; "" where not known."""
    caller = facts.caller
    return (caller.extension, facts.origin.account) if caller.extension else (facts.transferred_by, "")


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
