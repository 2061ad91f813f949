"""Bundles and discounts by volume: what a charge takes of them, worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from callcontrol.billing.bundles import counted, uses_of
from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.record import ChargeRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.billing.tariff import Tariff
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings, Tenant
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.money import plain
from tests.billing.test_rating import tariff_of
from tests.billing.trails import forwarded
from tests.config.folder import TENANT, files

HEADER = "version,2026-01-01", "prefix,destination,step,connection_fee,price_per_minute"
LIST = tariff_of(*HEADER, "48,Poland,60/60,0.10,0.30")
BY_SECOND = tariff_of(*HEADER, "48,Poland,1/1,0.10,0.30")


def tenant_with(*lines: str) -> Tenant:
    settings = load(files(TENANT + "\n".join(lines) + "\n"), KINDS)
    assert isinstance(settings, Settings), settings
    return settings.tenants["acme"]


def charge_of(block: str, talk_s: float = 119, tariff: Tariff = LIST) -> ChargeRecord:
    """The charge of extension 101 for a call to a Polish mobile in November 2026, before it is counted."""
    book = PriceBook(tariff, tenant=tenant_with(block))
    call = fold(forwarded(talk_s=talk_s))
    legs = tuple(replace(leg, called_direction="mobile") if leg.is_external else leg for leg in call.legs)
    (charge,) = rate_record(replace(call, legs=legs), book).charges
    return charge


def used(**so_far: str) -> dict[tuple[str, str, str], Decimal]:
    """By month (`m11`) what extension 101 has used of the bundle `b`."""
    return {("b", "extension:101", f"2026-{month[1:]}"): Decimal(text) for month, text in so_far.items()}


@pytest.mark.parametrize(
    ("block", "so_far", "amount", "uses", "said"),
    [
        # 120 s billed: all covered, the fee too
        ("bundles: {b: {minutes: 100}}", {}, "0", ["120"], "b: 120 s covered (120 of 2026-11): 0"),
        ("bundles: {b: {minutes: 100}}", {"m11": "5880"}, "0", ["120"], ""),
        # 20 s are left: the fee, and 100 s at 0.30
        (
            "bundles: {b: {minutes: 100}}",
            {"m11": "5980"},
            "0.6000",
            ["20"],
            "b: 20 s covered (20 of 2026-11): 0.6000 PLN",
        ),
        ("bundles: {b: {minutes: 100}}", {"m11": "6000"}, "0.7000", [], "b is used up: 0.7000 PLN"),
        ("bundles: {b: {minutes: 100}}", {"m11": "9000"}, "0.7000", [], ""),
        # what is left of September and October goes first
        (
            "bundles: {b: {minutes: 100, carry_over: 2, since: 2026-09}}",
            {"m09": "5990", "m10": "5950", "m11": "0"},
            "0",
            ["10", "50", "60"],
            "b: 120 s covered (10 of 2026-09, 50 of 2026-10, 60 of 2026-11)",
        ),
        ("bundles: {b: {minutes: 100, carry_over: 2, since: 2026-11}}", {}, "0", ["120"], ""),
        ("bundles: {b: {calls: 5}}", {"m11": "4"}, "0", ["1"], "b: 1 call covered"),
        ("bundles: {b: {calls: 5}}", {"m11": "5"}, "0.7000", [], ""),
        (
            "bundles: {b: {money: 20.00}}",
            {"m11": "19.50"},
            "0.2000",
            ["0.5"],
            "b: 0.5 covered (0.5 of 2026-11): 0.2000",
        ),
        ("bundles: {b: {money: 20.00}}", {}, "0.0000", ["0.7"], ""),
        # what it is not for
        ("bundles: {b: {minutes: 100, prefixes: [49]}}", {}, "0.7000", [], ""),
        ("bundles: {b: {minutes: 100, prefixes: [486]}}", {}, "0", ["120"], ""),
        ("bundles: {b: {minutes: 100, directions: [national]}}", {}, "0.7000", [], ""),
        ("bundles: {b: {minutes: 100, directions: [national, mobile]}}", {}, "0", ["120"], ""),
        ("bundles: {b: {minutes: 100, extensions: [102]}}", {}, "0.7000", [], ""),
        # a discount goes by the total before the call
        ("volumes: {b: {by: minutes, discounts: [{from: 10, percent: 10}]}}", {"m11": "599"}, "0.7000", ["120"], ""),
        (
            "volumes: {b: {by: minutes, discounts: [{from: 10, percent: 10}, {from: 20, percent: 25}]}}",
            {"m11": "600"},
            "0.6300",
            ["120"],
            "b: 0.7000 - 10 % from 600 of 2026-11 on: 0.6300 PLN",
        ),
        (
            "volumes: {b: {by: minutes, discounts: [{from: 10, percent: 10}, {from: 20, percent: 25}]}}",
            {"m11": "7200"},
            "0.5250",
            ["120"],
            "",
        ),
        ("volumes: {b: {by: calls, discounts: [{from: 3, percent: 100}]}}", {"m11": "3"}, "0.0000", ["1"], ""),
        ("volumes: {b: {by: money, discounts: [{from: 50, percent: 50}]}}", {"m11": "50"}, "0.3500", ["0.7"], ""),
    ],
)
def test_what_a_call_takes(block: str, so_far: dict[str, str], amount: str, uses: list[str], said: str) -> None:
    charge = charge_of(block)
    done = counted(charge, used(**so_far))
    assert (done.amount, [plain(one) for _, one in uses_of(done)]) == (Decimal(amount), uses)
    assert said in done.formula
    assert done.formula.startswith(charge.formula)


def test_minutes_are_eaten_from_the_beginning_where_prices_change() -> None:
    tariff = tariff_of(
        "version,2026-01-01", "prefix,destination,step,price_per_minute,price_per_minute@60", "48,Poland,1/1,0.60,0.12"
    )
    charge = charge_of("bundles: {b: {minutes: 1}}", 100, tariff)
    assert charge.amount == Decimal("0.6800")  # 60 s at 0.60 and 40 s at 0.12
    assert counted(charge, {}).amount == Decimal("0.0800")
    assert counted(charge, used(m11="30")).amount == Decimal("0.3800")  # 30 s at 0.60, and 40 s at 0.12


def test_one_comes_after_the_other_and_a_call_that_costs_nothing_takes_nothing() -> None:
    block = "bundles: {b: {minutes: 1}, c: {minutes: 100}}\n"
    block += "volumes: {v: {by: minutes, discounts: [{from: 1, percent: 50}]}}"
    done = counted(charge_of(block), {("v", "extension:101", "2026-11"): Decimal(60)})
    assert [(key[0], one) for key, one in uses_of(done)] == [("b", Decimal(60)), ("c", Decimal(60))]
    assert done.amount == 0
    free = counted(charge_of(block, tariff=tariff_of(*HEADER, "48,Poland,60/60,0,0")), {})
    assert list(uses_of(free)) == []


def test_what_a_bundle_covers_in_part_goes_on_to_the_discount() -> None:
    block = "bundles: {b: {minutes: 1}}\nvolumes: {v: {by: minutes, discounts: [{from: 1, percent: 50}]}}"
    done = counted(charge_of(block), {("v", "extension:101", "2026-11"): Decimal(60)})
    # the fee and 60 s at 0.30 are left, half of that is owed; 60 s count for the discount
    assert (done.amount, dict(uses_of(done))[("v", "extension:101", "2026-11")]) == (Decimal("0.2000"), Decimal(60))


def test_a_shared_bundle_is_the_tenants_and_a_cap_stays() -> None:
    charge = charge_of("bundles: {b: {minutes: 100, shared: yes}}")
    assert [one.holder for one in charge.allowances] == ["tenant"]
    capped = tariff_of("version,2026-01-01", "prefix,destination,step,price_per_minute,maximum_amount", "48,P,1/1,60,2")
    assert counted(charge_of("bundles: {b: {minutes: 1}}", 100, capped), {}).amount == Decimal("2.0000")


def test_net_gross_and_margin_follow_the_amount() -> None:
    tariff = tariff_of("vat_percent,23", "prices,net", *HEADER, "48,Poland,60/60,0.10,0.30")
    charge = charge_of("bundles: {b: {money: 0.20}}", tariff=tariff)
    charge = replace(charge, cost=Decimal("0.1000"), cost_currency="PLN", margin=Decimal("0.6000"))
    done = counted(charge, {})
    assert (done.amount, done.net, done.gross, done.margin) == (
        Decimal("0.5000"),
        Decimal("0.5000"),
        Decimal("0.6150"),
        Decimal("0.4000"),
    )


def test_a_month_is_that_of_the_tenants_zone_and_records_keep_it() -> None:
    charge = charge_of("bundles: {b: {minutes: 100, carry_over: 3, since: 2026-10}}")
    assert [one.months for one in charge.allowances] == ["2026-10 2026-11"]
    call = fold(forwarded())
    rated = rate_record(call, PriceBook(LIST, tenant=tenant_with("bundles: {b: {calls: 5}}")))
    assert from_json(to_json(rated)) == rated
    assert rated.charges[0].allowances


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("bundles: {b: {minutes: 1, calls: 2}}", "not one of minutes, calls and money"),
        ("bundles: {b: {}}", "not one of minutes, calls and money"),
        ("bundles: {b: {calls: 1, carry_over: 1}}", "what is left is carried over, from no month on"),
        ("bundles: {b: {calls: 1, since: 2026-13}}", "'2026-13' is no month"),
        ("bundles: {b: {calls: 1, extensions: [999]}}", "there is no extension 999"),
        ("bundles: {b: {calls: 1, directions: [moblie]}}", "directions"),
        ("volumes: {v: {by: calls, discounts: [{from: 5, percent: 1}, {from: 5, percent: 2}]}}", "out of order"),
        (
            "bundles: {b: {calls: 1}}\nvolumes: {b: {by: calls, discounts: [{from: 5, percent: 1}]}}",
            "b is a bundle too",
        ),
    ],
)
def test_mistakes(block: str, problem: str) -> None:
    found = load(files(f"{TENANT}{block}\n"), KINDS)
    assert not isinstance(found, Settings)
    assert any(problem in str(one) for one in found), found
