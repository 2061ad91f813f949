"""A number of the tenant's own never leaves through a trunk; a rule that leads back to its extension is refused."""

from __future__ import annotations

import pytest

from callcontrol.kinds import KINDS
from callcontrol.routing import arrival
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import Account, Refuse, TrunkNumber
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import NumberTarget
from tests.routing.test_extension import ring
from tests.routing.world import DID, TENANT, facts, rule

OWN = f"number:{DID['extension']}"  # leads to extension:101
LED = TENANT.replace("  '102': {}\n", "  '102': {forward: {always: {target: announcement:back}}}\n").replace(
    "announcements:\n", "announcements:\n  back: {file: a.wav, then: extension:101}\n"
)


def test_a_rule_to_an_own_number_reaches_inside_what_the_number_leads_to() -> None:
    decision = arrival.decide(facts(DID["two_phones"], rules={"103": [rule("always", OWN)]}))
    assert ring(decision).legs[0].endpoint == Account("101", "acme.example")
    assert [entry.why for entry in decision.why][-1] == f"own number {DID['extension']}"


def test_a_rule_that_leads_back_all_the_same_ends_as_a_loop_inside() -> None:
    decision = arrival.decide(facts(rules={"101": [rule("always", OWN)]}))
    assert "loop: " in " ".join(entry.why for entry in decision.why)


def test_a_group_member_that_is_an_own_number_rings_inside() -> None:
    rules = {"102": [rule("always", f"number:{DID['two_phones']}")]}
    endpoints = [leg.endpoint for leg in ring(arrival.decide(facts(DID["quiet"], rules=rules))).legs]
    assert endpoints == [Account(name, "acme.example") for name in ("101", "103-desk", "103-app")]
    assert not any(isinstance(endpoint, TrunkNumber) for endpoint in endpoints)


def test_a_group_member_whose_own_number_leads_back_rings_nobody_twice() -> None:
    tenant = TENANT.replace("quiet: {members: [extension:101, extension:102]}", "quiet: {members: [extension:102]}")
    rules = {"102": [rule("always", f"number:{DID['quiet']}")]}
    assert isinstance(arrival.decide(facts(DID["quiet"], rules=rules, tenant=tenant)).step, Refuse)


def test_no_trunk_is_ever_asked_for_one() -> None:
    refused = refusal(Dialling(DID["extension"], "extension:101"), facts())
    assert refused is not None
    assert refused.reason is RefusalReason.OWN_NUMBER


@pytest.mark.parametrize("kind", list(RuleKind))
@pytest.mark.parametrize("target", ["extension:101", OWN])
def test_a_rule_that_leads_straight_back_is_refused_whatever_its_kind(kind: RuleKind, target: str) -> None:
    refused = trouble_with(KINDS.read(target), "101", facts(), kind)
    assert refused is not None
    assert refused.reason is RefusalReason.LEADS_BACK
    assert refused.why.startswith("an extension cannot forward to itself")


@pytest.mark.parametrize("target", ["extension:102", "announcement:back"])
def test_an_always_rule_that_leads_back_by_a_way_of_certain_steps_is_refused(target: str) -> None:
    known = facts(tenant=LED)
    refused = trouble_with(KINDS.read(target), "101", known)
    assert refused is not None
    assert refused.why.endswith("announcement:back -> extension:101")
    assert trouble_with(KINDS.read(target), "101", known, RuleKind.BUSY) is None  # 101 has rung, and may ring again


def test_an_own_number_that_leads_elsewhere_may_be_set() -> None:
    assert trouble_with(NumberTarget(DID["two_phones"]), "101", facts()) is None
    assert trouble_with(NumberTarget(DID["extension"]), "102", facts(unpriced=("",))) is None
