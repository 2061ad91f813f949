"""English, as it is heard."""

import pytest

from callcontrol.routing.speech import Hint, Phrase, expected_wait, key_hint, phrase, position, waited
from tests.routing.speech.spoken import said


@pytest.mark.parametrize(
    ("n", "number"),
    [
        (2, "two"),
        (3, "three"),
        (5, "five"),
        (10, "ten"),
        (11, "eleven"),
        (12, "twelve"),
        (13, "thirteen"),
        (19, "nineteen"),
        (20, "twenty"),
        (21, "twenty one"),
        (22, "twenty two"),
        (25, "twenty five"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (101, "one hundred one"),
        (110, "one hundred ten"),
        (112, "one hundred twelve"),
        (120, "one hundred twenty"),
        (121, "one hundred twenty one"),
        (200, "two hundred"),
        (215, "two hundred fifteen"),
        (340, "three hundred forty"),
        (999, "nine hundred ninety nine"),
    ],
)
def test_positions(n: int, number: str) -> None:
    assert said("en", position("en", n)) == f"You are number {number} in the queue"


def test_positions_without_a_number() -> None:
    assert said("en", position("en", 1)) == "You are next in the queue"
    assert said("en", position("en", 1_000)) == "There are very many callers ahead of you"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "The expected waiting time is less than one minute"),
        (1, "The expected waiting time is about one minute"),
        (2, "The expected waiting time is about two minutes"),
        (5, "The expected waiting time is about five minutes"),
        (11, "The expected waiting time is about eleven minutes"),
        (12, "The expected waiting time is about twelve minutes"),
        (21, "The expected waiting time is about twenty one minutes"),
        (22, "The expected waiting time is about twenty two minutes"),
        (60, "The expected waiting time is about sixty minutes"),
        (61, "The expected waiting time is more than one hour"),
        (120, "The expected waiting time is more than one hour"),
    ],
)
def test_expected_waits(minutes: int, text: str) -> None:
    assert said("en", expected_wait("en", minutes)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "zero seconds"),
        (0, "zero seconds"),
        (1, "one second"),
        (2, "two seconds"),
        (21, "twenty one seconds"),
        (59, "fifty nine seconds"),
        (60, "one minute"),
        (61, "one minute one second"),
        (130, "two minutes ten seconds"),
        (3_599, "fifty nine minutes fifty nine seconds"),
        (3_600, "sixty minutes"),
        (3_601, "for more than one hour"),
        (90_000, "for more than one hour"),
    ],
)
def test_waits_so_far(seconds: int, text: str) -> None:
    assert said("en", waited("en", seconds)) == f"The caller has waited {text}"


def test_phrases() -> None:
    assert {name: said("en", phrase("en", name)) for name in Phrase} == {
        Phrase.GREETING: "Thank you for calling",
        Phrase.ALL_BUSY: "All our agents are busy. Please hold",
        Phrase.CALLBACK_PROMISED: "You keep your place in the queue. We will call you back soon. Goodbye",
        Phrase.CALLBACK_REFUSED: "We cannot call this number back. You keep your place in the queue",
        Phrase.CALLBACK_NOTED: "A callback to this number is noted already. We will call you back soon. Goodbye",
        Phrase.CALLING_BACK: "This is a callback. We are calling the customer",
        Phrase.CALLER_GONE: "The caller has hung up",
        Phrase.ACCEPT: "To accept the call, press one",
        Phrase.RECORDED: "This conversation is being recorded",
    }


@pytest.mark.parametrize(
    ("hint", "key", "text"),
    [
        (Hint.VOICEMAIL, "0", "To leave a message, press zero"),
        (Hint.CALLBACK, "1", "To be called back, press one"),
        (Hint.CALLBACK, "*", "To be called back, press star"),
        (Hint.DECLINE, "2", "To decline it, press two"),
        (Hint.OBJECT, "9", "If you do not agree, press nine"),
        (Hint.VOICEMAIL, "#", "To leave a message, press hash"),
    ],
)
def test_hints(hint: Hint, key: str, text: str) -> None:
    assert said("en", key_hint("en", hint, key)) == text
