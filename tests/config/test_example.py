"""The example shows every case of forwarding, and its price lists price what it forwards to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.config.checks.places import targets_in
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import KINDS, NumberTarget, kind_of, text_of
from tests.config.example import EXAMPLE, example

NOW = instant_from("2026-11-22T12:00:00+01:00")


def test_every_kind_of_target_and_rule_is_there() -> None:
    acme = example().tenants["acme"]
    assert {kind_of(target) for _, target in targets_in("acme", acme)} == set(KINDS)
    rules = {kind for extension in acme.extensions.values() for kind, rule in extension.forward if rule}
    assert rules == {kind.value for kind in RuleKind}


def test_the_numbers_lead_where_the_stories_expect_them() -> None:
    numbers = example().tenants["acme"].numbers
    led = {number.removeprefix("+482212345"): text_of(target) for number, target in numbers.items()}
    assert led == {
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
    }


def test_every_number_it_forwards_to_has_a_price() -> None:
    settings = example()
    for name, tenant in settings.tenants.items():
        file = settings.tariff_files[tenant.tariff]
        tariff = parse((EXAMPLE / file).read_text(), file, ZoneInfo(tenant.zone))
        assert isinstance(tariff, Tariff)
        dialled = {target.name for _, target in targets_in(name, tenant) if isinstance(target, NumberTarget)}
        assert {number for number in dialled if not tariff.is_priced(number, NOW)} == set()
        assert dialled


def test_both_trunks_take_polish_numbers_and_show_differently() -> None:
    trunks = example().trunks
    assert [(t.shows, t.prefixes) for t in trunks.values()] == [("any", ("48", "")), ("own", ("48", ""))]
