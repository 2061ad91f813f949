"""What a call says of its way: kept where it is harmless, put together anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.control.call import new_call
from callcontrol.edges.freeswitch.dial_string import DialLeg, Gateway, dial_string
from callcontrol.edges.freeswitch.history import DIVERSION, HISTORY, PASSED, SENT_CHARACTERS, read_origin
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.vocabulary.call import Caller, Origin
from callcontrol.vocabulary.moment import Instant


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<sip:+49301234567@c.example>;reason=no-answer", "<sip:+49301234567@c.example>;reason=no-answer"),
        (
            '"Bob" <tel:+49301234567>;privacy="full";counter=2, <sip:101@10.0.0.1:5060;user=phone>;reason="user-busy"',
            "<sip:+49301234567@unknown.invalid>;counter=2;privacy=full,<sip:101@10.0.0.1>;reason=user-busy",
        ),
        ("<sip:a b@c.example>, <sip:1@c.example>", "<sip:1@c.example>"),
        ("<sip:${system}@c.example>", ""),
        ("<sip:1;a<sip:2?b<sip:3@c.example>", "<sip:3@c.example>"),
        ("<sip:1'@x>;reason={a}|b", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_diversion(written: str, kept: str) -> None:
    assert read_origin({DIVERSION: written}).diversion == kept


def test_history_keeps_cause_and_index() -> None:
    written = '<sip:1@a.example?Reason=SIP;cause=302;text="x">;index=1, <sip:2@b.example>;index=1.1;rc=1, <sip:3@c>'
    assert read_origin({HISTORY: written}).history == (
        "<sip:1@a.example?Reason=SIP%3Bcause%3D302>;index=1,<sip:2@b.example>;index=1.1"
    )


@pytest.mark.parametrize(
    ("written", "passed"),
    [("48221234567-48221234570", ("+48221234567", "+48221234570")), ("48 22", ()), ("+48221234567", ()), ("", ())],
)
def test_numbers_passed(written: str, passed: tuple[str, ...]) -> None:
    assert read_origin({PASSED: written}).passed == passed


@given(st.text("<>sip:@.,;=%?\"' {}[]|$\\a1\n", max_size=200), st.integers(1, 40))
def test_whatever_is_written_can_be_sent_on(text: str, times: int) -> None:
    origin = read_origin({DIVERSION: text * times, HISTORY: f"{text};index=1" * times})
    assert max(len(origin.diversion), len(origin.history)) <= SENT_CHARACTERS
    said = {"sip_h_Diversion": origin.diversion, "sip_h_History-Info": origin.history}
    assert dial_string([DialLeg(Gateway("a", "1"))], {name: value for name, value in said.items() if value})


def test_a_long_way_is_cut_at_its_far_end() -> None:
    entries = [f"<sip:{n}@{'long-' * 9}host.example>;reason=unconditional" for n in range(40)]
    kept = read_origin({DIVERSION: ",".join(entries)}).diversion.split(",")
    assert kept == entries[: len(kept)]
    assert 3 < len(kept) < 40


def test_a_call_keeps_its_way_when_another_worker_takes_it_over() -> None:
    origin = Origin(("+48221234567",), "<sip:1@a>;reason=unconditional", "<sip:1@a>;index=1")
    call = new_call(
        id_="c", channel="a", switch="fs1", worker="w", tenant="t", caller=Caller("+1"), dialled="1", now=Instant(1),
        origin=origin,
    )  # fmt: skip
    assert decode(encode(call)).origin == origin
    before = encode(call).replace(encode(origin), b"").replace(b'"origin":,', b"")
    assert decode(before).origin == Origin()
