"""Each rule finds evidence that was falsified for it, and no rule finds anything in correct evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.accounts import RULES, doubtful_rows, findings, talked_us
from tests.chaos.truth import CRASH, LAST_RESORT, Caller, CallRow, Evidence, Exported, Leg, LegRow, MediaRow

TALKER = Caller("c1", "queue", 100, 110, ("answered", "playback", "bridged"), 900, "NORMAL_CLEARING", "send_bye")
WAITER = Caller("c2", "queue", 200, 210, ("answered", "playback"), 800, "NORMAL_CLEARING", "recv_bye")
REFUSED = Caller("c3", "busy", 300, None, ("early_media", "playback"), 400, LAST_RESORT, "send_refuse")
HONEST = Evidence(
    callers=(TALKER, WAITER, REFUSED),
    legs=(Leg("c1", "c1", 110, 900), Leg("b1", "c1", 300, 890), Leg("c2", "c2", 210, 800), Leg("c3", "c3", None, 400)),
    calls=(CallRow("c1", "answered", False), CallRow("c2", "abandoned", False)),
    rows=(
        LegRow("c1", "c1", 110, 900, False),
        LegRow("b1", "c1", 300, 890, False),
        LegRow("c2", "c2", 210, 800, False),
        LegRow("never", "c2", None, None, False),
    ),
    visits={"c1": ("answered",), "c2": ("abandoned",)},
    media=(
        MediaRow("c1-1", "c1", "talk", "stored", "", "c1-1.wav"),
        MediaRow("c2-1", "c2", "message", "lost", "the switch could not write it", "c2-1.wav"),
    ),
    files=("c1-1.wav",),
    exports=(Exported("calls", 2, ("c1 1", "c2 1"), ("c2 1", "c1 1")),),
    contacts={"c1": "spoke", "c2": "missed"},
)
(CALLS,) = HONEST.exports
TALK = HONEST.media[0]


def told(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    return {one.what: one.where for one in findings(evidence)}


def with_caller(caller: Caller) -> Evidence:
    return replace(HONEST, callers=tuple(caller if one.call_id == caller.call_id else one for one in HONEST.callers))


def with_row(row: LegRow) -> Evidence:
    return replace(HONEST, rows=tuple(row if one.leg_id == row.leg_id else one for one in HONEST.rows))


def with_media(row: MediaRow) -> Evidence:
    return replace(HONEST, media=(row, *HONEST.media[1:]))


def with_lines(*lines: str) -> Evidence:
    return replace(HONEST, exports=(replace(CALLS, lines=lines),))


def test_correct_evidence_has_no_findings() -> None:
    assert findings(HONEST) == ()
    assert talked_us(HONEST) == (790 + 590 + 590, 790 + 590 + 590)


DOCTORED: dict[str, tuple[Evidence, str]] = {
    "a caller is still on the line": (with_caller(replace(WAITER, ended_us=None, cause="")), "c2"),
    "a call reached a worker and has no record": (replace(HONEST, calls=HONEST.calls[1:]), "c1"),
    "a call has two records": (replace(HONEST, calls=(*HONEST.calls, HONEST.calls[0])), "c1"),
    "a record of a call that was not placed": (
        replace(HONEST, calls=(*HONEST.calls, CallRow("c9", "answered", True))),
        "c9",
    ),
    "a leg the switch made has no row": (replace(HONEST, rows=HONEST.rows[:1] + HONEST.rows[2:]), "b1"),
    "a leg has two rows": (replace(HONEST, rows=(*HONEST.rows, HONEST.rows[1])), "b1"),
    "a row of a leg the switch never made": (with_row(LegRow("never", "c2", None, 500, True)), "never"),
    "a leg is booked with another call": (with_row(LegRow("b1", "c2", 300, 890, False)), "b1"),
    "a row claims exact times that are not the switch's": (with_row(LegRow("b1", "c1", 300, 891, False)), "b1"),
    "a message or a recorded talk is neither closed nor stored nor lost": (
        with_media(replace(TALK, state="running")),
        "c1-1 (talk, running)",
    ),
    "a message or a recorded talk is lost, and no cause is given": (with_media(replace(TALK, state="lost")), "c1-1"),
    "a file the switch began to record has no row": (replace(HONEST, files=("c1-1.wav", "c9-1.wav")), "c9-1.wav"),
    "a file has two rows": (replace(HONEST, media=(*HONEST.media, replace(TALK, media_id="c1-2"))), "c1-1.wav"),
    "a message or a recorded talk of a call that was not placed": (
        with_media(replace(TALK, call_id="c9")),
        "c1-1 (talk)",
    ),
    "a row of the ledger was not exported": (with_lines("c1 1"), "calls c2 1"),
    "a line was exported twice, or of no row": (with_lines("c1 1", "c2 1", "c1 1"), "calls c1 1"),
    "a batch of an export is missing, altered or does not add up": (
        replace(HONEST, exports=(replace(CALLS, faults=("calls-000001.jsonl is missing",)),)),
        "calls-000001.jsonl is missing",
    ),
    "a caller counts as missed who has spoken with a person": (
        replace(HONEST, contacts={**HONEST.contacts, "c1": "missed"}),
        "c1 (queue, NORMAL_CLEARING)",
    ),
    "a caller counts as spoken with, without a conversation": (
        replace(HONEST, contacts={**HONEST.contacts, "c2": "spoke"}),
        "c2 (queue, NORMAL_CLEARING)",
    ),
    "a caller without a conversation is in no case": (
        replace(HONEST, calls=(HONEST.calls[0], CallRow("c2", "busy", False)), contacts={"c1": "spoke"}),
        "c2 (queue, NORMAL_CLEARING)",
    ),
    "the cases of a number are others when they are made anew": (replace(HONEST, other_cases=("+4851",)), "+4851"),
    "the counts of an hour are not those of its rows": (
        replace(HONEST, other_hours=("call_hours: 1",)),
        "call_hours: 1",
    ),
    "a waiting caller lost the place": (with_caller(replace(WAITER, by="send_bye")), "c2"),
}


@pytest.mark.parametrize("what", RULES)
def test_falsified_evidence_is_found(what: str) -> None:
    evidence, where = DOCTORED[what]
    found = told(evidence)
    assert set(found) == {what}
    assert len(found[what]) == 1
    assert found[what][0].startswith(where)


def test_leftovers_are_found() -> None:
    assert told(replace(HONEST, left={"a ticket in Redis": ("t1",)})) == {"left behind: a ticket in Redis": ("t1",)}


@pytest.mark.parametrize("row", [LegRow("b1", "c1", 301, 890, False), LegRow("b1", "c1", None, 890, False)])
def test_times_that_differ_from_the_switchs_are_found(row: LegRow) -> None:
    assert len(told(with_row(row))["a row claims exact times that are not the switch's"]) == 1


def test_an_exact_row_of_a_leg_that_died_with_the_switch_is_found() -> None:
    evidence = replace(HONEST, legs=tuple(replace(leg, answered_us=None, ended_us=None) for leg in HONEST.legs))
    assert len(told(evidence)["a row claims exact times that are not the switch's"]) == 3


def test_an_estimate_may_be_wrong_and_counts_for_no_talk() -> None:
    evidence = with_row(LegRow("b1", "c1", 300, 5000, True))
    assert findings(evidence) == ()
    assert talked_us(evidence) == (790 + 590, 790 + 590)


def test_a_call_that_died_with_the_switch_before_any_worker_acted_needs_no_record() -> None:
    died = Caller("c4", "busy", 500, None, (), 600, CRASH, "send_refuse")
    evidence = replace(HONEST, callers=(*HONEST.callers, died), legs=(*HONEST.legs, Leg("c4", "c4")))
    assert findings(evidence) == ()


def test_a_call_that_died_with_the_switch_after_a_worker_acted_needs_a_record() -> None:
    died = Caller("c4", "busy", 500, 550, ("ringing",), 600, CRASH, "send_refuse")
    found = told(replace(HONEST, callers=(*HONEST.callers, died), legs=(*HONEST.legs, Leg("c4", "c4"))))
    assert set(found) == {"a call reached a worker and has no record", "a leg the switch made has no row"}


def test_a_waiting_caller_of_a_dead_switch_is_no_lost_place() -> None:
    assert findings(with_caller(replace(WAITER, cause=CRASH, by="send_bye"))) == ()


def test_an_attempt_may_be_in_doubt_only_where_the_switch_died() -> None:
    evidence = with_caller(replace(WAITER, cause=CRASH))
    doubtful = LegRow("never", "c2", None, 500, True)
    rows = (*HONEST.rows[:3], doubtful)
    assert findings(replace(evidence, rows=rows)) == ()
    assert doubtful_rows(replace(evidence, rows=rows)) == (doubtful,)
    for bold in (replace(doubtful, answered_us=450), replace(doubtful, estimated=False)):
        found = told(replace(evidence, rows=(*HONEST.rows[:3], bold)))
        assert found == {"a row of a leg the switch never made": ("never",)}


def test_the_last_resort_leaves_a_record_only_where_a_worker_had_the_call() -> None:
    had = replace(REFUSED, first_us=310, was_told=("ringing", "early_media"))
    assert set(told(with_caller(had))) == {
        "a call reached a worker and has no record",
        "a leg the switch made has no row",
    }


def test_a_finding_reads_as_a_sentence_with_some_examples() -> None:
    legs = tuple(Leg(f"b{n}", "c1", None, 1) for n in range(10, 18))
    (finding,) = findings(replace(HONEST, legs=(*HONEST.legs, *legs)))
    assert str(finding) == "8 times: a leg the switch made has no row: b10, b11, b12, b13, b14 and 3 more"
