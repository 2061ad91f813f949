"""What a caller asks for by keys adds up, in whichever order and however often they are pressed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.demand import NOTHING_ASKED, CallerDemand, demand_text, is_met, merged

skills = st.dictionaries(st.sampled_from(["german", "russian", "billing"]), st.integers(1, 10))
demands = st.builds(
    CallerDemand, skills=skills, priority=st.integers(0, 10), label=st.sampled_from(["", "billing", "sales"])
)


def test_the_higher_level_and_priority_and_the_last_label_count() -> None:
    first = CallerDemand({"german": 3, "billing": 1}, 2, "sales")
    both = first.adding(CallerDemand({"german": 1, "russian": 5}, 7, "billing"))
    assert both == CallerDemand({"german": 3, "billing": 1, "russian": 5}, 7, "billing")
    assert both.adding(CallerDemand(priority=1)) == both


@given(demands)
def test_nothing_adds_nothing_and_the_same_once_more_neither(one: CallerDemand) -> None:
    assert NOTHING_ASKED.adding(one) == one.adding(NOTHING_ASKED) == one.adding(one) == one


@given(demands, demands, demands)
def test_it_does_not_matter_which_are_added_up_first(a: CallerDemand, b: CallerDemand, c: CallerDemand) -> None:
    assert a.adding(b).adding(c) == a.adding(b.adding(c))


@given(skills, skills, skills)
def test_an_agent_who_meets_two_demands_together_meets_each(
    a: dict[str, int], b: dict[str, int], agent: dict[str, int]
) -> None:
    both = merged(a, b)
    assert both == merged(b, a)
    assert is_met(both, agent) == (is_met(a, agent) and is_met(b, agent))
    assert demand_text(both) == demand_text(merged(b, a))
