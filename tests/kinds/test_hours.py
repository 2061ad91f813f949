"""Opening hours as a target: where a call goes, why, until when, and what a sequence makes of it."""

from __future__ import annotations

import pytest

from callcontrol.control.playing import Announce
from callcontrol.kinds.targets.announcement import AnnouncementTarget
from callcontrol.routing import router
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Onward, Refuse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.target import HoursTarget, text_of
from tests.config.folder import written
from tests.config.hours import problems, settings
from tests.routing.world import TENANT, facts

NUMBER = "+48221234599"
OFFICE = HoursTarget("office")
WEEK = "week: {mon-fri: 08:00-16:00}"
TARGETS = "open: extension:101, closed: announcement:closed"
SPECIAL = "special: {2026-12-24: {reason: Company outing}, 2026-12-28: {}}"


def at(text: str) -> Instant:
    return instant_from(f"{text}+01:00")


def world(hours: str, now: str, to: str = "hours:office", more: str = "") -> Facts:
    """A number that leads to these hours, and the moment of the call."""
    block = f"{more}hours:\n  office: {{{hours}}}\nnumbers:\n  '{NUMBER}': {to}\n"
    return replace(facts(NUMBER, tenant=TENANT.replace("numbers:\n", block)), now=at(now))


def first_target(known: Facts) -> tuple[str, str]:
    """Where the call goes, and why."""
    entry = router.decide(OFFICE, Path(OFFICE), known).why[0]
    return entry.target, entry.why


def test_open_and_closed_lead_on() -> None:
    both = f"{WEEK}, {TARGETS}"
    assert first_target(world(both, "2026-11-30T12:00")) == (
        "extension:101",
        "hours:office open (the week) until Mon 2026-11-30 16:00",
    )
    assert first_target(world(both, "2026-12-04T16:00")) == (
        "announcement:closed",
        "hours:office closed (the week) until Mon 2026-12-07 08:00",
    )


def test_a_reason_leads_elsewhere() -> None:
    by_word = f"{WEEK}, {SPECIAL}, {TARGETS}, reasons: {{Company outing: 'hangup:busy', special: 'voicemail:101'}}"
    assert first_target(world(by_word, "2026-12-24T12:00"))[0] == "hangup:busy"
    assert first_target(world(by_word, "2026-12-28T12:00"))[0] == "voicemail:101"
    assert first_target(world(by_word, "2026-12-29T19:00"))[0] == "announcement:closed"


def test_an_override_comes_first() -> None:
    known = world(f"{WEEK}, {TARGETS}, reasons: {{override: 'hangup:busy'}}", "2026-11-30T12:00")
    closed = Override(False, at("2026-11-30T13:00"), "extension:101", at("2026-11-30T11:00"))
    assert first_target(replace(known, overrides={"hours:office": closed})) == (
        "hangup:busy",
        "hours:office closed (override: extension:101) until Mon 2026-11-30 13:00",
    )
    assert first_target(replace(known, overrides={"hours:other": closed}))[0] == "extension:101"


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        (WEEK, "2026-11-30T12:00", "extension:102"),  # neither is named
        (WEEK, "2026-11-30T19:00", "extension:102"),
        (f"{WEEK}, closed: 'hangup:busy'", "2026-11-30T12:00", "extension:102"),  # open: on
        (f"{WEEK}, closed: 'hangup:busy'", "2026-11-30T19:00", "hangup:busy"),
        (f"{WEEK}, open: extension:101", "2026-11-30T12:00", "extension:101"),
        (f"{WEEK}, open: extension:101", "2026-11-30T19:00", "extension:102"),
    ],
)
def test_what_names_no_target_is_passed_by_a_sequence(hours: str, now: str, expected: str) -> None:
    known = world(hours, now, "sequence:day", "sequences: {day: {steps: [hours:office, extension:102]}}\n")
    decision = router.decide(known.tenant.numbers[NUMBER], Path(known.tenant.numbers[NUMBER]), known)
    assert [entry.target for entry in decision.why][-1] == expected


def test_without_a_sequence_the_call_ends() -> None:
    step = router.decide(OFFICE, Path(OFFICE), world(WEEK, "2026-11-30T19:00")).step
    assert isinstance(step, Refuse)


def test_explain_names_what_decides_until_when_and_where_that_is_written() -> None:
    lines = explain(world(f"{WEEK}, {SPECIAL}, {TARGETS}", "2026-12-24T12:00"))
    assert lines[1].startswith(
        "-> announcement:closed (hours:office closed (special day: Company outing) until Fri 2026-12-25 08:00)"
        " [tenants/acme.yaml:"
    )


def test_hours_that_are_gone_are_told() -> None:
    known = world(WEEK, "2026-11-30T12:00")
    assert router.decide(HoursTarget("other"), Path(OFFICE), known).why[0].why == "no such hours"
    assert text_of(HoursTarget("other")) == "hours:other"


def test_targets_of_hours_must_exist() -> None:
    found = written(*problems("open: extension:999, closed: extension:101, reasons: {holiday: 'extension:998'}"))
    assert [one.partition(": extension")[0] for one in found] == [
        "tenants/acme.yaml:12: hours.office.open",
        "tenants/acme.yaml:12: hours.office.reasons.holiday",
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["open-again", "weekday-1", "at-8", "am"]),
        ("pl", ["open-again", "weekday-1", "at-8"]),
        ("ru", ["open-again", "weekday-1", "at-8"]),
    ],
)
def test_the_caller_is_told_when_it_opens_again_and_goes_on(language: Language, expected: list[str]) -> None:
    known = world(f"{WEEK}, {TARGETS}, say_reopening: yes", "2026-12-04T18:00").led_in(language)
    decision = router.decide(OFFICE, Path(OFFICE), known)
    step = decision.step
    assert isinstance(step, Announce)
    assert step.file.removeprefix("file_string://").split("!") == [f"hours/{language}/{one}.wav" for one in expected]
    assert decision.why[0].why == "hours:office closed (the week) until Mon 2026-12-07 08:00"
    assert step.following(known) == Onward(AnnouncementTarget("closed"), step.path.onward())
    assert explain(known)[-1].startswith("play closed.wav")


def test_nothing_is_told_while_it_is_open() -> None:
    assert first_target(world(f"{WEEK}, {TARGETS}, say_reopening: yes", "2026-12-04T12:00"))[0] == "extension:101"


def test_a_sequence_goes_on_after_it_was_told() -> None:
    steps = "sequences: {day: {steps: [hours:office, extension:102]}}\n"
    known = world(f"{WEEK}, say_reopening: yes", "2026-12-04T18:00", "sequence:day", steps)
    step = router.decide(known.tenant.numbers[NUMBER], Path(known.tenant.numbers[NUMBER]), known).step
    assert isinstance(step, Announce)
    following = step.following(known)
    assert following is not None
    assert text_of(following.target) == "extension:102"


def test_an_end_that_is_not_known_is_told_as_such() -> None:
    closed = Override(False, None, "extension:101", at("2026-11-30T11:00"))
    known = replace(world(f"{WEEK}, say_reopening: yes", "2026-11-30T12:00"), overrides={"hours:office": closed})
    step = router.decide(OFFICE, Path(OFFICE), known).step
    assert isinstance(step, Announce)
    assert step.file == "hours/en/closed-until-further-notice.wav"


def test_hours_that_lead_back_to_themselves_are_a_loop_and_two_that_need_not_be_closed_at_once_are_none() -> None:
    (loop,) = written(*problems(f"{WEEK}, closed: hours:office"))
    assert loop.startswith("tenants/acme.yaml:12: hours.office.closed: a loop: hours:office -> hours:office; ")
    pair = f"{WEEK}, closed: hours:night}}\n  night: {{week: {{mon-sun: 16:00-08:00}}, closed: hours:office"
    assert settings(pair).tenants["acme"].hours.keys() == {"office", "night"}
