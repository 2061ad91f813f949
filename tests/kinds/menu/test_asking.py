"""In a menu: keys that act at once, keys that wait, silence and wrong inputs, a worker's death."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Deciding, Ending, Ringing
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, CallConnectionLost, CallerHungUp, KeyPressed, Rearrived, TimerFired
from callcontrol.control.playing import Announcing
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.menu.asking import InMenu
from callcontrol.kinds.targets.menu.leaving import KEY_TIMER
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Passed, Routed, StepEnded
from tests.kinds.menu.story import MENUS, NUMBER, MenuStory, known


def begun(leads_to: str = "menu:main", menus: str = MENUS, more: str = "") -> MenuStory:
    return MenuStory(known(leads_to, menus, more)).begin()


def test_the_caller_is_answered_and_hears_the_prompt_and_then_has_time_for_a_key() -> None:
    story = begun()
    assert (story.menu, story.played, story.has(do.Answer)) == ("main", ["main.wav"], True)
    assert story.heard().timers == {KEY_TIMER: 5}


def test_a_key_acts_at_once_where_nothing_longer_can_follow() -> None:
    story = begun("menu:sub").press("1")
    assert story.every(do.StopPlaying) == [do.StopPlaying(all=True)]
    assert story.went_to == ["announcement:closed"]
    assert story.left == [("sub", "key", "1", "announcement:closed")]
    assert story.looked_up().state() is Announcing
    routed = story.entries(Routed)[-1]
    assert routed.why == "key 1 of menu:sub"
    assert routed.source.startswith("tenants/acme.yaml:")


def test_a_key_waits_where_an_extension_begins_with_it() -> None:
    story = begun().press("1")
    assert (story.went_to, story.timers, story.has(do.StopPlaying)) == ([], {KEY_TIMER: 2}, True)
    assert story.waited().went_to == ["extension:101"]


def test_a_number_is_dialled_and_its_last_key_acts_at_once() -> None:
    story = begun().press("103")
    assert story.went_to == ["extension:103"]
    assert story.left == [("main", "dialled", "103", "extension:103")]
    assert story.looked_up().state() is Ringing
    assert story.entries(Routed)[-1].why == "dialled 103 of menu:main"


def test_nothing_outside_can_be_dialled() -> None:
    for number in ("600100100", "7048600100100", "104", "9112"):
        story = begun().press(number, 0.1).waited()
        assert not story.has(do.LookUp)
        assert story.state_now.wrongs == 1


def test_a_key_that_cannot_follow_makes_the_one_before_certain_and_is_for_what_comes_next() -> None:
    story = begun().press("13")
    assert (story.went_to, story.call.pressed) == (["extension:101"], "3")
    story.looked_up()
    assert (story.state(), story.call.pressed) == (Ringing, "")


def test_hash_ends_an_input() -> None:
    story = begun().press("1#")
    assert (story.went_to, story.call.pressed) == (["extension:101"], "")


def test_keys_pressed_in_one_go_walk_through_the_tree() -> None:
    story = begun().press("2")
    assert (story.menu, story.played) == ("sub", ["sub.wav"])
    story = begun().press("221", 0.05)
    assert story.went_to == ["extension:102"]
    assert story.left == [("main", "key", "2", "menu:sub"), ("sub", "key", "21", "extension:102")]


def test_the_next_menu_is_heard_without_a_second_answer_and_without_a_look_up() -> None:
    story = begun().press("2")
    assert not story.has(do.Answer)
    assert not story.has(do.LookUp)


def test_back_and_again() -> None:
    story = begun().heard().press("2").press("*")
    assert (story.menu, story.played) == ("main", ["main.wav"])
    assert story.press("*").menu == "main"  # no menu leads to the first one
    assert story.press("0").played == ["main.wav"]
    assert story.press("2").press("#").menu == "sub"
    assert story.press("*").menu == "main"
    assert story.press("*").menu == "main"


def test_silence_is_counted_apart_from_wrong_inputs() -> None:
    story = begun().silent()
    assert story.played == ["file_string://silent.wav!main.wav"]
    story.press("7")
    assert story.played == ["file_string://wrong.wav!main.wav"]
    story.silent()
    assert (story.state_now.silences, story.state_now.wrongs) == (2, 1)
    assert story.silent().went_to == ["extension:103"]
    assert story.left == [("main", "silence", "", "extension:103")]


def test_wrong_inputs_have_an_end_of_their_own() -> None:
    story = begun().press("7").then(KeyPressed("8"), 3)
    assert story.went_to == ["voicemail:101"]
    assert story.looked_up().state() is TakingMessage


def test_the_rest_of_a_number_that_leads_nowhere_is_no_second_wrong_input() -> None:
    story = begun().press("7123456", 0.5)
    assert (story.menu, story.state_now.wrongs, story.call.pressed) == ("main", 1, "")
    assert story.then(KeyPressed("2"), 2.5).menu == "sub"


def test_an_input_that_is_not_ended_is_wrong() -> None:
    story = begun().press("10").waited()
    assert (story.state_now.wrongs, story.played) == (1, ["file_string://wrong.wav!main.wav"])


@pytest.mark.parametrize(("reason", "cause"), [("silence", "timeout"), ("wrong", "rejected")])
def test_without_a_target_a_sequence_says_what_is_next_else_the_call_ends(reason: str, cause: str) -> None:
    def at_the_end(story: MenuStory) -> MenuStory:
        for _ in range(3):
            story = story.silent() if reason == "silence" else story.then(KeyPressed("9"), 5)
        return story

    alone = at_the_end(begun("menu:sub"))
    assert (alone.state(), alone.command(do.HangUp).cause) == (Ending, "NORMAL_CLEARING")
    assert (alone.entries(StepEnded)[0].step, alone.entries(StepEnded)[0].outcome) == ("menu", cause)
    sequence = "sequences:\n  day: {steps: ['menu:sub', 'extension:102']}\n"
    then = at_the_end(begun("sequence:day", more=sequence))
    assert then.command(do.Bridge).legs[0][1].to == "extension:102"


def test_among_menus_what_a_sequence_says_next_stays_in_force() -> None:
    sequence = "sequences:\n  day: {steps: ['menu:main', 'extension:102']}\n"
    story = begun("sequence:day", more=sequence).press("2").silent().silent().silent()
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"


def test_what_was_chosen_is_the_end_of_a_sequence() -> None:
    sequence = "sequences:\n  day: {steps: ['menu:sub', 'extension:102']}\n"
    story = begun("sequence:day", more=sequence).press("1").looked_up()
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.state() is Ending


def test_menus_that_lead_round_without_a_key_are_ended() -> None:
    menus = "\n  a: {prompt: a.wav, keys: {1: 'hangup:busy'}, silence: {tries: 1}}"
    menus += "\n  b: {prompt: b.wav, keys: {1: 'hangup:busy'}, silence: {tries: 1, then: 'sequence:day'}}\n"
    menus += "\n  sub: {prompt: sub.wav, keys: {1: 'hangup:busy'}}\n"
    sequence = "sequences:\n  day: {steps: ['menu:a', 'menu:b']}\n"
    story = begun("sequence:day", menus, sequence).silent().silent().looked_up()
    assert story.state() is Ending
    assert [one.why for one in story.entries(Passed)] == ["loop: sequence:day -> menu:b -> sequence:day"]


def test_a_caller_who_goes_round_by_keys_is_ended_by_a_limit() -> None:
    story = begun("menu:sub")
    for _ in range(50):
        assert story.press("#").menu == "sub"
    story.press("#")
    assert story.state() is Ending
    assert [one.why for one in story.entries(Passed)] == ["choice limit: chosen by key more than 50 times"]


def test_a_prompt_whose_end_is_not_told_is_over_in_the_end() -> None:
    story = begun().then(TimerFired(STEP_TIMER))
    assert story.timers == {KEY_TIMER: 5}
    assert story.has(do.StopPlaying)


def test_a_caller_who_hangs_up_has_left_the_menu() -> None:
    story = begun().then(CallerHungUp("NORMAL_CLEARING"))
    assert story.left == [("main", "hung_up", "", "")]
    assert do.StopTimer(KEY_TIMER) in story.commands


def test_after_a_workers_death_the_menu_is_heard_again_and_nothing_is_counted() -> None:
    story = begun().silent().press("1").taken_over()
    assert (story.menu, story.played, story.call.pressed) == ("main", ["main.wav"], "")
    assert (story.state_now.silences, story.state_now.wrongs) == (1, 0)
    assert story.press("102").went_to == ["extension:102"]


def test_what_was_chosen_is_done_once_after_a_workers_death() -> None:
    story = begun().press("102")
    assert story.state() is Deciding
    story.taken_over()
    assert story.went_to == ["extension:102"]
    assert story.looked_up().state() is Ringing
    assert story.left == [("main", "dialled", "102", "extension:102")]


def test_a_channel_nobody_hears_is_fetched() -> None:
    story = begun().press("1").then(CallConnectionLost("connection reset"))
    assert story.has(do.BringBack)
    assert do.StopTimer(KEY_TIMER) in story.commands
    assert story.then(Rearrived(NUMBER, channel=story.call.led, brought_back=True)).played == ["main.wav"]


def test_the_keys_that_were_pressed_between_two_workers_go_on_with_the_input() -> None:
    story = begun().press("1")
    story.call = decode(encode(story.call)).taken_by("w2", "n")
    story.then(Rearrived(NUMBER, channel=story.call.led, keys_follow=True))
    assert (story.played, story.timers) == ([], {KEY_TIMER: 5})
    assert story.press("02").went_to == ["extension:102"]


@pytest.mark.parametrize("at_once", [True, False])
def test_an_input_goes_on_at_once_or_is_given_up(at_once: bool) -> None:
    story = begun().then(KeyPressed("1", 1_000_000, "RTP"))
    story.call = decode(encode(story.call)).taken_by("w2", "n")
    story.then(Rearrived(NUMBER, channel=story.call.led, at=Instant(2_500_000)))
    assert (story.played, story.timers[KEY_TIMER], story.call.pressed) == (["main.wav"], 2, "1")
    if not at_once:
        assert story.waited().commands == ()
        assert story.call.pressed == ""
    story.press("0")
    assert story.has(do.StopPlaying)
    assert story.press("2").call.pressed + "".join(story.went_to) == ("extension:102" if at_once else "")


def test_after_a_while_an_input_begins_anew() -> None:
    story = begun().then(KeyPressed("1", 1_000_000, "RTP"))
    story.then(Rearrived(NUMBER, channel=story.call.led, at=Instant(3_000_000)))
    assert (story.played, story.call.pressed, KEY_TIMER in story.timers) == (["main.wav"], "", False)


def test_a_menu_that_a_reload_took_away_passes() -> None:
    story = begun("sequence:day", more="sequences:\n  day: {steps: ['menu:main', 'extension:102']}\n")
    story.facts = known("extension:101", "\n  sub: {prompt: sub.wav, keys: {1: 'hangup:busy'}}\n")
    story.then(Rearrived(NUMBER, channel=story.call.led))
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"
    assert story.left == [("main", "gone", "", "")]


def test_it_is_in_the_menu_that_the_state_is_saved() -> None:
    assert begun().state() is InMenu


def test_keys_are_held_back_from_bridges_once_for_all_menus() -> None:
    story = begun()
    assert story.has(do.HoldKeysBack)
    assert not story.press("2").has(do.HoldKeysBack)
    assert not story.press("*").has(do.HoldKeysBack)
