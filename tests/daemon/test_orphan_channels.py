"""Channels that no worker knows are sent back through the dialplan, once that is certain; others are left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.daemon.orphan_channels import MAX_TRIES, OrphanChannels
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.failures import ReplyTimedOut
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import SECOND_US
from tests.daemon.test_adoption import US, pipeline, saved_call, shared, written
from tests.routing.world import DID

__all__ = ["pipeline", "shared", "written"]
GHOST = "6b2e6c3a-8f57-4d8e-9a44-1b6f0a9d0001"


class Board:
    """Two switches, of which the first has the channels."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.talking: set[str] = set()
        self.of_others: set[str] = set()
        self.calls: dict[str, str] = {}
        self.away: list[str] = []
        self.garbled: list[str] = []
        self.sent: list[str] = []

    def has(self, channel: str, age_s: int = 60, **other: str) -> None:
        row = {"uuid": channel, "direction": "inbound", "context": "public", "dest": DID["extension"]}
        self.rows.append({**row, "created_epoch": str(clock.now() // SECOND_US - age_s), **other})

    def up(self) -> tuple[str, ...]:
        return (*self.away, *self.garbled, "fs1")

    def channels(self, switch: str) -> Sequence[Mapping[str, Any]]:
        if switch in self.away:
            raise ReplyTimedOut(seconds=5, command="show channels")
        return (
            [{"created_epoch": "1", "direction": "inbound", "context": "public"}]
            if switch in self.garbled
            else self.rows
        )

    def was_handed(self, switch: str, channel: str) -> bool:
        return channel not in self.of_others

    def call_of(self, switch: str, channel: str) -> str:
        return self.calls.get(channel, "")

    def is_alone(self, switch: str, channel: str) -> bool:
        return channel not in self.talking

    def tell(self, switch: str, command: str) -> None:
        self.sent.append(command)


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def orphans(shared: WorkerContext, board: Board, pipeline: RedisPipeline) -> OrphanChannels:
    return OrphanChannels(shared, board, Post(pipeline, "strays", US))


def test_a_caller_no_worker_knows_is_sent_back_at_the_second_look(orphans: OrphanChannels, board: Board) -> None:
    board.has(GHOST)
    assert orphans.look() == 0
    assert orphans.look() == 1
    assert board.sent == [f"uuid_transfer {GHOST} {DID['extension']} XML callcontrol"]


def test_others_are_left_alone(
    orphans: OrphanChannels, board: Board, shared: WorkerContext, pipeline: RedisPipeline
) -> None:
    saved_call(shared, "another-host/9/.x", call_id_of("known"))
    saved_call(shared, "another-host/9/.x", "known since the version before")
    pipeline.ask("PING")
    board.has("known")
    board.has("known since the version before")
    board.has("young", age_s=3)
    board.has("leg", direction="outbound")
    board.has("of-another-switch", context="peers")
    board.has("talks")
    board.talking.add("talks")
    assert [orphans.look() for _ in range(3)] == [0, 0, 0]
    assert board.sent == []


def test_a_transferred_leg_is_known_by_the_call_it_was_dialled_for(
    orphans: OrphanChannels, board: Board, shared: WorkerContext, pipeline: RedisPipeline
) -> None:
    saved_call(shared, "another-host/9/.x", "call-1")
    pipeline.ask("PING")
    board.has(GHOST, context="transferred", direction="outbound")
    board.calls[GHOST] = "call-1"
    assert [orphans.look() for _ in range(3)] == [0, 0, 0]
    board.calls[GHOST] = "call-2"
    assert orphans.look() == 1


def test_a_lone_caller_of_an_admins_own_application_is_left_alone(orphans: OrphanChannels, board: Board) -> None:
    board.has(GHOST)
    board.of_others.add(GHOST)
    assert [orphans.look() for _ in range(3)] == [0, 0, 0]
    assert board.sent == []


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_a_transferred_channel_is_sent_back_as_transferred(
    orphans: OrphanChannels, board: Board, direction: str
) -> None:
    board.has(GHOST, context="transferred", dest="*21*600700800#", direction=direction)
    assert [orphans.look() for _ in range(2)] == [0, 1]
    assert board.sent == [f"uuid_transfer {GHOST} *21*600700800# XML transferred"]


def test_a_channel_that_stays_unknown_is_not_sent_back_for_ever(
    orphans: OrphanChannels, board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    left = counted("callcontrol_strays_left_total")
    board.has(GHOST)
    assert sum(orphans.look() for _ in range(MAX_TRIES + 5)) == MAX_TRIES
    assert counted("callcontrol_strays_left_total") == left + 1
    assert sum("is left as it is" in record.getMessage() for record in caplog.records) == 1


def test_a_caller_of_an_extension_with_a_name_is_sent_back(orphans: OrphanChannels, board: Board) -> None:
    board.has(GHOST, context="internal", dest="anna.nowak-2")
    assert [orphans.look() for _ in range(2)] == [0, 1]
    assert board.sent == [f"uuid_transfer {GHOST} anna.nowak-2 XML callcontrol"]


def test_a_switch_that_cannot_be_asked_does_not_keep_others_from_being_looked_at(
    orphans: OrphanChannels, board: Board
) -> None:
    board.away, board.garbled = ["fs0"], ["fs2"]
    board.has(GHOST)
    assert [orphans.look() for _ in range(2)] == [0, 1]


def test_a_channel_that_becomes_known_in_between_is_left_alone(
    orphans: OrphanChannels, board: Board, shared: WorkerContext, pipeline: RedisPipeline
) -> None:
    board.has(GHOST)
    orphans.look()
    saved_call(shared, "another-host/9/.x", GHOST)
    pipeline.ask("PING")
    assert orphans.look() == 0


def test_one_worker_has_the_duty_until_it_is_silent(pipeline: RedisPipeline, redis_client: Redis) -> None:
    ours, theirs = Post(pipeline, "strays", US), Post(pipeline, "strays", "another-host/2/.x")
    assert [ours.is_ours(), theirs.is_ours(), ours.is_ours()] == [True, False, True]
    redis_client.delete("cc:duty:strays")
    assert [theirs.is_ours(), ours.is_ours()] == [True, False]


def test_a_channel_that_cannot_be_sent_back_does_not_stop_the_look_and_is_logged_once(
    orphans: OrphanChannels, board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    board.has("a-first", dest="fax machine")
    board.has(GHOST)
    assert [orphans.look() for _ in range(3)] == [0, 1, 1]
    assert len(board.sent) == 2
    assert sum("cannot be sent back" in record.getMessage() for record in caplog.records) == 1
