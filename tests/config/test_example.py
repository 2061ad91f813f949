"""The example shows every case of forwarding and two queues, and its price lists price what it forwards to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.config.checks.places import numbers_in, targets_in
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from tests.config.example import EXAMPLE, example

NOW = instant_from("2026-11-22T12:00:00+01:00")


def test_every_kind_of_target_and_rule_is_there() -> None:
    acme = example().tenants["acme"]
    assert {target.kind for _, target in targets_in("acme", acme)} == set(KINDS.forms.by_word)
    rules = {kind for extension in acme.extensions.values() for kind, rule in extension.forward if rule}
    assert rules == {kind.value for kind in RuleKind}


def test_the_numbers_lead_where_the_stories_expect_them() -> None:
    numbers = example().tenants["acme"].numbers
    led = {number.removeprefix("+482212345"): text_of(target) for number, target in numbers.items()}
    assert led == {
        "49": "conference:review",
        "50": "conference:board",
        "51": "conference:standup",
        "57": "queue:advice",
        "58": "menu:main",
        "59": "menu:main",
        "61": "queue:claims",
        "62": "extension:140",
        "63": "extension:141",
        "64": "extension:142",
        "67": "extension:101",
        "68": "group:sales",
        "69": "list:night",
        "70": "extension:106",
        "71": "extension:107",
        "72": "extension:108",
        "73": "extension:109",
        "74": "announcement:closed",
        "75": "voicemail:office",
        "76": "hangup:busy",
        "77": "extension:114",
        "78": "extension:111",
        "79": "number:+48600700800",
        "80": "sip:reception@partner.example",
        "81": "extension:110",
        "82": "extension:116",
        "83": "extension:117",
        "84": "extension:118",
        "85": "extension:119",
        "86": "extension:120",
        "87": "group:everywhere",
        "88": "queue:support",
        "89": "queue:sales",
        "90": "queue:hotline",
        "91": "sequence:front",
        "92": "hours:office",
        "98": "hours:round_the_clock",
        "97": "sequence:shareholders",
        "93": "menu:main",
        "94": "sequence:reception",
        "96": "duty:night",
        "95": "menu:language",
        "60": "extension:130",
    }


def test_every_number_it_forwards_to_has_a_price() -> None:
    settings = example()
    for name, tenant in settings.tenants.items():
        file = settings.tariff_files[tenant.tariff]
        tariff = parse((EXAMPLE / file).read_text(), file, ZoneInfo(tenant.zone))
        assert isinstance(tariff, Tariff)
        dialled = {number for _, number in numbers_in(name, tenant)}
        assert {number for number in dialled if not tariff.is_priced(number, NOW)} == set()
        assert dialled


def test_the_queues_share_an_agent_and_use_what_there_is() -> None:
    acme = example().tenants["acme"]
    support, sales = acme.queues["support"], acme.queues["sales"]
    assert {seat.agent for seat in support.agents} & {seat.agent for seat in sales.agents} == {"yvonne"}
    assert (support.strategy, sales.strategy) == ("longest_idle", "in_order")
    assert sales.weight > support.weight
    assert {seat.tier for seat in support.agents} == {1, 2, 3}
    assert support.keys == {"0": VoicemailTarget("office"), "1": "callback"}
    assert {agent.auto for agent in acme.agents.values()} == {True, False}
    assert any(agent.number for agent in acme.agents.values())
    assert acme.pauses


def test_the_phones_of_agents_have_no_other_part_in_the_example() -> None:
    acme = example().tenants["acme"]
    phones = {agent.extension for agent in acme.agents.values() if agent.extension}
    named = {target.name for _, target in targets_in("acme", acme) if isinstance(target, ExtensionTarget)}
    assert phones == {"121", "122", "123", "124", "126", "143"}
    assert phones & named == set()
    assert all(acme.extensions[phone].endpoints for phone in phones)


def test_both_trunks_take_polish_numbers_and_show_differently() -> None:
    trunks = example().trunks
    assert [(t.shows, t.prefixes) for t in trunks.values()] == [("any", ("48", "")), ("own", ("48", ""))]
