"""Which calls filters mean of those that a person may see."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

import pytest

from callcontrol.daemon.configuration import Configuration
from callcontrol.usecases.call_filters import FILTERS
from callcontrol.usecases.seen_calls import wanted_by
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.rights import Person, Role

NOW = instant_from("2026-11-30T12:00:00+01:00")
ANNA = Person("1", "anna", "acme", frozenset({Role.SUBSCRIBER}), extension="101", agent="anna")
OLGA = Person(
    "2", "olga", "acme", frozenset({Role.SUPERVISOR}), extensions=frozenset({"101"}), queues=frozenset({"sales"})
)


class InWarsaw:
    """A configuration's tenants, as far as filters ask."""

    def zone_of(self, tenant: str) -> ZoneInfo:
        return ZoneInfo("Europe/Warsaw")

    def region_of(self, tenant: str) -> str:
        return "PL"


def reach(person: Person, **given: str) -> Reach | None:
    """What of the person's things the ledger is asked for, besides the filters."""
    filters = dict.fromkeys(FILTERS) | given
    return wanted_by(person, cast(Configuration, InWarsaw()), "acme", filters, NOW).reach


@pytest.mark.parametrize(
    ("person", "filters"),
    [(ANNA, {"extension": "101"}), (ANNA, {"agent": "anna"}), (OLGA, {"queue": "sales"}), (OLGA, {"extension": "101"})],
)
def test_a_filter_that_names_a_thing_of_the_persons_is_asked_for_alone(person: Person, filters: dict[str, str]) -> None:
    assert reach(person, **filters) is None
    assert reach(person, **filters, caller="+48221234567") is None  # each filter only takes calls away


@pytest.mark.parametrize(
    "filters", [{}, {"extension": "102"}, {"queue": "advice"}, {"agent": "zoe"}, {"caller": "101"}]
)
@pytest.mark.parametrize("person", [ANNA, OLGA])
def test_any_other_leaves_the_person_what_is_in_reach(person: Person, filters: dict[str, str]) -> None:
    found = reach(person, **filters)
    assert found is not None
    assert found.extensions == ("101",)
