"""Which list prices a leg: the payer's, the carrier's beside it, one marked up on another, and calls from outside."""

from dataclasses import replace
from decimal import Decimal

import pytest

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.record import CallRecord, ChargeRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs.folder import mistakes, price_book, warnings
from callcontrol.billing.tariffs.markups import on_bases
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.test_rating import NOON, charged, tariff_of
from tests.billing.trails import Story, forwarded
from tests.config.folder import TENANT, files

HEADER = "version,2026-01-01", "prefix,destination,step,price_per_minute"
RETAIL = tariff_of(*HEADER, "48,Poland,60/60,0.30")
CARRIER = tariff_of(*HEADER, "48,Poland,1/1,0.06")


def record(talk_s: float = 61.5) -> CallRecord:
    """A call that was forwarded to a mobile outside, by the extension 101 (talk_s seconds of it)."""
    return fold(forwarded(talk_s=talk_s))


def trunk_of(call: CallRecord) -> str:
    return next(leg.trunk for leg in call.legs if leg.is_external)


def charge_of(call: CallRecord, book: PriceBook) -> ChargeRecord:
    (charge,) = rate_record(call, book).charges
    return charge


def test_what_the_carrier_asks_stands_beside_the_price() -> None:
    call = record()
    charge = charge_of(call, PriceBook(RETAIL, {}, {trunk_of(call): CARRIER}))
    # 120 s at 0.30, 62 s at 0.06
    assert (charge.amount, charge.cost, charge.margin) == (Decimal("0.6000"), Decimal("0.0620"), Decimal("0.5380"))
    assert charge.cost_currency == "PLN"
    assert charge.cost_formula.startswith("test: 61.5 s, up: 62 s; 1/1: 62 s; 0 + 62 * 0.06 / 60 = 0.062;")
    rated = rate_record(call, PriceBook(RETAIL, {}, {trunk_of(call): CARRIER}))
    assert from_json(to_json(rated)) == rated


def test_a_margin_is_of_net_amounts_and_of_one_currency() -> None:
    call = record()
    gross = tariff_of("vat_percent,23", "prices,gross", *HEADER, "48,Poland,60/60,0.30")
    charge = charge_of(call, PriceBook(gross, {}, {trunk_of(call): CARRIER}))
    assert (charge.amount, charge.net, charge.gross) == (Decimal("0.6000"), Decimal("0.4878"), Decimal("0.6000"))
    assert charge.margin == Decimal("0.4258")
    euros = replace(CARRIER, currency="EUR")
    charge = charge_of(call, PriceBook(RETAIL, {}, {trunk_of(call): euros}))
    assert (charge.cost, charge.cost_currency, charge.margin) == (Decimal("0.0620"), "EUR", None)


def test_without_a_price_the_cost_is_told_all_the_same_and_without_a_cost_the_price() -> None:
    call = record()
    abroad = tariff_of(*HEADER, "49,Germany,60/60,0.30")
    charge = charge_of(call, PriceBook(abroad, {}, {trunk_of(call): CARRIER}))
    assert (charge.amount, charge.cost, charge.margin) == (None, Decimal("0.0620"), None)
    assert charge.reason.startswith("no_price")
    charge = charge_of(call, PriceBook(RETAIL, {}, {trunk_of(call): abroad}))
    assert (charge.amount, charge.cost, charge.cost_currency, charge.margin) == (Decimal("0.6000"), None, "", None)
    charge = charge_of(call, PriceBook(RETAIL, {}, {"another": CARRIER}))
    assert charge.cost is None


def test_an_extension_may_have_a_list_of_its_own() -> None:
    dear = tariff_of(*HEADER, "48,Poland,60/60,3")
    assert charge_of(record(), PriceBook(RETAIL, {"extension:101": dear})).amount == Decimal("6.0000")
    assert charge_of(record(), PriceBook(RETAIL, {"extension:102": dear})).amount == Decimal("0.6000")
    book = PriceBook(RETAIL, {"extension:101": tariff_of(*HEADER, "49,Germany,60/60,3")})
    assert [book.is_priced("+48221234567", NOON, payer) for payer in ("extension:101", "tenant")] == [False, True]


FREEPHONE = tariff_of(*HEADER, "48,Poland,60/60,0.30", "inbound:48800,Freephone,60/1,0.12")


@pytest.mark.parametrize(("first", "payer"), [("extension:101", "extension:101"), ("queue:support", "tenant")])
def test_calls_from_outside_cost_who_was_called_where_the_list_says_so(first: str, payer: str) -> None:
    call = fold(Story().routed(0, first, "number").ended(100, answered=10))
    call = replace(call, dialled="+48800123456")
    (charge,) = rate_record(call, FREEPHONE).charges
    assert (charge.payer, charge.number, charge.prefix) == (payer, "+48800123456", "inbound:48800")
    assert (charge.billed_s, charge.amount) == (90, Decimal("0.1800"))
    assert rate_record(replace(call, dialled="+48221234567"), FREEPHONE).charges == ()  # the list says nothing of it
    own = replace(call, caller=replace(call.caller, extension="102"))
    assert rate_record(own, FREEPHONE).charges == ()  # it does not come from outside


def test_calls_from_outside_cost_as_a_list_says_that_another_one_is_marked_up_on() -> None:
    marked = tariff_of("markup_on,telco", "markup_percent,50", *HEADER, "49,Germany,60/60,0.30")
    whole = on_bases(marked, "x.csv", {"telco": FREEPHONE})
    assert isinstance(whole, Tariff)
    call = replace(fold(Story().routed(0, "queue:support", "number").ended(100, answered=10)), dialled="+48800123456")
    (charge,) = rate_record(call, whole).charges
    assert charge.amount == Decimal("0.2700")
    assert not RETAIL.prices_inbound
    assert rate_record(call, RETAIL).charges == ()


def test_a_number_of_ours_and_the_same_dialled_are_priced_apart() -> None:
    assert FREEPHONE.covers("+48800123456", NOON).prefix == "48"  # type: ignore[union-attr]
    assert FREEPHONE.covers("inbound:+48800123456", NOON).prefix == "inbound:48800"  # type: ignore[union-attr]
    assert FREEPHONE.covers("inbound:112", NOON) is None
    assert FREEPHONE.covers("inbound:+48221234567", NOON) is None


BASE = tariff_of(
    "period,peak,,08:00-20:00",
    "default_period,offpeak",
    "decimals,8",
    "version,2026-01-01",
    "prefix,destination,step,connection_fee,maximum_amount,price_per_minute:peak,price_per_minute:offpeak",
    "48,Poland,1/1,0.01,9,0.06,0.03",
    "4845,Poland mobile,60/60,0,9,0.10,0.10",
    "49,Germany,1/1,0,1,0.50,0.50",
)
MARKED = tariff_of(
    "markup_on,telco", "markup_percent,20", "decimals,2", *HEADER, "48,Poland,60/60,0.05", "4845,Mobile,60/60,0.11"
)


SHAPED = tariff_of(
    "version,2026-01-01",
    "prefix,destination,step,connection_fee,minimum_amount,price_per_minute,price_per_minute@60",
    "48,Poland,1/1,0.01,0.20,0.06,3.00",
)


def test_what_limits_look_at_is_the_dearest_minute_and_the_dearest_start() -> None:
    book = PriceBook(BASE, {"extension:101": marked_up(), "extension:102": SHAPED})
    night = Instant(NOON - 8 * 3600 * SECOND_US)
    polish = "+48221234567"
    assert book.price_of(polish, NOON) == ("PLN", Decimal("0.01"), Decimal("0.06"))
    assert book.price_of(polish, night) == ("PLN", Decimal("0.01"), Decimal("0.03"))
    assert book.price_of("+493012345678", NOON, "extension:101") == ("PLN", Decimal(0), Decimal("0.6"))
    assert book.price_of(polish, NOON, "extension:102") == ("PLN", Decimal("0.20"), Decimal("3.00"))
    assert book.price_of("+33123456789", NOON) is None


def marked_up() -> Tariff:
    found = on_bases(MARKED, "x.csv", {"telco": BASE})
    assert isinstance(found, Tariff), found
    return found


@pytest.mark.parametrize(
    ("number", "seconds", "amount", "formula"),
    [
        # 1.2 * (600 * 0.5 / 60) is 6, and no more than 1.2 * 1
        ("+493012345678", "600", "1.20", "prices of telco + 20 %; 0 + 600 * 0.6 / 60 = 6; at most 1.2; "),
        ("+48221234567", "61", "0.10", "60/60: 120 s; 0 + 120 * 0.05 / 60 = 0.1; "),  # written here, as long as telco's
        ("+48451234567", "61", "0.22", "60/60: 120 s; 0 + 120 * 0.11 / 60 = 0.22; "),
    ],
)
def test_a_markup_on_another_list(number: str, seconds: str, amount: str, formula: str) -> None:
    charge = charged(marked_up(), seconds, number=number)
    assert f"{charge.amount}" == f"{amount} PLN"
    assert formula in charge.formula


def test_the_longest_prefix_wins_in_both_lists_and_periods_are_those_of_the_base() -> None:
    without = tariff_of("markup_on,telco", "markup_percent,20", *HEADER, "48,Poland,60/60,0.05")
    found = on_bases(without, "x.csv", {"telco": BASE})
    assert isinstance(found, Tariff)
    assert found.covers("+48451234567", NOON).destination == "Poland mobile"  # type: ignore[union-attr]
    abroad = on_bases(tariff_of("markup_on,telco", "markup_percent,-50", *HEADER, "33,F,1/1,1"), "x", {"telco": BASE})
    assert isinstance(abroad, Tariff)
    charge = charged(abroad, "120", "2026-11-23T19:59:00+01:00")
    assert [(part.period, str(part.price_per_minute)) for part in charge.parts] == [
        ("peak", "0.030"),
        ("offpeak", "0.015"),
    ]
    assert (str(charge.amount), str(charge.fee)) == ("0.0500 PLN", "0.005")  # half of 0.01 + 0.06 + 0.03
    assert "prices of telco + -50 %" in charge.formula


@pytest.mark.parametrize(
    ("base", "problem"),
    [
        (None, "there is no price list telco"),
        (replace(BASE, currency="EUR"), "price list telco is in EUR, this one in PLN"),
        (MARKED, "price list telco is marked up on another one itself"),
        ((), "price list telco has mistakes"),
    ],
)
def test_what_cannot_be_marked_up(base: Tariff | tuple[()] | None, problem: str) -> None:
    found = on_bases(MARKED, "x.csv", {} if base is None else {"telco": base})
    assert not isinstance(found, Tariff)
    assert [str(one).partition("; ")[0] for one in found] == [f"x.csv:3: {problem}"]


LIST = "\n".join(["tariff,x", "currency,PLN", *HEADER, "48,Poland,60/60,0.30", "short:112,Emergency,1/1,0"])
TRUNKS = 'switches: {fs1: {password: a long secret}}\ntrunks: {a: {number: "+48221110000", tariff: telco}}\n'


def in_folder(tenant: str = "", main: str = TRUNKS, **lists: str) -> dict[str, str]:
    texts = files(TENANT + tenant, main)
    return {path: text for path, text in texts.items() if not path.startswith("tariffs/")} | {
        f"tariffs/{name}.csv": text for name, text in {"retail": LIST, "telco": LIST, **lists}.items()
    }


def told(texts: dict[str, str]) -> list[str]:
    return [str(problem).partition("; ")[0] for problem in mistakes(texts, load(texts, KINDS))]


def test_the_lists_of_a_folder_are_joined() -> None:
    marked = "tariff,m\ncurrency,PLN\nmarkup_on,telco\nmarkup_percent,10\nversion,2026-01-01\n"
    texts = in_folder("tariffs: {marked: [101]}\n", marked=marked)
    settings = load(texts, KINDS)
    assert isinstance(settings, Settings), settings
    assert told(texts) == []
    (tenant,) = settings.tenants.values()
    book = price_book(texts, settings, tenant)
    assert (set(book.of_payers), set(book.of_trunks)) == ({"extension:101"}, {"a"})
    assert f"{charged(book.of_payer('extension:101'), '60').amount}" == "0.3300 PLN"
    assert f"{charged(book.of_payer('tenant'), '60').amount}" == "0.3000 PLN"


@pytest.mark.parametrize(
    ("tenant", "lists", "problem"),
    [
        ("tariffs: {retial: [101]}\n", {}, "tenants/acme.yaml:11: tariffs.retial: there is no price list retial"),
        ("tariffs: {telco: [999]}\n", {}, "tariffs.telco.0: there is no extension 999"),
        ("tariffs: {telco: ['group:sales']}\n", {}, "tariffs.telco.0: there is no group sales"),
        (
            "groups: {sales: {members: ['extension:101']}}\ntariffs: {telco: ['group:sales', 101]}\n",
            {},
            "extension 101 has the price list telco already",
        ),
        (
            "groups: {sales: {members: ['number:+48600700800']}}\ntariffs: {telco: ['group:sales']}\n",
            {},
            "no extension is a member of group sales",
        ),
        ("tariffs: {telco: [101], retail: [101]}\n", {}, "extension 101 has the price list telco already"),
        (
            "",
            {"retail": LIST.replace("version", "markup_on,nothing\nversion")},
            "retail.csv:3: there is no price list nothing",
        ),
        (
            "",
            {"telco": LIST.replace("version", "period,p,mon\ndefault_period,o\nversion")},
            "telco has periods, and no zone",
        ),
        ("", {"telco": LIST.replace("version", "zone,Mars\nversion")}, "telco.csv:3: zone 'Mars'"),
    ],
)
def test_mistakes_between_files(tenant: str, lists: dict[str, str], problem: str) -> None:
    found = told(in_folder(tenant, **lists))
    assert any(problem in one for one in found), found


def test_the_word_of_the_list_for_a_number_comes_first() -> None:
    special = tariff_of(
        "version,2026-01-01", "prefix,destination,direction,step,price_per_minute", "48,P,premium,1/1,1"
    )
    call = record()
    legs = tuple(replace(leg, called_direction="mobile") if leg.is_external else leg for leg in call.legs)
    call = replace(call, legs=legs)
    assert charge_of(call, PriceBook(special)).direction == "premium"
    assert charge_of(call, PriceBook(RETAIL)).direction == "mobile"
    assert PriceBook(special).direction_of("+48221234567", NOON) == "premium"
    assert PriceBook(RETAIL).direction_of("+48221234567", NOON) == ""


def test_a_group_of_extensions_has_a_list() -> None:
    texts = in_folder(
        "groups: {sales: {members: ['extension:101', 'number:+48600700800']}}\ntariffs: {telco: ['group:sales']}\n"
    )
    settings = load(texts, KINDS)
    assert isinstance(settings, Settings), settings
    assert set(price_book(texts, settings, settings.tenants["acme"]).of_payers) == {"extension:101"}


DEAR = LIST + "\n4870,Premium,60/60,5.00\n4871,Dear,60/60,50.00\n881,Satellite,60/60,50.00"
IN_EUR = LIST.replace("PLN", "EUR")


@pytest.mark.parametrize(
    ("tenant", "lists", "warned"),
    [
        ("", {"retail": DEAR}, ["x has prices above what a call may cost: 4871 (50 a minute, 25 at most)"]),
        ("outgoing: {limits: [{classes: [special], price_per_minute: 60}]}\n", {"retail": DEAR}, []),
        ("tariffs: {eur: [101]}\n", {"eur": IN_EUR}, []),
        ("credit: {kind: prepaid}\ntariffs: {eur: [101]}\n", {"eur": IN_EUR}, ["extension 101 is priced in EUR"]),
    ],
)
def test_lists_that_are_hardly_meant_so(tenant: str, lists: dict[str, str], warned: list[str]) -> None:
    texts = in_folder(tenant, **lists)
    settings = load(texts, KINDS)
    assert isinstance(settings, Settings), settings
    found = [one.what for one in warnings(texts, settings, NOON) if "priced in" in one.what or "above" in one.what]
    assert [text.partition(": ")[2][: len(one)] for one, text in zip(warned, found, strict=True)] == warned
