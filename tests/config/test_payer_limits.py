"""Limits of all calls of a payer together: what holds where nothing is written, and what cannot be meant."""

from __future__ import annotations

import pytest

from callcontrol.config.caps import caps_of
from callcontrol.config.checks.warnings import warnings
from callcontrol.config.loader import load
from callcontrol.config.payer_limits import DEFAULT_EXTENSION, DEFAULT_TENANT, UNLIMITED, UNLIMITED_MONEY
from callcontrol.config.settings import Settings, Tenant
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import TENANT, files


def tenant(more: str, extension: str = "{}") -> Tenant:
    """The tenant with this at its end, and this of extension 102."""
    found = load(files(TENANT.replace("102: {}", f"102: {extension}") + more + "\n"), KINDS)
    assert isinstance(found, Settings), found
    return found.tenants["acme"]


@pytest.mark.parametrize("defaults", [DEFAULT_EXTENSION, DEFAULT_TENANT])
def test_every_default_is_finite_where_money_is_at_stake(defaults: dict[str, object]) -> None:
    for capped, payer in (("all", "tenant"), ("dear", "tenant"), ("all", "extension:102"), ("dear", "extension:102")):
        caps = caps_of(payer, capped, tenant(""))
        assert caps.calls_at_once
        assert caps.calls_per_minute
        assert caps.calls_per_hour
    assert {"all", "dear", "premium", "satellite"} == set(defaults)


def test_the_extensions_own_word_counts_before_that_for_each_before_the_default() -> None:
    found = tenant(
        "limits: {extension: {caps: {dear: {calls_at_once: 7, calls_per_minute: 8}}}}",
        "{limits: {caps: {dear: {calls_at_once: 3}}}}",
    )
    caps = caps_of("extension:102", "dear", found)
    assert (caps.calls_at_once, caps.calls_per_minute, caps.calls_per_hour) == (3, 8, 90)
    assert caps_of("extension:101", "dear", found).calls_at_once == 7
    assert caps_of("tenant", "dear", found) == DEFAULT_TENANT["dear"]


def test_no_cap_must_be_written() -> None:
    found = tenant("limits: {tenant: {caps: {dear: {numbers_per_hour: unlimited}}}}")
    assert caps_of("tenant", "dear", found).numbers_per_hour == UNLIMITED
    assert caps_of("tenant", "mobile", found).calls_at_once is None


def test_a_class_of_its_own_has_only_the_caps_that_are_written() -> None:
    found = tenant("limits: {tenant: {caps: {mobile: {calls_at_once: 4}}}}")
    assert caps_of("tenant", "mobile", found).calls_at_once == 4


@pytest.mark.parametrize(
    ("caps", "what"),
    [
        ("{cheap: {calls_at_once: 3}}", "'cheap' is no class of calls"),
        ("{all: {calls_at_once: 0}}", "'0' is no number of calls"),
        ("{all: {money_per_day: 0}}", "0 is no cap of money"),
        ("{all: {money_per_day: much}}", "'much' is no amount"),
        ("{all: {actions: {0: warn}}}", "'0' is no share"),
        ("{all: {actions: {1001: warn}}}", "'1001' is no share"),
        ("{all: {money_per_hour: 5, money_per_day: 4}}", "are never reached"),
        ("{all: {calls_at_once: many}}", "'many' is no number of calls"),
        ("{all: {at_once: 3}}", "unknown key `at_once`"),
        ("{all: {}}", "limits.tenant.caps.all: says no cap"),
        (
            "{all: {calls_per_minute: 30, calls_per_hour: 20}}",
            "limits.tenant.caps.all.calls_per_minute: 30 are never reached: `calls_per_hour` allows 20",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(caps: str, what: str) -> None:
    found = load(files(TENANT + f"limits: {{tenant: {{caps: {caps}}}}}\n"), KINDS)
    assert not isinstance(found, Settings)
    assert any(what in str(problem) for problem in found), found


@pytest.mark.parametrize("own", ["300", "unlimited"])
def test_more_than_the_tenant_as_a_whole_may_have_is_a_warning(own: str) -> None:
    text = TENANT.replace("102: {}", f"102: {{limits: {{caps: {{all: {{calls_at_once: {own}}}}}}}}}")
    found = load(files(text), KINDS)
    assert isinstance(found, Settings), found
    what = "limits.caps.all.calls_at_once: the tenant as a whole may have 200, so this is never reached"
    assert any(what in str(problem) for problem in warnings(found, Instant(0)))


def test_money_has_caps_and_what_is_unusual_an_action() -> None:
    found = tenant("limits: {unusual: off, unusual_above: 20, extension: {caps: {all: {money_per_day: unlimited}}}}")
    assert found.limits.unusual == "off"
    assert found.limits.unusual_above == 20
    assert caps_of("extension:101", "all", found).money_per_day == UNLIMITED_MONEY
    assert caps_of("tenant", "all", found).money_per_day is None
    assert tenant("").limits.unusual == "warn"
    acting = tenant("limits: {tenant: {caps: {dear: {money_per_hour: 9.50, actions: {50: warn, 90: ask_pin}}}}}")
    assert caps_of("tenant", "dear", acting).actions == {50: "warn", 90: "ask_pin"}
