"""What keys say of callers: found in whatever kind it stands, combined into lanes of the queues, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from callcontrol.config.checks import choices
from callcontrol.config.choices import MAX_COMBINATIONS, CallerChoice, combinations
from callcontrol.config.frozen import Frozen
from callcontrol.config.lanes import MAX_LANES, demands_of
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.routing.demand import label_whispered, priority_of, stages_of
from callcontrol.vocabulary.demand import NOTHING_ASKED, CallerDemand, demand_text, is_met, merged
from tests.routing.test_queue_layout import SUPPORT, tenant

GERMAN, DIALLED = "+4930123456", "+48221230001"


class Board(Frozen):
    """Something with keys."""

    keys: Mapping[str, CallerChoice] = Field(default_factory=dict)


class WithKeys(Tenant):
    """A tenant with a kind whose callers press keys."""

    boards: Mapping[str, Board] = Field(default_factory=dict)


def with_keys(*keys: Mapping[str, Any], **changes: Any) -> WithKeys:
    """The tenant of the layout's tests, and these keys."""
    written = tenant(**changes).model_dump()
    board = {"main": {"keys": {str(n): key for n, key in enumerate(keys)}}}
    return WithKeys.model_validate(written | {"boards": board})


def problems(of: WithKeys) -> list[str]:
    read = Settings.model_validate({"switches": {"fs1": {"password": "secret"}}}).model_copy(
        update={"tenants": {"acme": of}}
    )
    checks = (
        choices.languages_of_keys_not_spoken,
        choices.unknown_labels,
        choices.skills_of_keys_no_agent_has,
        choices.too_many_combinations,
        choices.too_many_lanes,
    )
    found: list[Problem] = [problem for check in checks for problem in check(read)]
    return [f"{problem.what}; {problem.right}" for problem in found]


def test_every_choice_is_found_with_its_place() -> None:
    made = with_keys({"language": "pl"}, {"label": "billing", "priority": "3"})
    assert [(place, choice.described) for place, choice in made.choices] == [
        (("boards", "main", "keys", "0"), "language pl"),
        (("boards", "main", "keys", "1"), "priority 3, label billing"),
    ]
    assert (tenant().choices, CallerChoice().described) == ((), "")


def test_what_keys_demand_is_combined_and_what_no_agent_of_the_queue_has_is_left_out() -> None:
    made = with_keys({"skills": {"german": "1"}}, {"skills": {"english": "3"}}, {"skills": {"german": "9"}})
    assert list(made.skills_by_keys) == [
        "", "german>=1", "english>=3", "english>=3,german>=1", "german>=9", "english>=3,german>=9"
    ]  # fmt: skip
    assert list(demands_of(made.queues["sales"], made)) == ["", "english>=3", "english>=3,german>=1", "german>=1"]
    assert "english>=3,german>=2" in demands_of(made.queues["support"], made)


def test_the_queues_own_demand_and_the_callers_are_taken_together() -> None:
    made = with_keys({"skills": {"english": "3"}})
    queue, asked = made.queues["support"], CallerDemand({"english": 3}, 4)
    assert [(s.after_ms, s.demand) for s in stages_of(queue, made, GERMAN, DIALLED, asked)] == [
        (0, "english>=3,german>=2"),
        (30_000, "english>=3,german>=1"),
    ]
    assert (priority_of(queue, GERMAN, DIALLED, asked), priority_of(queue, GERMAN, DIALLED)) == (4, 0)


def test_what_was_chosen_is_demanded_for_so_long() -> None:
    made = with_keys({"skills": {"english": "3"}}, queues={"support": SUPPORT | {"chosen_for": "20"}})
    asked = CallerDemand({"english": 3})
    assert [(s.after_ms, s.demand) for s in stages_of(made.queues["support"], made, GERMAN, DIALLED, asked)] == [
        (0, "english>=3,german>=2"),
        (20_000, "english>=1,german>=2"),
        (30_000, "german>=1"),
    ]


def test_what_keys_do_not_say_any_more_is_not_demanded() -> None:
    made = with_keys({"skills": {"english": "3"}})
    asked = CallerDemand({"english": 2})
    assert [s.demand for s in stages_of(made.queues["sales"], made, GERMAN, DIALLED, asked)] == [""]


def test_a_label_is_whispered_in_the_agents_language() -> None:
    labels = {"billing": {"whisper": {"pl": "pl/billing.wav", "en": "en/billing.wav"}}, "sales": {}}
    made = with_keys(labels=labels)
    for language in ("pl", "en"):
        heard = label_whispered(CallerDemand(label="billing"), made, language)
        assert heard == (f"{language}/billing.wav",)
    for asked in (None, CallerDemand(label="sales"), CallerDemand(label="no-such"), NOTHING_ASKED):
        assert label_whispered(asked, made, "en") == ()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"language": "ru"}, [
            "boards.main.keys.0.language: callers are not led in ru; write `languages: [en, ru]`"
        ]),
        ({"label": "biling"}, [
            "boards.main.keys.0.label: label biling does not exist; did you mean billing?"
        ]),
        ({"skills": {"german": "9"}}, [
            "boards.main.keys.0.skills.german: no agent has german 9; add the skill to an agent, or remove it"
        ]),
        ({"skills": {"german": "2"}, "label": "billing", "language": "en"}, []),
    ],
)  # fmt: skip
def test_each_mistake_is_told(key: Mapping[str, Any], said: list[str]) -> None:
    made = with_keys(key, labels={"billing": {}})
    sources = {("tenants", "acme", "labels", "billing"): "tenants/acme.yaml:3"}
    read = Settings.model_validate({"switches": {"fs1": {"password": "secret"}}}).model_copy(
        update={"tenants": {"acme": made}, "sources": sources}
    )
    checks = (choices.languages_of_keys_not_spoken, choices.unknown_labels, choices.skills_of_keys_no_agent_has)
    assert [f"{problem.what}; {problem.right}" for check in checks for problem in check(read)] == said


def test_more_combinations_than_lanes_can_be_kept_for() -> None:
    names = [f"skill{n}" for n in range(7)]
    agents = {"anna": {"extension": "101", "skills": dict.fromkeys(names, "5")}}
    keys = [{"skills": {name: "1"}} for name in names]
    made = with_keys(*keys[:6], agents=agents, queues={"sales": {"agents": [{"agent": "anna"}]}})
    assert (len(made.skills_by_keys), len(demands_of(made.queues["sales"], made)), problems(made)) == (64, 64, [])
    many = with_keys(*keys, agents=agents, queues={"sales": {"agents": [{"agent": "anna"}]}})
    assert problems(many) == [
        f"boards.main.keys.6: keys can demand more than {MAX_COMBINATIONS} different combinations of skills;"
        " let fewer keys demand skills, or the same ones"
    ]


def test_more_lanes_than_one_queue_can_have() -> None:
    names = [f"skill{n}" for n in range(6)]
    agents = {"anna": {"extension": "101", "skills": dict.fromkeys([*names, "x"], "9")}}
    demands = [{"caller": f"+4{n}", "skills": {"x": str(n)}} for n in range(1, 6)]
    queues = {"sales": {"agents": [{"agent": "anna"}], "demands": demands}}
    made = with_keys(*({"skills": {name: "1"}} for name in names), agents=agents, queues=queues)
    assert problems(made) == [
        f"queues.sales.demands: its demands and those of keys make 384 different ones; {MAX_LANES} are possible;"
        " write fewer `demands:` or `relax:`, or let fewer keys demand skills"
    ]


levels = st.dictionaries(st.sampled_from(["german", "english"]), st.integers(1, 4), max_size=2)


@settings(max_examples=200)
@given(
    pressed=st.lists(levels, max_size=5),
    others=st.lists(levels, max_size=2),
    agents=st.lists(levels, min_size=1, max_size=3),
    own=levels,
    relaxed=levels,
    chosen_for=st.sampled_from([0, 10, 30, 50]),
)
def test_whatever_a_caller_presses_there_is_a_lane_that_an_agent_or_none_can_serve(
    pressed: list[dict[str, int]],
    others: list[dict[str, int]],
    agents: list[dict[str, int]],
    own: dict[str, int],
    relaxed: dict[str, int],
    chosen_for: int,
) -> None:
    demand = {"caller": "+49", "skills": own or {"german": 1}, "relax": [{"after": 30, "skills": relaxed}]}
    seats = [{"agent": f"a{n}"} for n, _ in enumerate(agents)]
    made = with_keys(
        *({"skills": skills} for skills in (*pressed, *others)),
        agents={f"a{n}": {"extension": str(n), "skills": skills} for n, skills in enumerate(agents)},
        queues={"help": {"agents": seats, "demands": [demand], "chosen_for": chosen_for}},
    )
    queue, asked = made.queues["help"], NOTHING_ASKED
    for skills in pressed:
        asked = asked.adding(CallerDemand(skills))
    lanes = demands_of(queue, made)
    for caller in (GERMAN, "+48600700800"):
        plain = stages_of(queue, made, caller, DIALLED)
        stages = stages_of(queue, made, caller, DIALLED, asked)
        assert {stage.demand for stage in (*plain, *stages)} <= set(lanes)
        assert [stage.after_ms for stage in stages] == sorted({stage.after_ms for stage in stages})
        first, was = lanes[stages[0].demand], lanes[plain[0].demand]
        if any(is_met(merged(was, asked.skills), agent) for agent in agents):
            assert demand_text(first) == demand_text(merged(was, asked.skills))
        else:  # what none of them could ever meet holds up no caller
            assert first == was


@given(st.lists(levels, max_size=6))
def test_combinations_are_closed(given_skills: list[dict[str, int]]) -> None:
    found = combinations(given_skills)
    for skills in given_skills:
        for one in found.values():
            assert demand_text(merged(one, skills)) in found
