"""Keys that are pressed before what asks for them is heard: kept, used, dropped."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Ending, Ringing
from callcontrol.control.events import AppEnded, KeyPressed, QueueEntered, QueueRefused, Rearrived
from callcontrol.control.keys_ahead import MAX_KEYS_AHEAD, is_full
from callcontrol.control.playing import Announcing
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.vocabulary.queue import Entered, Place, Refusal
from callcontrol.vocabulary.trail import LeftQueue
from tests.kinds.menu.story import MenuStory, known

DAY = "sequences:\n  day: {steps: ['queue:help', 'menu:sub']}\n"


def begun(leads_to: str, more: str = DAY) -> MenuStory:
    return MenuStory(known(leads_to, more=more)).begin()


def in_the_queue(story: MenuStory) -> MenuStory:
    ticket = story.command(do.JoinQueue).ticket.id
    return story.then(QueueEntered(ticket, Entered(Place(1, 1, 1, 0), story.facts.now)))


MS = 1_000


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([("1", 0, "RTP"), ("1", 40, "ENDPOINT")], "1"),
        ([("1", 0, "ENDPOINT"), ("1", 900, "RTP")], "1"),
        ([("1", 0, "RTP"), ("1", 30, "ENDPOINT"), ("1", 200, "ENDPOINT"), ("1", 210, "RTP")], "11"),
        ([("1", 0, "RTP"), ("1", 200, "RTP")], "11"),
        ([("1", 0, "RTP"), ("2", 40, "ENDPOINT")], "12"),
        ([("1", 0, "RTP"), ("1", 1_500, "ENDPOINT")], "11"),
        ([("1", 0, "RTP"), ("1", 0, "RTP")], "1"),  # an event told twice
        ([("1", 0, ""), ("1", 40, "")], "11"),  # a switch that does not say how
    ],
)
def test_a_key_that_a_phone_sends_both_ways_is_pressed_once(told: list[tuple[str, int, str]], counts: str) -> None:
    story = begun("announcement:notice")  # which is heard whole: keys wait
    for key, at_ms, source in told:
        story.then(KeyPressed(key, 1_000_000 + at_ms * MS, source))
    assert story.call.pressed == counts


def test_a_key_ends_the_welcome_and_counts_in_the_menu_behind_it() -> None:
    story = begun("announcement:welcome").press("1")
    assert story.every(do.StopPlaying) == [do.StopPlaying(all=True)]
    assert story.went_to == ["announcement:closed"]
    assert story.left == [("sub", "key", "1", "announcement:closed")]


def test_so_it_does_through_several_announcements() -> None:
    story = begun("announcement:greeting").press("1")
    assert story.state() is Announcing  # the second one, which the next key ends
    assert story.call.pressed == "1"


def test_an_announcement_that_is_to_be_heard_whole_is_and_keys_count_after_it() -> None:
    story = begun("announcement:notice").press("21")
    assert (story.state(), story.has(do.StopPlaying), story.call.pressed) == (Announcing, False, "21")
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Announcing
    assert story.then(AppEnded(app_id)).went_to == ["extension:102"]


def test_what_nothing_with_keys_follows_is_heard_to_its_end_and_rings_without_them() -> None:
    story = begun("announcement:hold").press("12")
    assert not story.has(do.StopPlaying)
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Announcing
    story.then(AppEnded(app_id))
    assert (story.state(), story.call.pressed) == (Ringing, "")


def test_keys_on_the_way_into_a_queue_count_there() -> None:
    story = begun("announcement:waiting").press("7")
    assert story.state() is Waiting
    ticket = story.command(do.JoinQueue).ticket.id
    story.press("1").then(QueueEntered(ticket, Entered(Place(1, 1, 1, 0), story.facts.now)))
    assert story.went_to == ["announcement:closed"]
    assert [one.how for one in story.entries(LeftQueue)] == ["key"]


def test_a_queue_leaves_the_keys_behind_its_own_to_what_comes_next() -> None:
    story = begun("announcement:waiting").press("7")
    ticket = story.command(do.JoinQueue).ticket.id
    story.press("912").then(QueueEntered(ticket, Entered(Place(1, 1, 1, 0), story.facts.now)))
    assert (story.went_to, story.call.pressed) == (["announcement:closed"], "2")


def test_in_a_queue_a_key_that_means_nothing_is_for_nothing_that_follows() -> None:
    story = in_the_queue(begun("queue:help")).press("7")
    assert (story.state(), story.call.pressed) == (Waiting, "")


def test_keys_are_for_the_menu_where_the_queue_is_not_entered() -> None:
    story = begun("sequence:day")
    ticket = story.command(do.JoinQueue).ticket.id
    story.press("1").then(QueueRefused(ticket, Refusal.NO_AGENT))
    assert story.left == [("sub", "key", "1", "announcement:closed")]


def test_no_more_are_kept_than_the_limit() -> None:
    story = begun("announcement:hold").press("1" * (MAX_KEYS_AHEAD + 2))
    assert len(story.call.pressed) == MAX_KEYS_AHEAD
    assert is_full(story.call)


def test_after_a_workers_death_during_the_welcome_the_keys_are_still_there() -> None:
    story = begun("announcement:notice").press("1").taken_over()
    assert story.went_to == ["announcement:closed"]


def test_a_caller_who_is_transferred_takes_no_keys_along() -> None:
    story = begun("menu:main").press("1").then(Rearrived("101", transfer=True, by_leg="x"))
    assert story.call.pressed == ""
    assert story.left == [("main", "gone", "", "")]


def test_when_the_call_is_over_no_key_is_kept() -> None:
    story = begun("menu:sub").silent().silent().silent()
    assert story.state() is Ending
    assert story.then(KeyPressed("1")).call.pressed == ""
