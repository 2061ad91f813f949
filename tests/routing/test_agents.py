"""Agents as routing sees them: whose phone, which legs, and which of their calls came from no queue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from callcontrol.routing.agents import OtherCall, agent_legs, agents_at, customer_leg, other_calls, still_begun
from callcontrol.routing.plan import Account, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role, changes
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.number_class import NumberClass
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Passed
from tests.routing.queue_world import changed, facts, tenant
from tests.routing.world import NOW, Priced, rule

SPOKEN = "file_string://queue/pl/accept.wav!queue/pl/hint-decline.wav!queue/pl/number-2.wav"
AGENTS = {"101": "anna", "103": "bert"}

# --- legs


def test_agents_are_found_by_their_extension_if_they_have_one() -> None:
    assert agents_at(facts().tenant) == AGENTS


def test_an_agents_phones_ring_as_long_as_the_queue_says() -> None:
    found = agent_legs("bert", "help", facts(written=changed("help", "wrap_up: 10", "ring: 12")))
    assert [leg.endpoint for leg in found.legs] == [
        Account("103-desk", "acme.example"),
        Account("103-app", "acme.example"),
    ]
    assert {(leg.to, leg.ring_s, leg.payer) for leg in found.legs} == {("extension:103", 12, "")}
    assert found.why == ()


def test_a_phone_that_is_off_does_not_ring() -> None:
    (leg,) = agent_legs("bert", "help", facts(offline=("103-app",))).legs
    assert leg.endpoint == Account("103-desk", "acme.example")


def test_his_own_forwarding_is_for_those_who_call_his_extension() -> None:
    found = agent_legs("anna", "help", facts(rules={"101": [rule("always", "number:+48600100100")]}))
    assert [leg.endpoint for leg in found.legs] == [Account("101", "acme.example")]


def test_the_caller_is_shown_to_him_as_he_wants_to_be() -> None:
    (leg,) = agent_legs("anna", "help", facts()).legs
    assert (leg.shown.number, leg.shown.private) == ("+48600700800", False)
    (leg,) = agent_legs("anna", "help", facts(caller=Caller("+48600700800", anonymous=True))).legs
    assert (leg.shown.number, leg.shown.private) == ("", True)


@pytest.mark.parametrize(("agent", "queue"), [("dora", "help"), ("anna", "nonsense")])
def test_a_former_agent_or_one_without_a_queue_cannot_be_rung(agent: str, queue: str) -> None:
    found = agent_legs(agent, queue, facts())
    assert found.legs == ()
    assert found.why == (Passed(NOW, f"agent {agent}", "no longer an agent of this queue"),)


def test_an_agent_without_a_registered_phone_cannot_be_rung() -> None:
    found = agent_legs("anna", "help", facts(offline=("101",)))
    assert found.legs == ()
    assert found.why == (Passed(NOW, "extension:101", "no phone registered"),)


def test_a_phone_of_ours_is_behind_no_further_trunk() -> None:
    assert agent_legs("anna", "help", facts(), round_=1).legs == ()


def test_an_external_agent_is_reached_through_one_trunk_after_the_other() -> None:
    endpoints = [agent_legs("carl", "help", facts(), round_).legs[0].endpoint for round_ in (0, 1)]
    assert endpoints == [TrunkNumber("a", "a", "48600100100"), TrunkNumber("b", "b", "48600100100")]
    assert agent_legs("carl", "help", facts(), round_=2).legs == ()


def test_an_external_agent_presses_1_in_the_queues_language_at_the_tenants_expense() -> None:
    (leg,) = agent_legs("carl", "help", facts(written=changed("help", "wrap_up: 10", "language: pl"))).legs
    assert leg.acceptance is not None
    assert (leg.acceptance.prompt, leg.acceptance.wait_s) == (SPOKEN, 10)
    assert (leg.to, leg.payer, leg.cap_s) == ("number:+48600100100", "tenant", 14_400)


def test_where_no_key_declines_none_is_spoken_of() -> None:
    known = facts()
    confirm = known.tenant.confirm.model_copy(update={"decline": None})
    tenant = known.tenant.model_copy(update={"confirm": confirm})
    settings = known.settings.model_copy(update={"tenants": {known.tenant_name: tenant}})
    (leg,) = agent_legs("carl", "help", replace(known, settings=settings)).legs
    assert leg.acceptance is not None
    assert leg.acceptance.prompt == "queue/en/accept.wav"


def test_an_external_agent_who_need_not_press_anything() -> None:
    spared = tenant().replace('carl: {number: "+48600100100"}', 'carl: {number: "+48600100100", confirm: no}')
    (leg,) = agent_legs("carl", "help", facts(written=spared)).legs
    assert leg.acceptance is None


def test_an_external_agent_whose_number_is_refused_cannot_be_rung() -> None:
    found = agent_legs("carl", "help", facts(unpriced=("+48600",)))
    assert found.legs == ()
    assert [(one.target, one.why) for one in found.why] == [("number:+48600100100", "no price in list retail")]


def test_a_customer_is_called_back_by_the_company_at_its_expense_and_presses_nothing() -> None:
    (leg,) = customer_leg("+48600700800", "help", facts()).legs
    assert (leg.endpoint, leg.payer, leg.ring_s) == (TrunkNumber("a", "a", "48600700800"), "tenant", 30)
    assert (leg.shown.number, leg.acceptance) == ("+48221234500", None)
    (other,) = customer_leg("+48600700800", "help", facts(), round_=1).legs
    assert (other.endpoint, other.shown.number) == (TrunkNumber("b", "b", "48600700800"), "+48222220000")


@pytest.mark.parametrize(("number", "why"), [("+48701200300", "blocked by prefix 48701"), ("+48600700800", "no price")])
def test_a_customer_whose_number_is_refused_is_not_called(number: str, why: str) -> None:
    found = customer_leg(number, "help", facts(unpriced=("+48600",)))
    assert found.legs == ()
    assert found.why[-1].why.startswith(why)


@pytest.mark.parametrize("number", ["+18765550123", "+49301234567", "+499001234567", "+48801123456"])
@pytest.mark.parametrize("queue", ["help", "nonsense"])
def test_only_ordinary_numbers_of_the_tenants_country_are_called_back(number: str, queue: str) -> None:
    found = customer_leg(number, queue, facts())
    assert found.legs == ()
    assert found.why[-1].why.endswith("the queue calls back national numbers only")


def test_a_queue_may_call_back_more() -> None:
    known = facts()
    queue = known.tenant.queues["help"]
    callback = queue.callback.model_copy(update={"classes": (NumberClass.NATIONAL, NumberClass.ABROAD)})
    queues = {**known.tenant.queues, "help": queue.model_copy(update={"callback": callback})}
    tenants = {"acme": known.tenant.model_copy(update={"queues": queues})}
    known = replace(known, settings=known.settings.model_copy(update={"tenants": tenants}))
    assert customer_leg("+49301234567", "help", known).legs
    assert not customer_leg("+499001234567", "help", known).legs


class ListWithWords(Priced):
    """Mobile numbers that begin with +48600 cost 2.00 a minute; the list calls those with +48601 premium."""

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        return "premium" if number.startswith("+48601") else ""

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        cost = Decimal(2) if number.startswith("+48600") else Decimal("0.30")
        return CallPrice("EUR", Decimal(0), cost)


@pytest.mark.parametrize(("number", "found"), [("+48600700800", "special"), ("+48601700800", "premium")])
def test_a_number_that_is_dear_by_the_price_list_is_no_ordinary_one(number: str, found: str) -> None:
    known = replace(facts(), prices=ListWithWords())
    assert customer_leg(number, "help", known).why[-1].why.startswith(f"{number} is {found}, the queue calls back")
    assert customer_leg("+48602700800", "help", known).legs


def test_a_customer_of_a_queue_that_is_no_more_can_still_be_dialled() -> None:
    assert customer_leg("+48600700800", "nonsense", facts()).legs[0].ring_s == 10


# --- other calls


Legs = tuple[Leg, ...]


def caller() -> Leg:
    return Leg("call-1", "fs1", Role.CALLER, "", NOW)


def dialled(leg: str, to: str, role: Role = Role.CALLEE) -> Leg:
    return Leg(leg, "fs1", role, to, NOW)


def ended(*legs: Leg) -> Legs:
    return tuple(leg.ended(End(Certainty.TOLD, "NORMAL_CLEARING", Outcome.ANSWERED, None)) for leg in legs)


def told(before: Legs, now: Legs, extension: str = "") -> list[OtherCall]:
    """What has changed in the legs of a call from this extension ("": from outside)."""
    return list(other_calls(changes(before, now), extension, AGENTS))


def test_an_agent_who_calls_somebody_is_elsewhere_until_his_channel_ends() -> None:
    legs = (caller(),)
    assert told((), legs, "101") == [OtherCall("anna", "call-1", True)]
    assert told(legs, ended(*legs), "101") == [OtherCall("anna", "call-1", False)]


def test_an_agent_whose_phone_is_rung_is_elsewhere_until_that_leg_ends() -> None:
    legs = (caller(), dialled("leg", "extension:103"))
    assert told(legs[:1], legs) == [OtherCall("bert", "leg", True)]
    assert told(legs, (legs[0], *ended(legs[1]))) == [OtherCall("bert", "leg", False)]


def test_two_agents_on_one_call_are_both_elsewhere() -> None:
    legs = (caller(), dialled("leg", "extension:103"))
    assert told((), legs, "101") == [OtherCall("anna", "call-1", True), OtherCall("bert", "leg", True)]
    assert told(legs, ended(*legs), "101") == [OtherCall("anna", "call-1", False), OtherCall("bert", "leg", False)]


def test_what_changes_of_a_leg_that_goes_on_or_has_ended_tells_nothing() -> None:
    legs = (dialled("leg", "extension:103"),)
    assert told(legs, (legs[0].bridged_at(NOW),)) == []
    guessed = legs[0].ended(End(Certainty.ESTIMATED, "NORMAL_UNSPECIFIED", Outcome.FAILED, None))
    assert told((guessed,), ended(guessed)) == []


def test_a_leg_of_an_offer_is_no_other_call_neither_when_it_rings_nor_when_it_ends() -> None:
    legs = (dialled("leg", "extension:101", Role.AGENT),)
    assert told((), legs) == []
    assert told(legs, ended(*legs)) == []


@pytest.mark.parametrize(
    ("leg", "extension"),
    [
        (caller(), "102"),
        (caller(), ""),
        (dialled("leg", "extension:102"), ""),
        (dialled("leg", "number:101"), ""),
    ],
)
def test_calls_of_others_tell_nothing_of_agents(leg: Leg, extension: str) -> None:
    assert told((), (leg,), extension) == []
    assert told((leg,), ended(leg), extension) == []


def test_an_agents_call_ends_for_him_though_a_reload_has_given_his_extension_to_another() -> None:
    legs = (dialled("leg", "extension:103"),)
    begun = still_begun((), told((), legs))
    assert begun == (("leg", "bert"),)
    for agents in ({"103": "zoe"}, {}):
        news = list(other_calls(changes(legs, ended(*legs)), "", agents, begun))
        assert news == [OtherCall("bert", "leg", False)]
        assert still_begun(begun, news) == ()


def test_of_a_call_that_was_taken_over_the_agent_of_the_extension_now_is_told() -> None:
    legs = (dialled("leg", "extension:103"),)
    assert told(legs, ended(*legs)) == [OtherCall("bert", "leg", False)]
    assert told((), ended(*legs)) == [OtherCall("bert", "leg", False)]
