"""A call's time line, as a person sees it and as programs get it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.record_json import to_json
from callcontrol.commands import calls
from callcontrol.commands.call_timeline import timeline_lines
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg, PastSegment
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.move import Interrupted, Interruption, Manner, Resumed, Transferred
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import JoinedOutside, Parted
from tests.billing.trails import NOON, Entries, Story, call_id, supervising
from tests.edges.ledger.samples import rated

Run = Callable[..., int]
TAKER, CONSULT, SUPERVISING = 1, 2, 3


def moving() -> Entries:
    """From the queue to 117, to a place from which 105 takes the caller, who asks 103 and leaves it the caller."""
    story = Story(0).queued(2).rings(10, 0, "extension:117").bridged(15, 0)
    taker, asked = call_id(TAKER), Story(CONSULT).leg(0)
    story.entries += [
        Transferred(story.moment(30), "701", "117", story.leg(0)),
        Parted(story.moment(30)),
        Interrupted(story.moment(30), Interruption.PARKED, story.call, "701"),
    ]
    story.leg_ended(31, 0, "BLIND_TRANSFER", Outcome.ANSWERED, 10, 11, 15, by="switch")
    story.entries += [
        Resumed(story.moment(40), Interruption.PARKED, story.call),
        JoinedOutside(story.moment(40), taker, "extension:105"),
        Transferred(story.moment(70), "103", "105", taker, "", Manner.ATTENDED, 14_000_000),
        Parted(story.moment(70)),
        JoinedOutside(story.moment(70), asked, "extension:103"),
    ]
    return story.ended(100, "caller", 2)


def taking() -> Entries:
    story = Story(TAKER, start=Story().moment(38))
    story.entries.append(JoinedOutside(story.moment(2), call_id(0), "number:+48221234567"))
    story.entries.append(Parted(story.moment(32)))
    return story.ended(34, "caller", 1)


def asking() -> Entries:
    story = Story(CONSULT, start=Story().moment(53)).rings(0, 0, "extension:103").bridged(3, 0)
    story.entries.append(Parted(story.moment(17)))
    story.ended(18, "caller", 0.1)
    story.leg_ended(47, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0, 1, 3, by="switch")
    return tuple(story.entries)


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    writer = LedgerWriter(database, now=lambda: NOON)
    assert (
        writer.write([to_json(rated(trail)) for trail in (moving(), taking(), asking(), supervising(SUPERVISING))])
        == []
    )
    writer.close()
    parser = argparse.ArgumentParser()
    calls.add(parser.add_subparsers())

    def run_it(*words: str, columns: int = 80) -> int:
        monkeypatch.setenv("COLUMNS", str(columns))
        return calls.run(parser.parse_args(["calls", "--dsn", database, *words]))

    return run_it


DRAWN = """\
                        0:00            0:30             1:00             1:30
    caller +48221234567 .qqqqqqq1========PPPPP2================3================
    extension:117            ...1========-
    extension:105 *                           2=================
    extension:103 *                                            3================
    = talks  P parked  q in a queue  . rings  - connected  * another call's leg
    1  caller +48221234567 with extension:117, 12:00:15 to 12:00:30, 0:15
    2  caller +48221234567 with extension:105, 12:00:40 to 12:01:10, 0:30
    3  caller +48221234567 with extension:103, 12:01:10 to 12:01:40, 0:30
    extension:105 took the place of extension:117
    extension:103 took the place of extension:105"""


def test_legs_are_rows_and_conversations_are_bars(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--call", call_id(0)) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.lstrip().startswith("0:00 "))
    assert "\n".join(lines[begin : begin + 11]) == DRAWN


def test_programs_get_the_same(run: Run, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("--call", call_id(0), "--json") == 0
    caller, first, taker, asked = orjson.loads(capfdbinary.readouterr().out)["timeline"]
    assert [span["doing"] for span in caller["spans"]] == [
        "rings", "connected", "queues", "talks", "parked", "talks", "talks",
    ]  # fmt: skip
    assert caller["spans"][4] == {
        "doing": "parked", "began": "2026-11-17T12:00:30Z", "ended": "2026-11-17T12:00:40Z", "detail": "701",
    }  # fmt: skip
    assert (first["name"], first["moved_to"], taker["moved_from"]) == ("extension:117", call_id(1), first["leg_id"])
    assert (asked["name"], asked["call_id"], asked["moved_from"]) == ("extension:103", call_id(2), taker["leg_id"])
    assert [span["segment"] for span in asked["spans"]] == [3]


def test_a_supervisor_is_a_row_of_its_own_role(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("--call", call_id(SUPERVISING)) == 0
    out = capfd.readouterr().out
    assert "☎ extension:102 is a supervisor at another call" in out
    assert any(line.startswith("    supervisor extension:1") and "---" in line for line in out.splitlines())
    assert run("--call", call_id(SUPERVISING), "--json") == 0
    told = orjson.loads(capfd.readouterr().out)
    assert [(leg["name"], leg["role"]) for leg in told["timeline"]] == [("extension:102", "supervisor")]
    assert [leg["role"] for leg in told["legs"]] == ["supervisor"]


def test_the_call_by_which_a_colleague_was_asked_shows_its_own_part(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--call", call_id(CONSULT)) == 0
    out = capsys.readouterr().out
    assert "1  caller +48221234567 with extension:103, 12:00:56 to 12:01:10, 0:14" in out
    assert "extension:103 took the place of" not in out


def test_a_caller_who_talks_in_a_room_again_and_again_takes_no_ones_place() -> None:
    began = datetime_of(NOON)
    rooms = [
        {"leg_id": "a", "other_leg": "", "party": "conference:sales", "began_at": began + timedelta(seconds=at),
         "ended_at": began + timedelta(seconds=at + 5)}
        for at in (0, 10)
    ]  # fmt: skip
    columns = {"call_id": "c", "interruptions": [], "led_leg": "", "caller_number": "", "caller_name": ""}
    lines = [text for text, _ in timeline_lines(PastCall(columns, (), (), map(PastSegment, rooms)), UTC, 80)]
    assert any(line.startswith("conference:sales * 1====") for line in lines)
    assert not any("took the place" in line for line in lines)


def test_a_call_of_which_no_leg_was_a_channel_has_no_line() -> None:
    columns = {"call_id": "c", "interruptions": [], "led_leg": "", "caller_number": "", "caller_name": ""}
    assert list(timeline_lines(PastCall(columns), UTC, 80)) == []


@given(st.integers(8, 300), st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), min_size=1, max_size=40))
def test_whatever_happened_no_line_is_wider_than_asked_for(width: int, talks: list[tuple[int, int]]) -> None:
    began = datetime_of(NOON)

    def after(tenths: int) -> object:
        return began + timedelta(seconds=tenths / 10)

    legs, segments = [], []
    for n, (start, length) in enumerate(talks):
        times = {"created_at": after(start), "answered_at": after(start), "ended_at": after(start + length)}
        names = {"leg_id": f"leg-{n}", "target": f"extension:{n}", "direction": "b", "moved_from": "", "moved_to": ""}
        legs.append(PastLeg({**names, "role": "callee", **times}))
        joined = {"leg_id": "a", "other_leg": f"leg-{n}", "party": f"extension:{n}"}
        segments.append(PastSegment({**joined, "began_at": after(start), "ended_at": after(start + length)}))
    columns = {"call_id": "c", "interruptions": [], "led_leg": "", "caller_number": "+48", "caller_name": ""}
    lines = list(timeline_lines(PastCall(columns, legs, (), segments), UTC, width))
    rows = [text for text, style in lines if style == ""]
    assert len(rows) == len(talks)
    assert max(map(len, rows)) <= max(width, 40)
