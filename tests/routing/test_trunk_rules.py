"""Trunks by rule: as written, by cost, by quality; and the number shown by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.caller_id import shown_outside
from callcontrol.routing.outgoing.trunks import candidates
from callcontrol.routing.path import Path
from callcontrol.routing.trunk_quality import Quality
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import NumberTarget, QueueTarget
from tests.routing.test_extension import ring
from tests.routing.world import TENANT, Priced, facts

SEAT = "{agents: [{agent: anna}]}"
QUEUE = f"agents: {{anna: {{extension: '101'}}}}\nqueues: {{help: {SEAT}, other: {SEAT}}}\n"


class Costs(Priced):
    """Everything has a price, and these costs at the carriers."""

    def __init__(self, **costs: tuple[str, str]) -> None:
        super().__init__()
        self.costs = costs

    def cost_of(self, trunk: str, number: str, at: Instant) -> tuple[str, Decimal] | None:
        found = self.costs.get(trunk)
        return None if found is None else (found[0], Decimal(found[1]))


def known(rules: str, **more: object) -> Facts:
    phone = Caller("101", extension="101")
    return replace(facts("+48600100100", tenant=TENANT + QUEUE + rules, caller=phone), **more)  # type: ignore[arg-type]


def order(of: Facts, number: str = "+48600100100") -> str:
    return "".join(name for name, _ in candidates(number, of))


@pytest.mark.parametrize(
    ("costs", "first"),
    [
        ({"a": ("PLN", "0.30"), "b": ("PLN", "0.20")}, "ba"),
        ({"a": ("PLN", "0.20"), "b": ("PLN", "0.20")}, "ab"),  # as written
        ({"b": ("PLN", "9")}, "ba"),  # unknown comes last
        ({"a": ("PLN", "9"), "b": ("EUR", "1")}, "ab"),  # two currencies cannot be compared
        ({}, "ab"),
    ],
)
def test_the_least_cost_comes_first(costs: dict[str, tuple[str, str]], first: str) -> None:
    of = known("trunk_rules: [{by: cost}]\n", prices=Costs(**costs))
    assert order(of) == first
    assert order(replace(of, resting=frozenset(first[0]))) == first[::-1]


def test_the_record_says_what_was_compared() -> None:
    of = known("trunk_rules: [{by: cost}]\n", prices=Costs(a=("PLN", "0.30"), b=("PLN", "0.20")))
    decision = arrival.decide(of)
    assert ring(decision).legs[0].endpoint.trunk == "b"  # type: ignore[union-attr]
    assert "trunks by cost: b 0.20 PLN, a 0.30 PLN" in [entry.why for entry in decision.why]


@pytest.mark.parametrize(
    ("quality", "first"),
    [
        ({"a": Quality(100, 20), "b": Quality(100, 60)}, "ba"),
        ({"a": Quality(100, 61), "b": Quality(100, 69)}, "ab"),  # within a tenth they are alike
        ({"a": Quality(100, 60)}, "ba"),  # of which nothing is known is tried
        ({"a": Quality(19, 0), "b": Quality(100, 60)}, "ab"),  # too few to say
    ],
)
def test_the_best_answered_comes_first(quality: dict[str, Quality], first: str) -> None:
    assert order(known("trunk_rules: [{by: quality}]\n", quality=quality)) == first


def test_the_first_rule_that_fits_counts() -> None:
    of = known("trunk_rules: [{prefixes: [48600], trunks: [b]}, {classes: [international], trunks: [b, a]}]\n")
    assert order(of) == "b"
    assert order(of, "+48221110011") == "ab"
    assert order(of, "+33142020202") == "ba"
    assert order(of, "+4930123456") == "ab"  # of those the rule names the longest prefix comes first


SHOWN = """
shown_rules:
  - {queues: [help], show: "+48221234503"}
  - {classes: [international], show: company}
  - {prefixes: [48600], show: "+48221234502"}
"""


@pytest.mark.parametrize(
    ("number", "path", "shown"),
    [
        ("+48600100100", Path(NumberTarget("x")), "+48221234502"),
        ("+4930123456", Path(NumberTarget("x")), "+48221234500"),
        ("+48700100100", Path(NumberTarget("x")), "+48221234504"),  # none fits: the caller's own
        ("+48600100100", Path(NumberTarget("x"), show="+48221234501"), "+48221234501"),
        ("+48600100100", Path(QueueTarget("help"), show="company"), "+48221234503"),
        ("+48600100100", Path(QueueTarget("other"), show="company"), "+48221234500"),
    ],
)
def test_the_number_shown_by_rule(number: str, path: Path, shown: str) -> None:
    of = replace(known(SHOWN), caller=Caller("104", extension="104"))
    any_, own = of.settings.trunks["a"], of.settings.trunks["b"]
    assert shown_outside(of, path, any_, number).number == shown
    assert shown_outside(of, path, own, number).number == "+48222220000"
