"""Codes bound to a channel: a whole one goes no further, what begins none goes on at once, the rest after a while."""

from __future__ import annotations

import gevent
import pytest

from callcontrol.simulator.digit_codes import DIGIT_TIMEOUT_S, SOURCE, DigitCodes
from callcontrol.simulator.timeline import Timeline

FAST = 500.0


class Channel:
    def __init__(self) -> None:
        self.heard = ""
        self.done: list[tuple[str, str]] = []
        self.codes = DigitCodes(Timeline(FAST), lambda _, *app: self.done.append(app), self._hear)
        for code in ("*1", "*12", "#7"):
            self.codes.bind("talk", code, "event", code)

    def _hear(self, digit: str, source: str) -> None:
        assert source == SOURCE
        self.heard += digit

    def press(self, digits: str) -> None:
        for digit in digits:
            self.codes.feed(digit)


def wait() -> None:
    gevent.sleep(DIGIT_TIMEOUT_S / FAST * 20)


@pytest.mark.parametrize(
    ("digits", "done", "heard"),
    [
        ("425", [], "425"),
        ("#7", ["#7"], ""),
        ("*12", ["*12"], ""),
        ("*9", [], "*9"),
        ("5#7*8", ["#7"], "5*8"),
        ("**12", [], "**12"),
    ],
)
def test_what_is_no_code_goes_on_key_by_key(digits: str, done: list[str], heard: str) -> None:
    channel = Channel()
    channel.press(digits)
    assert channel.heard == heard[:1]
    wait()
    assert ([argument for _, argument in channel.done], channel.heard) == (done, heard)


@pytest.mark.parametrize(("digits", "done", "heard"), [("*", [], "*"), ("*1", ["*1"], "")])
def test_what_may_become_another_code_waits_for_the_next_key_and_no_longer(
    digits: str, done: list[str], heard: str
) -> None:
    channel = Channel()
    channel.press(digits)
    assert (channel.done, channel.heard) == ([], "")
    wait()
    assert ([argument for _, argument in channel.done], channel.heard) == (done, heard)


def test_one_set_of_codes_counts_at_a_time_and_one_bound_anew_does_not_come_back_by_that() -> None:
    channel = Channel()
    channel.codes.bind("asking", "*5", "event", "*5")
    channel.press("#7")
    wait()
    assert channel.heard == "#7"
    channel.codes.bind("talk", "#7", "event", "#7")
    channel.press("*5")
    channel.codes.realm = "talk"
    channel.press("#7")
    assert [argument for _, argument in channel.done] == ["*5", "#7"]


def test_what_was_told_together_with_a_key_is_gone_where_the_channel_is_sent_elsewhere_meanwhile() -> None:
    channel = Channel()
    channel.press("*9")
    channel.codes.flush()
    wait()
    assert channel.heard == "*"
    channel.press("4")
    assert channel.heard == "*4"
