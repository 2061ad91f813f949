"""Duties: who has one by date, by week and by hand, where its calls go, and what the files may not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.duty import DutyTarget
from callcontrol.kinds.targets.duty.plan import Turn, next_change, planned
from callcontrol.kinds.targets.duty.settings import BLOCK, Duty
from callcontrol.routing import arrival, router
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Refuse, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import DutyOverride
from callcontrol.vocabulary.target import text_of
from tests.config import folder
from tests.routing.world import NOW, TENANT, facts

NUMBER = "+48221234599"
HELP = DutyTarget("help")
WARSAW = ZoneInfo("Europe/Warsaw")

TURNS = """hands_over: fri
    at: "08:00"
    days: {2026-12-24..2026-12-26: extension:103, 2026-12-30: extension:101}
    weeks: [extension:101, extension:102]
    first_week: 2026-11-20"""


def world(duty: str, offline: tuple[str, ...] = (), now: Instant = NOW, more: str = "") -> Facts:
    """A number that leads to a duty of this form."""
    block = f"duties:\n  help:\n    {duty}\n{more}"
    written = TENANT.replace("numbers:\n", f'{block}numbers:\n  "{NUMBER}": duty:help\n')
    return facts(NUMBER, tenant=written, offline=offline, now=now)


def duty(written: str) -> Duty:
    return BLOCK.of(world(written).tenant)["help"]


def on(text: str, written: str = TURNS) -> tuple[Turn, Instant | None]:
    """Who has it at this time, and until when."""
    made, now = duty(written), instant_from(text, WARSAW)
    return planned(made, WARSAW, now), next_change(made, WARSAW, now)


def with_override(known: Facts, target: str, until: Instant | None = None) -> Facts:
    override = DutyOverride(KINDS.read(target), until, "extension:102", NOW)
    return replace(known, overrides={"duty:help": override})


def decided(known: Facts) -> Decision:
    return router.decide(HELP, Path(HELP), known)


def rung(decision: Decision) -> str:
    assert isinstance(decision.step, Ring), decision
    return decision.step.legs[0].to


@pytest.mark.parametrize(
    ("moment", "who", "why", "until"),
    [
        ("2026-11-27T07:59", "extension:101", "week of 2026-11-20", "2026-11-27T08:00"),
        ("2026-11-27T08:00", "extension:102", "week of 2026-11-27", "2026-12-04T08:00"),
        ("2026-12-04T08:00", "extension:101", "week of 2026-12-04", "2026-12-11T08:00"),
        ("2026-11-13T08:00", "extension:102", "week of 2026-11-13", "2026-11-20T08:00"),
        ("2026-12-24T07:59", "extension:101", "week of 2026-12-18", "2026-12-24T08:00"),
        ("2026-12-24T08:00", "extension:103", "day 2026-12-24..2026-12-26", "2026-12-27T08:00"),
        ("2026-12-27T07:59", "extension:103", "day 2026-12-24..2026-12-26", "2026-12-27T08:00"),
        ("2026-12-27T08:00", "extension:102", "week of 2026-12-25", "2026-12-30T08:00"),
    ],
)
def test_days_come_before_weeks_and_weeks_take_turns(moment: str, who: str, why: str, until: str) -> None:
    found, change = on(moment)
    assert found.target is not None
    assert (text_of(found.target), found.why) == (who, why)
    assert change == instant_from(until, WARSAW)


def test_a_permanent_duty_has_no_end() -> None:
    always = "weeks: [extension:101]"
    assert on("2026-11-27T08:00", always) == (
        Turn(KINDS.read("extension:101"), "week of 2026-11-23", ("weeks", "0")),
        None,
    )
    once = "{days: {2026-11-27: extension:101}, otherwise: extension:102}"
    assert on("2026-11-27T08:00", once)[1] == instant_from("2026-11-28T00:00", WARSAW)
    assert on("2026-11-28T08:00", once) == (Turn(None), None)


def test_the_same_one_for_two_weeks_is_one_turn() -> None:
    three = "{weeks: [extension:101, extension:101, extension:102], first_week: 2026-11-23}"
    assert on("2026-11-23T00:00", three)[1] == instant_from("2026-12-07T00:00", WARSAW)


def test_days_of_every_year_come_behind_those_of_one_and_longer_ones_behind_shorter() -> None:
    days = "{12-24..12-31: extension:101, 12-31: extension:102, 2026-12-24..2026-12-25: extension:103}"
    written = f"{{days: {days}, otherwise: voicemail:101}}"
    holders = [
        on(f"{day}T12:00", written)[0].target for day in ("2026-12-24", "2026-12-26", "2026-12-31", "2027-12-24")
    ]
    assert [who and who.name for who in holders] == ["103", "101", "102", "101"]


MINUTES = st.integers(0, 3 * 366 * 1440)


@given(minute=MINUTES, zone=st.sampled_from(["Europe/Warsaw", "America/Sao_Paulo", "Pacific/Apia", "Africa/Cairo"]))
def test_the_end_of_a_turn_is_the_next_change(minute: int, zone: str) -> None:
    made, there = duty(TURNS), ZoneInfo(zone)
    begin = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minute)
    now = Instant(int(begin.timestamp()) * SECOND_US)
    until = next_change(made, there, now)
    assert until is not None
    assert until > now
    assert planned(made, there, Instant(until - 1)).target == planned(made, there, now).target
    assert planned(made, there, until).target != planned(made, there, now).target


def test_a_call_goes_to_who_has_it_and_the_trail_says_why() -> None:
    known = world(TURNS, now=instant_from("2026-12-24T09:00", WARSAW))
    decision = arrival.decide(replace(known, overrides={}))
    assert rung(decision) == "extension:103"
    assert [(entry.target, entry.why) for entry in decision.why] == [
        ("duty:help", f"number {NUMBER}"),
        ("extension:103", "duty:help: day 2026-12-24..2026-12-26"),
    ]
    assert decision.why[1].source.startswith("tenants/acme.yaml:")


def test_what_was_set_by_hand_comes_first_until_its_end() -> None:
    later = Instant(NOW + 60 * SECOND_US)
    known = with_override(world(TURNS), "extension:104", later)
    decision = decided(known)
    assert rung(decision) == "extension:104"
    assert decision.why[0].why == "duty:help: set by extension:102, 2026-11-22T05:00"
    assert rung(decided(replace(known, now=later))) == "extension:101"


def test_otherwise_follows_who_does_not_answer_and_who_is_not_there() -> None:
    known = world("{weeks: [extension:101], otherwise: extension:102}")
    first = decided(known)
    assert isinstance(first.step, Ring)
    second = router.after(first.step, RingResult(Outcome.NO_ANSWER), known)
    assert rung(second) == "extension:102"
    assert second.why[-1].why == "otherwise of duty:help, for extension:101: no_answer"
    assert second.why[-1].source.startswith("tenants/acme.yaml:")
    nobody = decided(world("{days: {2020-01-01: extension:101}, otherwise: extension:102}"))
    assert rung(nobody) == "extension:102"
    assert nobody.why[0].why == "the duty has no holder"


def test_without_otherwise_the_list_it_stands_in_goes_on() -> None:
    more = "sequences:\n  day: {steps: [duty:help, extension:104]}\n"
    known = world("weeks: [extension:101]", more=more)
    target = KINDS.read("sequence:day")
    first = router.decide(target, Path(target), known)
    assert isinstance(first.step, Ring)
    assert rung(router.after(first.step, RingResult(Outcome.NO_ANSWER), known)) == "extension:104"


def test_a_duty_that_is_no_more_ends_the_call() -> None:
    gone = DutyTarget("gone")
    assert router.decide(gone, Path(gone), world(TURNS)).step == Refuse("SUBSCRIBER_ABSENT", Outcome.UNAVAILABLE)


def test_what_was_set_by_hand_is_looked_up_first_where_a_tenant_has_duties() -> None:
    known = world(TURNS)
    assert arrival.overrides_wanted(known)
    assert not arrival.overrides_wanted(replace(known, overrides={}))
    assert not arrival.overrides_wanted(replace(known, tenant_name="nobody"))
    assert not arrival.overrides_wanted(facts())
    emergency = replace(known, dialled="112", caller=replace(known.caller, extension="101"))
    assert not arrival.overrides_wanted(emergency)


def test_rules_of_everybody_who_may_have_it_are_wanted() -> None:
    known = replace(with_override(world(TURNS), "extension:104"), rules={})
    assert arrival.wanted(known) == {"101", "102", "103", "104"}


def test_explain_says_who_has_it() -> None:
    told = "\n".join(
        explain(with_override(world("{weeks: [extension:101], otherwise: voicemail:101}"), "extension:104"))
    )
    assert "-> extension:104 (duty:help: set by extension:102, 2026-11-22T05:00)" in told
    assert "-> voicemail:101" in told


def problems(*lines: str) -> str:
    written = "duties:\n  help:\n" + "".join(f"    {line}\n" for line in lines)
    return "\n".join(folder.written(*folder.problems(folder.TENANT + written)))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["days: {2026-12-24: extension:101}"], "duties.help: a gap: the duty has no holder but on 2026-12-24"),
        (["code: 1"], "duties.help: a gap: the duty has no holder unless one is set by hand"),
        (["weeks: [extension:101, extension:102]"], "2 take turns, and no week says whose turn it is"),
        (["weeks: [extension:101]", "first_week: 2026-12-24"], "first_week: a first week, and none who take turns"),
        (["weeks: [extension:101]", "code: 1", "may_set: [999]"], "may_set.0: there is no extension 999"),
        (["weeks: [extension:101]", "may_set: [101]"], "may_set: there is no code that they could dial"),
        (["weeks: [extension:999]"], "extension:999 does not exist"),
        (["weeks: [duty:other]"], "duty:other does not exist"),
        (["weeks: [extension:101]", "hands_over: monday"], "'monday' is no day of the week"),
        (
            ["weeks: [extension:101]", "days: {24.12.2026: extension:101}"],
            "'24.12.2026' is neither a date nor a range of dates",
        ),
        (["weeks: [extension:101]", "days: {2026-02-30: extension:101}"], "'2026-02-30' is not in the calendar"),
        (
            ["weeks: [extension:101]", "days: {2026-12-26..2026-12-24: extension:101}"],
            "'2026-12-26..2026-12-24' ends before it begins",
        ),
        (["weeks: [extension:101]", "first_week: soon"], "'soon' is no date"),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(lines: list[str], told: str) -> None:
    found = problems(*lines)
    assert told in found
    assert found.startswith("tenants/acme.yaml:")


def test_two_duties_have_two_codes() -> None:
    two = "duties:\n" + "".join(f"  {n}: {{code: 1, weeks: [extension:101]}}\n" for n in ("a", "b"))
    assert "duties.b.code: a has the code 1 as well" in "\n".join(folder.written(*folder.problems(folder.TENANT + two)))


def test_a_way_round_depends_on_time_and_is_left_to_the_router() -> None:
    known = world("{weeks: [extension:101], otherwise: duty:help}", offline=("101",))
    assert any("loop" in entry.why for entry in decided(known).why)
