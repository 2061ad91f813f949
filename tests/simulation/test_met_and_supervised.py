"""Conference rooms and supervisors of a simulated call centre, and tests that broken promises of them are noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.kinds.targets.conference import asking
from callcontrol.routing import supervision
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import ListeningEnd, Mode
from tests.simulation.broken import Broken
from tests.simulation.sought import Failure, run_once
from tests.simulation.world import Plan, Report, World

BUSY = Plan(7, "calm", hours=0.15, meetings_per_h=300, supervised_per_h=400)


@pytest.fixture(scope="module")
def world() -> World:
    worlds: list[World] = []
    found = run_once(BUSY, worlds.append)
    assert isinstance(found, Report), found
    return worlds[0]


def notes(world: World, *words: str) -> Counter[str]:
    """How often the records' notes and ways have each of these."""
    calls = [record.call for record in world.ledger.calls.values()]
    said = [text for call in calls for text in (*(n.what for n in call.notes), *(way.why for way in call.path))]
    return Counter({word: sum(word in text for text in said) for word in words})


def test_people_meet_in_rooms_of_both_switches_and_invite_others(world: World) -> None:
    assert world.conferees.met > 50
    channels = [channel for switch in world.switches for channel in switch.every.values()]
    assert sum(channel.who.startswith("room ") and channel.bridged is not None for channel in channels) > 5
    assert any(switch.mixers.ended_by_key for switch in world.switches)
    found = notes(world, "the PIN was wrong", "invited", "the room was ended")
    assert [word for word, count in found.items() if not count] == []
    assert world.promises.rooms.talked_as_recorded(world.ledger.calls.values()) > 20


def test_supervisors_do_all_they_may(world: World) -> None:
    heard = [one for switch in world.switches for one in switch.eavesdropping.heard]
    assert {one.mode for one in heard} == {Mode.LISTEN, Mode.WHISPER, Mode.BARGE}
    ends = {row.how for row in world.spool.media.listenings if row.how is not None}
    assert ends >= {ListeningEnd.HUNG_UP, ListeningEnd.TAKEN_OVER, ListeningEnd.CALL_ENDED}
    assert notes(world, "taken over by")["taken over by"] > 0


def broken(what: Any, name: str, instead: Callable[..., Any]) -> str:
    """The broken promise of a run with this fault in the program."""
    with mock.patch.object(what, name, instead):
        found = run_once(BUSY)
    assert isinstance(found, Failure), "the fault was not noticed"
    return found.what


def test_who_enters_without_the_pin_is_noticed() -> None:
    assert "has not pressed its PIN" in broken(asking, "role_of", lambda *words: False)


def test_members_who_are_kept_in_rooms_they_have_left_are_noticed() -> None:
    assert "is kept in" in broken(RoomStore, "leave", lambda store, tenant, room, call: None)


def test_a_supervisor_without_a_right_is_noticed() -> None:
    with mock.patch.object(supervision, "refusal_before", return_value=""):
        assert "has no right to" in broken(supervision, "refusal", lambda *words: "")


def test_listenings_without_an_end_and_spans_that_overlap_are_noticed(world: World) -> None:
    rows = [row for row in world.spool.media.listenings if row.how is not None and row.spans]
    span = replace(rows[0].spans[0], ended=Instant(rows[0].began + 10))
    overlapping = replace(rows[0], spans=(span, replace(span, mode=Mode.BARGE)))
    for doctored, what in ((replace(rows[0], ended=None), "has no end"), (overlapping, "overlap")):
        with pytest.raises(Broken, match=what):
            world.promises.supervision.balance([doctored], (), is_exact=False, may_die=False)
