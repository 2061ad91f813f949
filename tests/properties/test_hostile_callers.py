"""Hostile names, numbers and headers of a caller do not change the commands we send, log lines, or stored values."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.control import commands as do
from callcontrol.control.events import CallerHungUp
from callcontrol.edges import journal
from callcontrol.edges.freeswitch.arrival import KEPT, read_arrival
from callcontrol.edges.freeswitch.translate import app_commands
from callcontrol.edges.freeswitch.wire import HeaderNames, read_headers
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.vocabulary.call import Caller
from tests.control.story import Story
from tests.routing.world import DID, facts, rule
from tests.wire.recordings import said

INJECTION = "x\n\napi system touch /tmp/owned\n\nUnique-ID: victim"
DIAL_STRING = "a',b=c}[d]{e}|sofia/gateway/x/1:_:${system(id)}^^:\\,<>"
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [INJECTION, DIAL_STRING, "\r\n\0", "'" * 40, "${" * 20, "\u2028\u0085", "\ud800", "%0A%0Aexit", ""]
    ),
)


def arrival_of(number: str, name: str, dialled: str) -> Caller:
    arriving = read_arrival(
        {
            "Unique-ID": "call-1",
            "Caller-Caller-ID-Number": number,
            "Caller-Caller-ID-Name": name,
            "Caller-Destination-Number": dialled,
        }
    )
    assert len(arriving.dialled) <= 64
    return Caller(arriving.number, arriving.name, arriving.anonymous)


@example(INJECTION, INJECTION, DID["number"])
@example(DIAL_STRING, DIAL_STRING, DID["group"])
@given(HOSTILE, HOSTILE, st.one_of(HOSTILE, st.sampled_from(list(DID.values()))))
def test_every_command_has_the_lines_and_legs_we_meant(number: str, name: str, dialled: str) -> None:
    caller = arrival_of(number, name, dialled)
    story = Story(facts(dialled, caller=caller, rules={"101": [rule("busy", "number:+48600100200")]})).begin()
    for command in story.commands:
        if isinstance(command, do.Bridge | do.HangUp | do.Play | do.Record | do.Answer):
            for wire in (c.wire() for c in app_commands(command, story.call, "internal")):
                lines = wire.decode().split("\n")
                assert wire.endswith(b"\n\n")
                assert wire.count(b"\n\n") == 1
                assert not set("\r\0") & set(wire.decode())
                assert all(line.partition(":")[0] in HEADERS for line in lines[1:-2])
    if story.has(do.Bridge):
        (bridge,) = [c for c in story.commands if isinstance(c, do.Bridge)]
        text = app_commands(bridge, story.call, "internal")[0].wire().decode()
        assert text.count("origination_uuid=") == len(bridge.legs)
        assert "${" not in text
        assert ":_:" not in text


HEADERS = {
    "call-command",
    "execute-app-name",
    "execute-app-arg",
    "Event-UUID",
    "event-lock",
    "hangup-cause",
}


@given(HOSTILE, HOSTILE)
def test_the_call_and_its_record_survive_storing(number: str, name: str) -> None:
    caller = arrival_of(number, name, DID["extension"])
    story = Story(facts(caller=caller)).begin().then(CallerHungUp("ORIGINATOR_CANCEL"))
    assert decode(encode(story.call)) == story.call
    record = rate_record(fold(story.call.trail), None)
    assert from_json(to_json(record)) == record


@given(HOSTILE)
def test_a_log_line_is_one_line_of_json(text: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "call of %s", (text,), None)
    line = journal.JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == f"call of {text}"


def test_a_text_a_caller_blew_up_is_cut() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", ("x" * 100_000,), None)
    assert len(journal.JsonLines().format(record)) < 2 * journal.MAX_TEXT


def test_numbers_can_be_hidden_in_logs() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "call to %s", ("+48600700800",), None)
    assert "+48******800" in journal.JsonLines(mask_numbers=True).format(record)
    assert "+48600700800" in journal.JsonLines().format(record)


def test_both_hostile_captures_are_ordinary_calls() -> None:
    for capture, dialled in (
        ("hostile-caller-name", "+48221234567"),
        ("hostile-caller-name-dial-string", "+48221234567"),
    ):
        data = read_headers(
            said(capture, "<")[0].rstrip(b"\n"), percent_encoded=True, names=HeaderNames(KEPT.__contains__)
        )
        arriving = read_arrival(data)
        assert arriving.dialled in (dialled, dialled.removeprefix("+"))
        assert arriving.channel != "victim"
        caller = Caller(arriving.number, arriving.name)
        story = Story(replace(facts(DID["extension"]), caller=caller)).begin()
        assert len(story.command(do.Bridge).legs) == 1
