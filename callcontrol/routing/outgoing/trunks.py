"""Which trunks can take an external number, in the order they are tried."""

from __future__ import annotations

from decimal import Decimal

from callcontrol.config.carrier_rules import TrunkRule, first_for
from callcontrol.config.settings import Trunk
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.phone_number import as_dialled_in
from callcontrol.vocabulary.trail import Passed


def candidates(number: str, facts: Facts) -> tuple[tuple[str, Trunk], ...]:
    """Trunks that take the number, as the tenant's rule for it ranks them; those that rest come last."""
    digits, trunks = number.removeprefix("+"), facts.settings.trunks
    rule = rule_for(number, facts)
    usable = rule.trunks if rule is not None and rule.trunks else facts.tenant.trunks or tuple(trunks)
    taking = [name for name in usable if _longest_match(trunks[name], digits) is not None]
    ranked = sorted(taking, key=lambda name: (name in facts.resting, _rank(name, number, rule, facts)))
    return tuple((name, trunks[name]) for name in ranked)


def rule_for(number: str, facts: Facts) -> TrunkRule | None:
    """The tenant's rule by which trunks are chosen for this number, None if it has none."""
    rules = facts.tenant.trunk_rules
    return first_for(rules, number, Dialling(number, "").direction(facts)) if rules else None


def _rank(name: str, number: str, rule: TrunkRule | None, facts: Facts) -> float:
    """The smallest is tried first; equal ones in the order they are written."""
    match rule.by if rule is not None else "order":
        case "cost":
            cost = _cost(name, number, facts)
            return float("inf") if cost is None else float(cost)
        case "quality":
            return -_tenths(name, facts)
        case _:
            return -(_longest_match(facts.settings.trunks[name], number.removeprefix("+")) or 0)


def ranking(to: str, number: str, choices: tuple[tuple[str, Trunk], ...], facts: Facts) -> tuple[Passed, ...]:
    """An entry that says why the trunks stand in this order, where that is not as they are written."""
    rule = rule_for(number, facts)
    if rule is None or rule.by == "order":
        return ()
    told = (_told(name, number, rule, facts) for name, _ in choices)
    return (Passed(facts.now, to, f"trunks by {rule.by}: {', '.join(told)}"),)


def _told(name: str, number: str, rule: TrunkRule, facts: Facts) -> str:
    if rule.by == "cost":
        cost = facts.prices.cost_of(name, number, facts.now)
        return f"{name} {f'{cost[1]} {cost[0]}' if cost else 'without a price'}"
    asr = facts.quality[name].asr if name in facts.quality else None
    return f"{name} {'not known yet' if asr is None else f'{asr:.0%} answered'}"


def _cost(name: str, number: str, facts: Facts) -> Decimal | None:
    """None for a list in another currency than the first one's, too: amounts of two cannot be compared."""
    cost = facts.prices.cost_of(name, number, facts.now)
    known = (facts.prices.cost_of(one, number, facts.now) for one in facts.tenant.trunks or facts.settings.trunks)
    currency = next((one[0] for one in known if one is not None), "")
    return cost[1] if cost is not None and cost[0] == currency else None


def _tenths(name: str, facts: Facts) -> int:
    """A trunk of which nothing is known counts as good: it is tried, so that something is."""
    asr = facts.quality[name].asr if name in facts.quality else None
    return 10 if asr is None else int(asr * 10)


def as_sent(number: str, trunk: Trunk) -> str:
    """A number as the trunk writes it: E.164 digits without `+`, or as dialled in a country. Short ones stay."""
    if trunk.region and number.startswith("+"):
        return as_dialled_in(trunk.region, number)
    return number.removeprefix("+")


def rests(to: str, choices: tuple[tuple[str, Trunk], ...], facts: Facts) -> tuple[Passed, ...]:
    """Entries for the trunks that are not tried first because they rest; none if all of them do."""
    resting = [name for name, _ in choices if name in facts.resting]
    if len(resting) == len(choices):
        return ()
    return tuple(Passed(facts.now, to, f"trunk {name} rests, it failed call after call") for name in resting)


def _longest_match(trunk: Trunk, digits: str) -> int | None:
    return max((len(p) for p in trunk.prefixes if digits.startswith(p)), default=None)
