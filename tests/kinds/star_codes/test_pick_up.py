"""*8: calls that ring at a colleague are picked up."""

from __future__ import annotations

import orjson
import pytest

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Talking
from callcontrol.control.events import AloneChecked, AppEnded, CallConnectionLost, Rearrived, TimerFired
from callcontrol.control.parked_events import NotPickedUp, ParkedJoined, RingingAsked, RingingFound
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.pick_up import CHOOSE_TIMER, CHOSEN_TIMER
from callcontrol.kinds.star_codes.storing import CONFIRM, REFUSE
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import RingingCall
from callcontrol.vocabulary.trail import JoinedOutside, Passed
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts

GROUP = TENANT.replace("'102': {}", "'102': {pickup_group: office}").replace("{name: Jan}", "{pickup_group: office}")


def dial(code: str, by: str = "102") -> Story:
    return Story(facts(code, tenant=GROUP, caller=Caller(by, extension=by))).begin()


@pytest.mark.parametrize("code", ["*8", "*8#", "*8101", "*8*101#"])
def test_every_worker_is_asked_for_a_call_that_rings_at_a_colleague(code: str) -> None:
    asked = dial(code).command(at_place.FindRinging)
    assert (asked.extensions, asked.taker.extension, asked.taker.channel) == (("101",), "102", "caller-1")


@pytest.mark.parametrize(("code", "by"), [("*8104#", "102"), ("*8102#", "102"), ("*8#", "104"), ("*8101#", "104")])
def test_only_calls_of_the_own_group_are_picked_up(code: str, by: str) -> None:
    story = dial(code, by)
    assert story.command(do.Play).file == REFUSE
    assert not story.has(at_place.FindRinging)


def test_both_talk() -> None:
    story = dial("*8#")
    assert decode(encode(story.call)) == story.call
    story.then(ParkedJoined(story.facts.now, "leg-9", "number:+48600700800"))
    assert isinstance(story.call.state, Talking)
    assert story.entries(JoinedOutside)[-1].party == "number:+48600700800"


@pytest.mark.parametrize(("alone", "is_refused"), [(True, True), (None, True), (False, False)])
def test_where_no_call_rings_a_low_tone_is_heard(alone: bool | None, is_refused: bool) -> None:
    story = dial("*8#").then(TimerFired("step"))
    assert story.has(do.CheckAlone)
    assert story.then(AloneChecked(alone)).has(do.Play) is is_refused


def test_after_its_worker_died_it_is_asked_for_again() -> None:
    story = dial("*8#").then(CallConnectionLost("worker w1 died"))
    assert story.has(do.CheckChannels)
    assert story.then(Rearrived("*8#")).has(at_place.FindRinging)


def test_a_call_at_another_switch_rings_here_after_the_tone() -> None:
    story = dial("*8#").then(ParkedJoined(NOW, "", "number:+48600700800"))
    tone = story.command(do.Play)
    assert tone.file == CONFIRM
    assert decode(encode(story.call)) == story.call
    assert story.then(AppEnded(tone.app_id)).has(do.HangUp)


def test_a_phone_that_comes_back_after_the_tone_is_let_go() -> None:
    story = dial("*8#").then(ParkedJoined(NOW, "", "number:+48600700800")).then(CallConnectionLost("worker w1 died"))
    assert story.then(Rearrived("*8#")).has(do.HangUp)


# --- of several calls, at several workers

SHORT = RingingCall("short", "w2", "fs1", Instant(NOW - 1))
LONG = RingingCall("long", "w3", "fs1", Instant(NOW - 9))
ELSEWHERE = RingingCall("elsewhere", "w3", "fs2", Instant(NOW - 99))


def asked(workers: int, *answers: tuple[RingingCall, ...]) -> Story:
    """So many workers are asked, and these answer."""
    story = dial("*8#").then(RingingAsked(workers), 0)
    for calls in answers:
        story.then(RingingFound(calls), 0)
    return story


def chosen(story: Story) -> list[str]:
    """What the last step has chosen."""
    return [one.ringing.call for one in story.every(at_place.TakeRinging)]


def test_the_call_that_has_rung_longest_is_taken_whichever_worker_answers_first() -> None:
    story = asked(3, (SHORT,), ())
    assert not chosen(story)
    assert chosen(story.then(RingingFound((ELSEWHERE, LONG)))) == ["long"]
    assert decode(encode(story.call)) == story.call
    taker = story.command(at_place.TakeRinging).taker
    assert (taker.call, taker.channel, taker.extension) == ("call-1", "caller-1", "102")


def test_at_the_own_switch_before_another() -> None:
    assert chosen(asked(1, (ELSEWHERE, SHORT))) == ["short"]
    assert chosen(asked(1, (ELSEWHERE,))) == ["elsewhere"]


def test_a_worker_that_does_not_answer_is_not_waited_for() -> None:
    story = asked(3, (SHORT,), ())
    assert chosen(story.then(TimerFired(CHOOSE_TIMER))) == ["short"]
    assert not chosen(story.then(RingingFound((LONG,))))


def test_where_only_the_slow_worker_has_a_call_it_is_taken_as_soon_as_that_answers() -> None:
    story = asked(2, ()).then(TimerFired(CHOOSE_TIMER))
    assert not story.commands
    assert chosen(story.then(RingingFound((LONG,)))) == ["long"]


def test_where_it_is_not_known_how_many_are_asked_they_are_waited_for_that_long() -> None:
    story = asked(0, (SHORT,), (LONG,))
    assert not chosen(story)
    assert chosen(story.then(TimerFired(CHOOSE_TIMER))) == ["long"]


def test_where_none_of_them_has_a_call_the_phone_hears_so_at_once() -> None:
    assert asked(2, (), ()).command(do.Play).file == REFUSE
    story = dial("*8#").then(RingingAsked(0, "Redis is away"))
    assert story.command(do.Play).file == REFUSE
    assert story.entries(Passed)[-1].why == "Redis is away"


def test_a_call_that_is_answered_meanwhile_gives_way_to_the_next_one() -> None:
    story = asked(1, (SHORT, LONG))
    assert chosen(story) == ["long"]
    assert not story.then(NotPickedUp("another")).commands
    assert chosen(story.then(NotPickedUp("long"))) == ["short"]
    assert story.then(NotPickedUp("short")).command(do.Play).file == REFUSE


def test_a_worker_that_has_died_gives_way_to_the_next_one() -> None:
    story = asked(2, (LONG,), (SHORT,))
    assert chosen(story.then(TimerFired(CHOSEN_TIMER))) == ["short"]
    story.then(NotPickedUp("short", is_another=True))  # it was given the first one in time
    assert not story.has(do.Play)
    assert story.then(ParkedJoined(story.facts.now, "leg-9", "")).state() is Talking


def test_a_call_that_is_not_joined_in_time_is_said_so() -> None:
    story = asked(1, (LONG,)).then(TimerFired(CHOSEN_TIMER))
    assert not story.has(do.Play)  # it may be joined yet
    story.then(TimerFired("step")).then(RingingFound((SHORT,)))
    assert not story.commands
    assert story.then(AloneChecked(True)).command(do.Play).file == REFUSE
    assert story.entries(Passed)[-1].why == "it was not joined in time"


def test_a_pick_up_that_the_version_before_has_saved_goes_on() -> None:
    saved = orjson.loads(encode(dial("*8#").call))
    for new in ("asked", "answers", "found", "tried", "is_chosen", "is_open", "may_come"):
        del saved["state"][new]
    assert decode(orjson.dumps(saved)) == dial("*8#").call
