"""Conference rooms in a tenant's file: mistakes, and what is dialled."""

from __future__ import annotations

import pytest

from callcontrol.config.checks.warnings import warnings
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.conference import dialled
from callcontrol.kinds.targets.conference.settings import BLOCK, ConferenceTarget
from callcontrol.vocabulary.moment import Instant
from tests.config import folder
from tests.kinds.conference.story import known

WITH = "conferences: {board: {%s}}\n"


def problems_of(text: str) -> list[str]:
    found = load(folder.files(folder.TENANT + text), KINDS)
    return [] if isinstance(found, Settings) else [str(one) for one in found]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("number: 101", "101 is an extension"),
        ("number: 112", "112 is an emergency number"),
        ("pin: abc", "this is no PIN"),
        ("pin: '12'", "this is no PIN"),
        ("pin: '4713', moderator_pin: '4713'", "members have the same PIN"),
        ("moderators: [999]", "there is no extension 999"),
        ("wait_for_moderator: yes", "there is no way to be the moderator"),
        ("ends_with_moderator: yes", "there is no way to be the moderator"),
        ("max_participants: 1", "too small"),
        ("announce: song", "'song' is not known here"),
        ("music: moh/", "a folder, which only queues play"),
    ],
)
def test_mistakes(written: str, says: str) -> None:
    found = problems_of(WITH % written)
    assert [problem for problem in found if says in problem], found


def test_numbers_clash_with_those_of_parking_and_of_other_rooms() -> None:
    lots = "parking: {front: {number: 700, places: 701-703}}\n"
    assert "a number of a parking lot" in str(problems_of(lots + WITH % "number: 702"))
    twice = "conferences: {a: {number: 600}, b: {number: 600}}\n"
    assert "600 is the number of conferences.a already" in str(problems_of(twice))


def test_a_pin_that_is_easy_to_guess_is_warned_of() -> None:
    found = load(folder.files(folder.TENANT + WITH % "pin: '1234'"), KINDS)
    assert isinstance(found, Settings), found
    assert any("it is easy to guess" in str(problem) for problem in warnings(found, Instant(0)))


def test_what_phones_dial() -> None:
    tenant = known().tenant
    assert dialled("601", tenant) == ConferenceTarget("board")
    assert dialled("699", tenant) is None
    assert "4713" not in repr(BLOCK.of(tenant)["board"])


def test_a_room_that_is_not_there_is_a_mistake_where_it_is_named() -> None:
    assert "conference:nowhere" in str(problems_of("last_resort: conference:nowhere\n"))
