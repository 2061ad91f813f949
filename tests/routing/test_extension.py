"""An extension's four rules, one by one and against each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import arrival, router
from callcontrol.routing.legs import DOUBTFUL_S, phones
from callcontrol.routing.plan import Account, Decision, Peer, Refuse, Ring, RingResult, TrunkNumber
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import Rule
from tests.routing.world import DID, MAIN, NOW, facts, rule, settings


def ring(decision: Decision) -> Ring:
    assert isinstance(decision.step, Ring)
    return decision.step


def test_without_rules_its_phone_rings_for_the_default_time() -> None:
    step = ring(arrival.decide(facts()))
    assert [(leg.endpoint, leg.ring_s, leg.payer) for leg in step.legs] == [(Account("101", "acme.example"), 20, "")]


def test_all_its_phones_ring_at_once() -> None:
    step = ring(arrival.decide(facts(DID["two_phones"])))
    assert [leg.endpoint for leg in step.legs] == [
        Account("103-desk", "acme.example"),
        Account("103-app", "acme.example"),
    ]


def test_a_phone_known_to_be_offline_is_not_rung() -> None:
    step = ring(arrival.decide(facts(DID["two_phones"], offline=("103-desk",))))
    assert [leg.endpoint for leg in step.legs] == [Account("103-app", "acme.example")]


def test_always_wins_before_anything_rings() -> None:
    rules = {"101": [rule("always", "voicemail:101"), rule("busy", "extension:102")]}
    decision = arrival.decide(facts(rules=rules))
    assert isinstance(decision.step, TakeMessage)
    assert [e.why for e in decision.why] == [f"number {DID['extension']}", "rule always of extension:101"]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [(Outcome.BUSY, "busy"), (Outcome.NO_ANSWER, "no_answer"), (Outcome.UNAVAILABLE, "unavailable")],
)
def test_each_outcome_has_its_rule(outcome: Outcome, kind: str) -> None:
    found = facts(rules={"101": [rule(kind, "number:+48600100100")]})
    step = ring(router.after(ring(arrival.decide(found)), RingResult(outcome), found))
    (leg,) = step.legs
    assert leg.endpoint == TrunkNumber("a", "a", "48600100100")
    assert leg.payer == "extension:101"


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (Outcome.BUSY, "USER_BUSY"),
        (Outcome.NO_ANSWER, "NO_ANSWER"),
        (Outcome.UNAVAILABLE, "SUBSCRIBER_ABSENT"),
        (Outcome.FAILED, "NORMAL_TEMPORARY_FAILURE"),
    ],
)
def test_without_a_rule_the_caller_hears_the_truth(outcome: Outcome, cause: str) -> None:
    found = facts()
    step = router.after(ring(arrival.decide(found)), RingResult(outcome), found).step
    assert step == Refuse(cause, outcome)


def test_nobody_registered_is_unavailable_without_ringing() -> None:
    found = facts(rules={"101": [rule("unavailable", "extension:102")]}, offline=("101",))
    assert ring(arrival.decide(found)).legs[0].endpoint == Account("102", "acme.example")
    assert arrival.decide(facts(offline=("101",))).step == Refuse("SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE)


def test_no_answer_rule_says_how_long_it_rings() -> None:
    found = facts(rules={"101": [rule("no_answer", "voicemail:101", after_s=7)]})
    assert ring(arrival.decide(found)).legs[0].ring_s == 7


@pytest.mark.parametrize(
    ("made", "applies"),
    [
        (rule("always", "voicemail:101"), True),
        (rule("always", "voicemail:101", on=False), False),
        (rule("always", "voicemail:101", start=NOW), True),
        (rule("always", "voicemail:101", start=Instant(NOW + 1)), False),
        (rule("always", "voicemail:101", until=Instant(NOW + 1)), True),
        (rule("always", "voicemail:101", until=NOW), False),
    ],
)
def test_a_rule_applies_only_when_on_and_inside_its_window(made: Rule, applies: bool) -> None:
    decision = arrival.decide(facts(rules={"101": [made]}))
    assert isinstance(decision.step, TakeMessage) is applies


def test_chain_uses_the_targets_own_rules_and_the_last_owner_pays() -> None:
    rules = {"101": [rule("always", "extension:102")], "102": [rule("always", "number:+48600100100")]}
    step = ring(arrival.decide(facts(rules=rules)))
    assert step.legs[0].payer == "extension:102"
    assert [d.extension for d in step.path.diversions] == ["101", "102"]


def test_loop_is_named_and_ends_at_the_first_targets_voicemail() -> None:
    rules = {"101": [rule("always", "extension:102")], "102": [rule("always", "extension:101")]}
    decision = arrival.decide(facts(rules=rules))
    assert isinstance(decision.step, TakeMessage)
    assert decision.step.box == "101"
    assert "loop: extension:101 -> extension:102 -> extension:101" in [e.why for e in decision.why]
    assert decision.why[-1].why == "last resort"


def test_loop_without_a_voicemail_box_is_busy() -> None:
    rules = {"102": [rule("busy", "extension:104")], "104": [rule("always", "extension:102")]}
    found = facts(rules={**rules, "103": [rule("always", "extension:102")]}, dialled=DID["two_phones"])
    step = router.after(ring(arrival.decide(found)), RingResult(Outcome.BUSY), found).step
    assert step == Refuse("USER_BUSY", Outcome.BUSY)


def test_chain_longer_than_the_hop_limit_ends_at_the_last_resort() -> None:
    names = [str(n) for n in range(200, 212)]
    extensions = "\n".join(f"  '{n}': {{}}" for n in names)
    tenant = f"""
domain: acme.example
company_number: "+48221234500"
tariff: retail
last_resort: hangup:congestion
extensions:
{extensions}
numbers: {{"+48221234500": "extension:200"}}
"""
    rules = {n: [rule("always", f"extension:{int(n) + 1}")] for n in names[:-1]}
    decision = arrival.decide(facts("+48221234500", tenant=tenant, rules=rules))
    assert decision.step == Refuse("NORMAL_CIRCUIT_CONGESTION", Outcome.UNAVAILABLE)
    assert "hop limit: forwarded more than 8 times" in [e.why for e in decision.why]


def test_a_phone_that_none_of_the_switches_we_hear_has_is_tried_at_the_one_we_do_not_hear() -> None:
    """It may be registered there; for its first sign of progress it has little time, for that switch may be dead."""
    known = facts()
    main = MAIN.replace(
        "}}\n",
        ', sip: "192.0.2.1:5060"}, fs2: {address: "127.0.0.1:8022", password: secret, sip: "192.0.2.2:5060"}}\n',
        1,
    )
    known = replace(known, settings=settings(main=main), unheard=("fs2",), registered={"102": ("fs1",)})
    (unknown,), (heard,) = (phones(name, 20, known) for name in ("101", "102"))
    assert isinstance(unknown.endpoint, Account)
    assert (unknown.endpoint.peer, unknown.progress_s) == (Peer("fs2", "192.0.2.2:5060"), DOUBTFUL_S)
    assert isinstance(heard.endpoint, Account)
    assert (heard.endpoint.peer, heard.progress_s) == (None, None)
    (here,) = phones("101", 20, replace(known, unheard=("fs1", "fs2")))
    assert (here.endpoint, here.progress_s) == (Account("101", "acme.example"), None)
