"""A number of another tenant is reached inside: no carrier, no price, no trunk; every way to it is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.edges.freeswitch.leg_commands import originate
from callcontrol.edges.freeswitch.translate import app_commands
from callcontrol.routing import arrival
from callcontrol.routing.agents import agent_legs, customer_leg
from callcontrol.routing.carrier_loops import PASSED_HEADER
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import LegPlan, Refuse, RingResult, Shown, TrunkNumber
from callcontrol.routing.retry import next_round
from callcontrol.vocabulary.call import Caller, Origin
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget
from tests.control.story import Story
from tests.routing.test_extension import ring
from tests.routing.world import DID, TENANT, facts, rule

NUMBER = "+48600100100"
PHONE = Caller("101", extension="101")
ON_NET = TrunkNumber("on-net", "on-net", NUMBER)
AGENT = f"""
agents: {{outside: {{number: "{NUMBER}"}}}}
queues: {{support: {{agents: [{{agent: outside}}]}}}}
"""


def beside(known: Facts, *, on_net: str = "free") -> Facts:
    """The same facts where another tenant owns NUMBER."""
    ours = known.tenant.model_copy(update={"on_net": on_net})
    other = known.tenant.model_copy(update={"numbers": {NUMBER: ExtensionTarget("101")}})
    tenants = {known.tenant_name: ours, "globex": other}
    return replace(known, settings=known.settings.model_copy(update={"tenants": tenants}))


def only_leg(known: Facts) -> LegPlan:
    (leg,) = ring(arrival.decide(known)).legs
    return leg


def test_a_phone_that_dials_it_needs_no_price_and_pays_nothing() -> None:
    leg = only_leg(beside(facts(NUMBER, caller=PHONE, unpriced=("",))))
    assert (leg.endpoint, leg.payer, leg.progress_s) == (ON_NET, "", None)
    assert leg.shown == Shown("+48221234500")
    assert leg.described().startswith(f"number:{NUMBER} through on-net, free of charge for 60 s")


def test_no_trunk_has_to_take_it() -> None:
    known = beside(facts(NUMBER, caller=PHONE))
    no_trunks = replace(known, settings=known.settings.model_copy(update={"trunks": {}}))
    assert only_leg(no_trunks).endpoint == ON_NET


def test_where_the_tenant_says_priced_it_costs_what_the_list_says_and_needs_a_price() -> None:
    assert only_leg(beside(facts(NUMBER, caller=PHONE), on_net="priced")).payer == "extension:101"
    unpriced = beside(facts(NUMBER, caller=PHONE, unpriced=("+48600",)), on_net="priced")
    assert isinstance(arrival.decide(unpriced).step, Refuse)


def test_a_blocked_prefix_blocks_it() -> None:
    known = beside(facts())
    ours = known.tenant.model_copy(update={"blocked": ("48600",)})
    tenants = {**known.settings.tenants, known.tenant_name: ours}
    known = replace(known, settings=known.settings.model_copy(update={"tenants": tenants}))
    assert refusal(Dialling(NUMBER, "extension:101"), known) == Refusal(
        RefusalReason.BLOCKED, "blocked by prefix 48600"
    )
    assert trouble_with(NumberTarget(NUMBER), "101", known) == Refusal(RefusalReason.BLOCKED, "blocked by prefix 48600")


def test_forwarding_groups_and_lists_reach_it_inside_and_press_1_is_asked_for() -> None:
    forwarded = only_leg(beside(facts(rules={"101": [rule("always", f"number:{NUMBER}")]})))
    assert (forwarded.endpoint, forwarded.acceptance is not None) == (ON_NET, True)
    group = ring(arrival.decide(beside(facts(DID["group"])))).legs
    assert [leg.endpoint for leg in group if isinstance(leg.endpoint, TrunkNumber)] == [ON_NET]


def test_the_trail_says_so_and_not_whose_it_is() -> None:
    decision = arrival.decide(beside(facts(NUMBER, caller=PHONE)))
    assert decision.why[-1].why == "a number of another tenant here: no trunk is needed"


def test_agents_and_customers_there_are_reached_inside_as_well() -> None:
    known = beside(facts(tenant=TENANT + AGENT))
    assert [leg.endpoint for leg in agent_legs("outside", "support", known).legs] == [ON_NET]
    assert [leg.endpoint for leg in customer_leg(NUMBER, "support", known).legs] == [ON_NET]


def test_a_failure_there_is_no_carriers_and_leads_to_none() -> None:
    known = beside(facts(NUMBER, caller=PHONE))
    failed = RingResult(Outcome.UNAVAILABLE, {0: "NORMAL_TEMPORARY_FAILURE"})
    assert next_round(ring(arrival.decide(known)), failed, known) is None


@pytest.mark.parametrize(
    ("on_net", "by", "is_allowed"),
    [("free", "101", True), ("free", "", True), ("priced", "101", True), ("priced", "", False)],
)
def test_a_call_is_transferred_there_where_it_costs_nothing_or_the_transferor_pays(
    on_net: str, by: str, is_allowed: bool
) -> None:
    known = replace(beside(facts(NUMBER, caller=PHONE), on_net=on_net), transferred=True, transferred_by=by)
    assert isinstance(arrival.decide(known).step, Refuse) is not is_allowed


def test_each_number_that_was_passed_is_a_hop() -> None:
    passed = tuple(f"+4860010020{n}" for n in range(8))
    known = beside(facts(rules={"101": [rule("always", f"number:{NUMBER}")]}))
    assert only_leg(replace(known, origin=Origin(passed[:7]))).endpoint == ON_NET
    at_the_limit = arrival.decide(replace(known, origin=Origin(passed)))
    assert any("hop limit" in entry.why for entry in at_the_limit.why)
    beyond = arrival.decide(replace(known, origin=Origin((*passed, "+48600100300"))))
    assert isinstance(beyond.step, Refuse)


def test_a_leg_from_a_queue_carries_what_was_passed_as_a_bridged_one_does() -> None:
    story = Story(beside(facts(rules={"101": [rule("always", f"number:{NUMBER}")]}))).begin()
    bridge = story.command(do.Bridge)
    sent = str(app_commands(bridge, story.call, "internal")[0].wire())
    digits = DID["extension"].removeprefix("+")
    assert f"sip_h_{PASSED_HEADER}={digits}" in sent
    assert "]sofia/gateway/on-net/+48600100100" in sent
    offered = originate(do.Originate(bridge.legs), story.call, "internal")
    assert f"sip_h_{PASSED_HEADER}={digits}" in offered
