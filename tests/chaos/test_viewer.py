"""What viewers of live streams are told, and deeds with keys: the comparisons find what is wrong."""

from __future__ import annotations

import orjson
import pytest

from tests.chaos.viewer import Deed, Viewer, deeds_wrong, differs, not_told_stale, told_while_away

AT = "2026-12-01T03:00:00+00:00"
SECOND = 1_000_000


def event(kind: str, event_id: str = "", **told: object) -> bytes:
    head = f"event: {kind}\n" + (f"id: {event_id}\n" if event_id else "")
    rows: dict[str, object] = {"queues": [], "agents": []} if kind in ("snapshot", "change") else {}
    return f"{head}data: ".encode() + orjson.dumps({"at": AT, **rows, **told})


def queue(waiting: int) -> dict[str, object]:
    return {"queue": "line", "waiting": waiting}


def viewer(*events: bytes) -> Viewer:
    made = Viewer()
    made.opened()
    for number, one in enumerate(events):
        made.take(one, number * SECOND)
    return made


def test_a_stream_without_a_gap_has_what_it_was_told() -> None:
    events = (event("snapshot", "a-3", queues=[queue(1)]), event("change", "a-4", queues=[queue(2)]), event("beat"))
    seen = viewer(*events)
    assert (seen.faults, seen.last_id, seen.kind) == ([], "a-4", "change")
    assert differs(seen, {"line": queue(2)}, {}) == []
    assert differs(seen, {"line": queue(3)}, {"x": {}}) == ["line", "x"]
    seen.gone()
    seen.opened()
    seen.take(b": go on", 3)
    seen.take(event("change", "a-5"), 4)
    assert (seen.faults, seen.resumed) == ([], 1)
    seen.take(event("snapshot", "b-0"), 5)
    assert (seen.last_id, seen.queues) == ("b-0", {})


@pytest.mark.parametrize(
    "events",
    [
        (event("change", "a-1"),),
        (event("snapshot", "a-3"), event("change", "a-5")),
        (event("snapshot", "a-3"), event("change", "b-4")),
        (event("snapshot", "a-3"), event("change", "a-3")),
        (event("stale", since="2026-12-01T03:00:01+00:00"),),
    ],
)
def test_what_cannot_be_right_is_found(events: tuple[bytes, ...]) -> None:
    assert len(viewer(*events).faults) >= 1


def test_numbers_of_now_while_no_one_knows_them_are_found() -> None:
    seen = viewer(event("snapshot", "a-1"), event("stale", since=AT), event("change", "a-2"))
    assert told_while_away(seen, [(0, 2 * SECOND)]) == []
    assert told_while_away(seen, [(0, 3 * SECOND)]) == ["change 2.0 s after Redis had died"]
    assert not_told_stale([seen, viewer(event("stale", since=AT)), Viewer()]) == [0]


def test_deeds_are_done_once_and_as_they_were_told() -> None:
    right = [Deed("a", 3, 201), Deed("b", 2, 409, "not_known"), Deed("c", 1, 409, "not_known"), Deed("d", 2, 410)]
    assert deeds_wrong(right, {"a": 1, "b": 1, "d": 1}) == []
    assert len(deeds_wrong(right, {"a": 2, "b": 2, "c": 0})) == 3
    assert deeds_wrong([Deed("a", 1, 403)], {"a": 1}) == ["a was refused with 403, and is done"]
