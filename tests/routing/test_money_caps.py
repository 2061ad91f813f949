"""Caps of money: finite without a word, acting by the share that is used, and holding a single call in themselves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.config.settings import Tenant
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.money_caps import caps_on, longest_for_money_s, passed, used
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.restriction import Level
from callcontrol.vocabulary.spending import Span, Spent, added, spans_at, sum_of
from tests.routing.world import NOW, TENANT, Priced, facts
from tests.routing.world import settings as loaded

EXTENSION = "extension:101"
SPANS = spans_at(NOW, ZoneInfo("Europe/Warsaw"))
PREMIUM = "+48700123456"


def tenant(more: str = "") -> Tenant:
    return loaded(TENANT + more).tenants["acme"]


def spent(direction: str, *amounts: str, currency: str = "PLN") -> Spent:
    hour, day, month = (Decimal(amounts[min(n, len(amounts) - 1)]) for n in range(3))
    return {(direction, currency): {Span.HOUR: hour, Span.DAY: day, Span.MONTH: month}}


def acts(found: Spent, more: str = "", payer: str = EXTENSION) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.limit: (one.level.value, one.classes) for one in passed(payer, tenant(more), "PLN", found, SPANS)}


def test_every_span_of_what_is_dear_has_a_finite_cap_without_a_word() -> None:
    for payer in (EXTENSION, "tenant"):
        found = {cap.name: cap.amount for cap in caps_on(payer, tenant(), "PLN")}
        assert set(found) == {
            f"money_per_{span}/{capped}" for span in Span for capped in ("all", "dear", "premium", "satellite")
        }
        assert all(amount.is_finite() and amount > 0 for amount in found.values())
    assert found["money_per_day/all"] == 5 * 2000  # of the tenant as a whole, euros in zlotys


def test_people_hear_of_it_first_then_the_class_is_blocked_then_all() -> None:
    assert acts(spent("premium", "79.99")) == {}
    assert acts(spent("premium", "80")) == {"money_per_hour/premium": ("warn", ("premium",))}
    assert acts(spent("premium", "100"))["money_per_hour/premium"] == ("block_class", ("premium",))
    assert acts(spent("mobile", "250")) == {"money_per_hour/all": ("block_outgoing", ())}
    dear = acts(spent("international", "150"))["money_per_hour/dear"]
    assert dear == ("block_class", ("international", "premium", "satellite"))


def test_what_is_written_counts_and_every_action_can_be_chosen() -> None:
    actions = "{50: warn, 100: ask_pin, 150: block_class}"
    own = f"limits: {{extension: {{caps: {{mobile: {{money_per_day: 10, actions: {actions}}}}}}}}}\n"
    levels = [acts(spent("mobile", amount), own)["money_per_day/mobile"][0] for amount in ("5", "10", "15", "99")]
    assert levels == ["warn", "ask_pin", "block_class", "block_class"]
    free = "limits: {extension: {caps: {all: {money_per_hour: unlimited, money_per_day: unlimited}}}}\n"
    assert [*acts(spent("mobile", "9999"), free)] == ["money_per_month/all"]


def test_it_holds_until_the_span_is_over_and_says_what_was_seen() -> None:
    (one,) = passed(EXTENSION, tenant(), "PLN", spent("premium", "1", "170", "170"), SPANS)
    assert (one.payer, one.level, one.until) == (EXTENSION, Level.WARN, SPANS[Span.DAY][1])
    assert one.why == "170 PLN of 200 spent this day on premium numbers"


def test_amounts_of_other_currencies_count_by_round_figures() -> None:
    together = added(spent("premium", "50"), spent("premium", "10", currency="EUR"))
    assert sum_of(together, ("premium",), Span.HOUR, "PLN") == 100
    assert sum_of(together, None, Span.HOUR, "EUR") == 20
    assert sum_of(together, ("mobile",), Span.HOUR, "PLN") == 0


AMOUNTS = st.decimals(0, 400, places=2)
CHARGES = st.lists(st.tuples(st.sampled_from(["mobile", "premium", "international"]), AMOUNTS), max_size=8)


@settings(max_examples=30, deadline=None)
@given(CHARGES, CHARGES)
def test_more_that_is_spent_never_does_less(first: list[tuple[str, Decimal]], more: list[tuple[str, Decimal]]) -> None:
    def total(charges: list[tuple[str, Decimal]]) -> Spent:
        together: Spent = {}
        for direction, amount in charges:
            together = added(together, spent(direction, str(amount)))
        return together

    before, after = acts(total(first)), acts(total([*first, *more]))
    assert all(Level(after[limit][0]).rank >= Level(level).rank for limit, (level, _) in before.items())
    shares = {use.cap.name: use.spent for use in used(EXTENSION, tenant(), "PLN", total(first))}
    assert shares["money_per_day/all"] == sum((amount for _, amount in first), Decimal(0))
    assert shares == {use.cap.name: use.spent for use in used(EXTENSION, tenant(), "PLN", total(first[::-1]))}


class Dear(Priced):
    """A minute costs so much, and a second a sixtieth of it."""

    def __init__(self, per_minute: int, fee: int = 0) -> None:
        super().__init__()
        self.price = CallPrice("PLN", Decimal(fee), Decimal(per_minute))

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        return self.price

    def affordable_s(self, number: str, at: Instant, units: int, payer: str = "") -> int:
        return int((Decimal(units).scaleb(-8) - self.price.connection_fee) * 60 / self.price.per_minute)


@pytest.mark.parametrize(
    ("per_minute", "number", "payer", "more", "longest_s"),
    [
        (1, "+48600700800", EXTENSION, "", 14_400),  # 240, less than the 250 of an hour
        (2, "+48600700800", EXTENSION, "", 7_500),
        (10, PREMIUM, EXTENSION, "", 600),  # the 100 of an hour of premium numbers
        (10, PREMIUM, "tenant", "", 1_800),  # the 300 of the tenant as a whole
        (10, PREMIUM, EXTENSION, "limits: {tenant: {caps: {all: {money_per_month: 40}}}}\n", 240),
        (10, PREMIUM, EXTENSION, "limits: {extension: {caps: {premium: {actions: {100: warn}}}}}\n", 900),  # 150: dear
        (99999, PREMIUM, EXTENSION, "", 1),
    ],
)
def test_a_single_call_costs_no_more_than_a_whole_cap(
    per_minute: int, number: str, payer: str, more: str, longest_s: int
) -> None:
    found: Facts = replace(
        facts(number, tenant=TENANT + more, caller=Caller("101", extension="101")), prices=Dear(per_minute)
    )
    assert longest_for_money_s(Dialling(number, payer), found, 14_400) == longest_s
