"""Which caller has which demand and priority."""

from __future__ import annotations

import pytest

from callcontrol.config.lanes import demands_of
from callcontrol.config.queue_settings import Queue
from callcontrol.routing.demand import priority_of, stages_of
from callcontrol.vocabulary.demand import demand_text, is_met
from callcontrol.vocabulary.queue import DemandStage
from tests.routing.test_queue_layout import tenant

GERMANY, RUSSIA, POLAND = "+4930123456", "+74951234567", "+48221234567"
SALES, SUPPORT = "+48221230001", "+48221230002"

QUEUE = Queue.model_validate(
    {
        "agents": [{"agent": "anna"}],
        "demands": [
            {
                "caller": "+49",
                "dialled": SALES,
                "skills": {"selling": "3", "german": "1"},
                "relax": [{"after": "60"}, {"after": "30", "skills": {"german": "1"}}],
            },
            {"caller": "+49", "skills": {"german": "2"}},
            {"dialled": SUPPORT, "skills": {"repairs": "1"}},
        ],
        "priorities": [
            {"caller": "+49", "priority": "2"},
            {"dialled": SALES, "priority": "5"},
            {"numbers": [RUSSIA, POLAND], "dialled": SUPPORT, "priority": "9"},
            {"numbers": [RUSSIA], "priority": "1"},
        ],
    }
)


def test_the_written_form_is_in_alphabetical_order() -> None:
    assert demand_text({"russian": 2, "german": 1}) == "german>=1,russian>=2"
    assert demand_text({}) == ""


@pytest.mark.parametrize(
    ("skills", "met"),
    [({"german": 2}, True), ({"german": 3, "x": 1}, True), ({"german": 1}, False), ({}, False)],
)
def test_a_demand_is_met_at_its_level_or_better(skills: dict[str, int], met: bool) -> None:
    assert is_met({"german": 2}, skills) is met
    assert is_met({}, skills)


def test_a_queues_demands_are_those_of_all_stages_and_none() -> None:
    assert [*demands_of(QUEUE, tenant())] == ["", "german>=1", "german>=1,selling>=3", "german>=2", "repairs>=1"]


@pytest.mark.parametrize(
    ("caller", "dialled", "stages"),
    [
        (
            GERMANY,
            SALES,
            [DemandStage(0, "german>=1,selling>=3"), DemandStage(30_000, "german>=1"), DemandStage(60_000, "")],
        ),
        (GERMANY, SUPPORT, [DemandStage(0, "german>=2")]),
        (POLAND, SUPPORT, [DemandStage(0, "repairs>=1")]),
        ("", SUPPORT, [DemandStage(0, "repairs>=1")]),
        (POLAND, SALES, [DemandStage(0, "")]),
        ("4930123456", "", [DemandStage(0, "")]),  # no number in international form
    ],
)
def test_the_first_demand_that_fits_counts(caller: str, dialled: str, stages: list[DemandStage]) -> None:
    assert [*stages_of(QUEUE, tenant(), caller, dialled)] == stages


@pytest.mark.parametrize(
    ("caller", "dialled", "priority"),
    [
        (GERMANY, SALES, 5),
        (GERMANY, SUPPORT, 2),
        (POLAND, SUPPORT, 9),
        (POLAND, "+48221230003", 0),
        (RUSSIA, "", 1),
        ("", SALES, 5),
        ("", "", 0),
    ],
)
def test_the_highest_priority_that_fits_counts(caller: str, dialled: str, priority: int) -> None:
    assert priority_of(QUEUE, caller, dialled) == priority


def test_the_empty_prefix_is_every_caller() -> None:
    queue = Queue.model_validate({"agents": [{"agent": "anna"}], "priorities": [{"caller": "", "priority": "3"}]})
    assert [priority_of(queue, number, "") for number in (POLAND, "112", "")] == [3, 3, 3]
