"""Messages by phone: heard, kept, deleted and taken back, passed on, called back, taken over."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.box_events import SoundBrought
from callcontrol.control.call import Deciding, Ending
from callcontrol.control.events import AppEnded, Rearrived
from callcontrol.kinds.targets.voicemail.by_phone.visit import InBox
from callcontrol.vocabulary.hearing import Way
from callcontrol.vocabulary.mailbox import Box, MessageState
from callcontrol.vocabulary.pin import PinVerdict
from tests.kinds.by_phone.story import PIN, BoxStory, known, message

NEW, KEPT, DELETED = MessageState.NEW, MessageState.KEPT, MessageState.DELETED
TWO = {"101": Box((message(1), message(2, "101", 86_400 * 2), message(3, state=KEPT)))}
MENU = "New messages one Kept messages two Greetings three Change the PIN four Back star"


def begun(dialled: str = "*97", by: str = "101", boxes: dict[str, Box] | None = None, more: str = "") -> BoxStory:
    story = BoxStory(known(dialled, by, more), TWO if boxes is None else boxes)
    story.begin()
    return story


def test_how_many_there_are_and_what_can_be_done() -> None:
    assert begun().hears() == ["You have two new messages and one kept message", MENU]


def test_a_full_box_says_so() -> None:
    story = begun(by="102", boxes={"102": Box((message(1), message(2, state=KEPT)))})
    assert story.hears()[0] == (
        "You have one new message and one kept message The mailbox is full. Please delete messages"
    )


def test_the_box_of_nobody_says_so() -> None:
    story = begun("*97", "104")
    assert story.hears() == ["There is no such mailbox", "Thank you for calling. Goodbye"]
    assert (story.state(), story.outcome) == (Ending, "rejected")
    assert story.notes == ["refused: extension:104 has no voicemail box"]


def test_a_message_is_heard_between_who_and_when_and_the_keys() -> None:
    assert begun().hears("1") == [
        "Message one",
        "from number two two one two three four five six seven today at four a.m",
        "/rec/m1.wav",
        "Hear it again one Keep it two Delete it three Call back five Next message six Forward it seven Back star",
    ]


def test_each_listening_to_a_message_is_noted_when_it_begins() -> None:
    story = begun()
    story.hears("1")
    story.hears("1")
    noted = [one.hearing for one in story.done if isinstance(one, do.NoteHearing)]
    assert [(one.media_id, one.who, one.way, one.address) for one in noted] == [
        ("m1", "extension:101", Way.PHONE, "call-1")
    ] * 2


def test_the_last_one_has_no_next_and_the_first_no_previous() -> None:
    story = begun()
    heard = story.hears("16")
    assert heard[0] == "Message two"
    assert "Previous message four" in heard[-1]
    assert "Next message" not in heard[-1]
    assert story.hears("44")[0] == "There are no more messages"
    story.hears("6")
    assert story.hears("6") == ["There are no more messages", *begun().hears()]


@pytest.mark.parametrize(
    ("box", "order"),
    [
        (
            "102",
            ["Message one", "/rec/m1.wav", "from number two two one two three four five six seven today at four a.m"],
        ),
        ("103", ["Message one", "/rec/m1.wav"]),
    ],
)
def test_caller_and_time_are_said_as_the_box_wants_it(box: str, order: list[str]) -> None:
    story = begun(by=box, boxes={box: Box((message(1),))})
    assert story.hears("1")[:-1] == order
    assert story.hears("9")[0] == "from number two two one two three four five six seven today at four a.m"


def test_a_message_of_no_number_is_not_called_back() -> None:
    story = begun(boxes={"101": Box((message(1, ""),))})
    assert story.hears("1")[1] == "from a withheld number today at four a.m"
    assert story.hears("5")[0] == "This number cannot be called back"


def test_kept_and_deleted_and_taken_back() -> None:
    story = begun()
    assert story.hears("12")[:2] == ["Kept", "Message two"]
    assert story.states() == [("m1", KEPT), ("m2", NEW), ("m3", KEPT)]
    assert story.hears("3") == [
        "Deleted. There are no more messages",
        "You have two kept messages",
        "Kept messages two Greetings three Change the PIN four Deleted messages five Back star",
    ]
    heard = story.hears("5")
    assert heard[0] == "Deleted. Message one"
    assert heard[-1].startswith("Hear it again one Take it back three")
    assert story.hears("3")[0] == "Taken back"
    assert story.states() == [("m1", KEPT), ("m2", NEW), ("m3", KEPT)]
    assert story.notes == [
        "voicemail:101: message m1 kept by extension:101",
        "voicemail:101: message m2 deleted by extension:101",
        "voicemail:101: message m2 restored by extension:101",
    ]


def test_keys_pressed_ahead_are_not_waited_for() -> None:
    story = begun().press("132")
    assert story.states() == [("m1", DELETED), ("m2", KEPT), ("m3", KEPT)]
    assert not [one for one in story.heard if one in ("Deleted", "Kept")], "nothing is said that is not waited for"


def test_a_message_that_another_has_deleted_meanwhile_is_passed_over() -> None:
    story = begun()
    story.hears("1")
    story.stored["101"] = Box((message(1), message(3, state=KEPT)))
    assert story.hears("6")[0] == "There are no more messages"


MOMENT, MUSIC = "One moment, please", "music/waiting.wav"


def hearings(story: BoxStory) -> list[str]:
    return [one.hearing.media_id for one in story.done if isinstance(one, do.NoteHearing)]


def test_a_file_that_the_switch_does_not_have_is_brought_there() -> None:
    story = begun()
    story.gone_files, story.brought = {"/rec/m1.wav"}, {"m1": "/rec/brought/m1.wav"}
    heard = story.hears("1")
    assert heard[2:5] == ["/rec/m1.wav", MOMENT, "/rec/brought/m1.wav"]
    assert heard[5].startswith("Hear it again one")  # the keys
    assert story.notes == ["voicemail:101: the switch does not have /rec/m1.wav"]
    assert hearings(story) == ["m1"]
    assert story.hears("3")[:1] == ["Deleted"]


def test_one_that_lies_at_another_switch_is_brought_at_once() -> None:
    story = begun(boxes={"101": Box((message(1, switch="fs2"), message(2)))})
    story.brought = {"m1": "/rec/brought/m1.wav"}
    assert story.hears("1")[2:4] == [MOMENT, "/rec/brought/m1.wav"]
    assert hearings(story) == ["m1"]


def test_what_cannot_be_brought_is_said_in_words_and_noted() -> None:
    story = begun(boxes={"101": Box((message(1, switch="fs2"),))})
    story.brought = {"m1": ""}
    assert story.hears("1")[2:4] == [MOMENT, "The sound of this message cannot be played now"]
    assert story.notes == ["voicemail:101: storage is away"]
    assert hearings(story) == []


def test_what_the_switch_does_not_have_though_it_was_brought_is_not_asked_for_again() -> None:
    story = begun()
    story.gone_files, story.brought = {"/rec/m1.wav", "/rec/brought/m1.wav"}, {"m1": "/rec/brought/m1.wav"}
    heard = story.hears("1")
    assert heard[4:6] == ["/rec/brought/m1.wav", "The sound of this message cannot be played now"]


def test_the_word_in_front_of_a_message_is_brought_too() -> None:
    story = begun(boxes={"101": Box((message(1, word="/rec/w1.wav", switch="fs2"),))})
    story.gone_files, story.brought = {"/rec/w1.wav"}, {"w1": "/rec/brought/w1.wav", "m1": "/rec/brought/m1.wav"}
    heard = story.hears("1")
    assert heard[2:7] == ["/rec/w1.wav", MOMENT, "/rec/brought/w1.wav", MOMENT, "/rec/brought/m1.wav"]


def test_while_a_file_is_brought_there_is_music_and_keys_act() -> None:
    story = begun(boxes={"101": Box((message(1, switch="fs2"), message(2)))})
    heard = story.hears("1")
    assert heard[2:4] == [MOMENT, MUSIC]
    assert story.hears("6")[2] == "/rec/m2.wav"
    story.then(SoundBrought("m1", "/rec/brought/m1.wav"))
    assert story.heard == []  # the person is elsewhere
    late = begun(boxes={"101": Box((message(1, switch="fs2"),))})
    late.press("1")
    while late.heard[-1] != MUSIC:
        state = late.call.state
        assert isinstance(state, InBox)
        late.then(AppEnded(state.playing))
    late.then(SoundBrought("m1", "/rec/brought/m1.wav"))
    assert do.StopPlaying(all=True) in late.commands
    assert late.listens().heard[-2] == "/rec/brought/m1.wav"


def test_after_its_worker_died_it_is_asked_for_again() -> None:
    story = begun(boxes={"101": Box((message(1, switch="fs2"),))})
    story.hears("1")
    story.brought = {"m1": "/rec/brought/m1.wav"}
    story.then(Rearrived("*97"))
    assert "/rec/brought/m1.wav" in story.listens().heard


def test_shared_boxes_say_who_deals_with_a_message() -> None:
    shared = {"office": Box((message(1), message(2, taken_by="extension:102")))}
    story = begun("*98*500", boxes=shared)
    assert story.hears(f"{PIN}#")[0] == "You have one new message and one kept message"
    assert "Take it over eight" in story.hears("1")[-1]
    assert story.hears("8")[0] == "Taken over"
    assert story.box("office").messages[0].taken_by == "extension:101"
    assert "It is done eight" in story.hears("9")[-1]
    assert story.hears("8")[0] == "Done. There are no more messages"
    assert story.box("office").messages[0].done_by == "extension:101"
    heard = story.hears("26")
    assert heard[0] == "Somebody else has taken it over. Message two"
    assert story.hears("8")[0] == "Somebody else has taken it over"
    assert story.box("office").messages[1].taken_by == "extension:102"


def test_an_owner_who_takes_a_message_just_taken_by_another_hears_that() -> None:
    story = begun("*98*500", boxes={"office": Box((message(1),))})
    story.hears(f"{PIN}#1")
    story.stored["office"] = Box((message(1, taken_by="extension:102"),))
    assert story.hears("8")[0] == "Somebody else has taken it over"


def test_the_stores_do_not_answer() -> None:
    story = begun()
    story.hears("1")
    story.trouble = "Redis does not answer"
    assert story.hears("3")[0] == "That did not work. Please try again later"
    assert story.notes == ["voicemail:101: Redis does not answer"]
    story = BoxStory(known("*97"), TWO)
    story.trouble = "Redis does not answer"
    assert story.begin().listens().heard[0] == "That did not work. Please try again later"
    assert story.state() is Ending


# --- calling back


def test_a_call_back_is_the_extensions_own_call() -> None:
    story = begun()
    story.hears("1")
    story.press("5")
    assert story.state() is Deciding
    assert story.command(do.FindFacts) == do.FindFacts("+48221234567")
    assert story.notes == ["voicemail:101: extension:101 calls back +48221234567, of message m1"]
    assert story.outcome == "changed"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+48701100100", "blocked"),
        ("112", "112 is an emergency number"),
        ("*21*600100100#", "is no number"),
        ("5", "5 is no number"),
    ],
)
def test_a_number_that_its_phone_could_not_dial_is_not_called_back(number: str, why: str) -> None:
    story = begun(boxes={"101": Box((message(1, number),))})
    story.hears("1")
    assert story.hears("5")[0] == "This number cannot be called back"
    assert why in story.notes[0]
    assert story.state() is not Deciding


def test_an_extension_of_the_tenant_is_called_back() -> None:
    story = begun(boxes={"101": Box((message(1, "102"),))})
    story.press("15")
    assert story.command(do.FindFacts) == do.FindFacts("102")


def test_nothing_is_called_back_from_the_phone_of_another() -> None:
    story = begun("*98*101", by="102")
    assert "Call back" not in story.hears(f"{PIN}#1")[-1]
    assert story.hears("5")[0] == "This choice is not available"
    assert not [one for one in story.done if isinstance(one, do.FindFacts)]


# --- silence, wrong keys, the PIN


def test_without_a_key_the_menu_is_repeated_and_then_the_call_ends() -> None:
    story = begun()
    story.hears("1")
    assert story.waits().hears() == [
        "Hear it again one Keep it two Delete it three Call back five Next message six Forward it seven Back star"
    ]
    story.waits().listens()
    assert story.waits().hears()[-1] == "Thank you for calling. Goodbye"
    assert story.command(do.HangUp) == do.HangUp("NORMAL_CLEARING")


def test_wrong_keys_end_the_call_in_the_end() -> None:
    story = begun()
    story.hears()
    assert story.hears("9")[0] == "This choice is not available"
    assert story.hears("9")[0] == "This choice is not available"
    assert story.hears("9") == ["This choice is not available", "Thank you for calling. Goodbye"]


def test_any_box_wants_its_number_and_its_pin() -> None:
    story = begun("*98", "102")
    assert story.hears() == ["Enter the number of the mailbox, then hash"]
    assert story.hears("777#")[0] == "There is no such mailbox"
    assert story.hears("101#") == ["Enter your PIN, then hash"]
    assert story.hears("1111#") == ["This PIN is not right", "Enter your PIN, then hash"]
    assert story.hears(f"{PIN}#")[0] == "You have two new messages and one kept message"
    assert story.notes == ["voicemail:101: wrong PIN from extension:102"]
    assert not any(PIN in repr(entry) or "1111" in repr(entry) for entry in story.call.trail)


def test_a_pin_without_hash_counts_after_a_while() -> None:
    story = begun("*98*101", "102")
    story.listens()
    story.press(PIN)
    assert story.waits().hears()[0] == "You have two new messages and one kept message"


def test_three_wrong_pins_end_the_call() -> None:
    story = begun("*98*101", "102")
    story.hears("1111#1111#")
    assert story.hears("1111#") == ["This PIN is not right", "Thank you for calling. Goodbye"]
    assert story.outcome == "rejected"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (PinVerdict.LOCKED, "The mailbox is locked. Please try again later"),
        (PinVerdict.UNKNOWN, "That did not work. Please try again later"),
    ],
)
def test_a_locked_box_lets_nobody_in(verdict: PinVerdict, said: str) -> None:
    story = begun("*98*101", "102")
    story.verdicts = [verdict]
    assert story.hears(f"{PIN}#") == [said, "Thank you for calling. Goodbye"]
    assert story.state() is Ending


def test_the_tenant_may_want_the_pin_at_the_own_phone_too() -> None:
    story = begun(more="mailboxes: {own_phone_pin: yes}\n")
    assert story.hears() == ["Enter your PIN, then hash"]
    assert story.hears(f"{PIN}#")[0] == "You have two new messages and one kept message"
