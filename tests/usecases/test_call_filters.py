"""Filters of calls: what they mean, and what is said of those that make no sense."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcontrol.usecases.call_filters import FILTERS, WORDS, wanted_calls
from callcontrol.usecases.call_rows import COLUMNS, NUMBERS, machine_row, spreadsheet_row
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.wanted import CallType

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = instant_from("2026-11-30T12:00:00+01:00")


def test_filters_are_read_on_the_tenants_clocks_and_in_its_country() -> None:
    given = {"since": "2026-11-01", "to": "2026-11-02", "caller": "22 123 45 67", "type": "missed", "queue": ""}
    wanted = wanted_calls(given, WARSAW, "PL", NOW, tenant="acme", limit=5)
    assert (wanted.tenant, wanted.caller, wanted.type, wanted.queue) == ("acme", "+48221234567", CallType.MISSED, None)
    assert wanted.since == instant_from("2026-10-31T23:00:00Z")
    assert wanted.until == instant_from("2026-11-02T23:00:00Z")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "lost"}, "type"),
        ({"outcome": "fine"}, "outcome"),
        ({"since": "2026-13-01"}, "since"),
        ({"until": "soon"}, "until"),
        ({"period": "november"}, "period"),
        ({"period": "2026", "to": "2026-11-01"}, "period"),
        ({"since": "2026-11-02", "to": "2026-11-01"}, "since"),
        ({"survey": "6"}, "survey"),
        ({"cost_from": "much"}, "cost_from"),
    ],
)
def test_each_mistake_names_its_field(given: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        wanted_calls(given, WARSAW, "PL", NOW)
    assert refused.value.field == field


def test_places_and_limits_are_checked() -> None:
    for more, field in (({"limit": 0}, "limit"), ({"after": "the last one"}, "after")):
        with pytest.raises(Refused) as refused:
            wanted_calls({}, WARSAW, "PL", NOW, **more)
        assert refused.value.field == field


def test_every_filter_of_words_is_a_filter_and_numbers_are_columns() -> None:
    assert set(WORDS) < set(FILTERS)
    assert set(COLUMNS) > NUMBERS


def test_a_spreadsheet_gets_no_formula_and_a_program_gets_numbers_as_they_are() -> None:
    row = {"from": "+48221234567", "from_name": "=cmd|' /C calc'!A0", "to": "@sum"}
    assert machine_row(row) == ["+48221234567", "'=cmd|' /C calc'!A0", "@sum"]
    assert spreadsheet_row(row) == ["'+48221234567", "'=cmd|' /C calc'!A0", "'@sum"]
