"""The way of a file: nothing is lost silently and nothing twice, whatever dies, is full or away on the way."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from callcontrol.edges import meters
from callcontrol.edges.storage import StorageAway
from callcontrol.jobs.media import moving
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.moving import APPEARS_S, LEASE_S, Mover
from callcontrol.vocabulary.media import MediaState
from tests.config.folder import TENANT, loaded
from tests.jobs.media.test_bringing import KEY
from tests.jobs.media.world import AS_IT_COMES, World, wav

ROOT = Path(__file__).parents[3]


@pytest.fixture
def world(tmp_path: Path, ledger_database: str) -> Iterator[World]:
    made = World(tmp_path, ledger_database)
    yield made
    made.close()


def missing() -> float:
    return float(meters.media_missing_total.labels("fs1")._value.get())


def test_a_file_is_stored_with_its_length_and_checksum_and_stays_on_the_switch(world: World) -> None:
    path = world.message(1, wav(2_500))
    assert not world.mover().step()
    row = world.row(1)
    assert (row.media.state, row.media.length_ms, row.on_switch) == (MediaState.STORED, 2_500, True)
    assert row.media.sha256 == hashlib.sha256(wav(2_500)).hexdigest()
    assert world.kept(1) == path.read_bytes() == wav(2_500)
    assert not world.mover().step()
    assert list(world.storage.puts.values()) == [1]


@pytest.mark.parametrize("told", [0, 44, 10**8])
def test_a_header_that_a_crash_left_wrong_is_mended_by_the_size_of_the_file(world: World, told: int) -> None:
    path = world.message(1, wav(1_200, told) + b"\x01")  # half a sample too many
    world.mover().step()
    media = world.row(1).media
    assert (media.state, media.length_ms, media.cause) == (
        MediaState.STORED,
        1_200,
        "its header was mended by its size",
    )
    assert world.kept(1) == wav(1_200)
    assert path.read_bytes() == wav(1_200) + b"\x01"


@pytest.mark.parametrize("data", [b"", wav(0), b"RIFF"])
def test_a_file_without_sound_is_lost_and_says_so(world: World, data: bytes) -> None:
    world.message(1, data)
    world.mover().step()
    assert world.row(1).media.state is MediaState.LOST
    assert "holds no sound" in world.row(1).media.cause


def test_what_is_no_wav_is_kept_as_it_is(world: World) -> None:
    world.message(1, b"ID3" + bytes(500))
    world.mover().step()
    assert (world.row(1).media.state, world.kept(1)) == (MediaState.STORED, b"ID3" + bytes(500))


def test_a_file_that_is_not_there_is_waited_for_then_lost_and_counted_and_found_again(world: World) -> None:
    before, mover = missing(), world.mover()
    path = world.message(1, None)
    mover.step()
    assert (world.row(1).media.state, world.row(1).trouble) == (MediaState.CLOSED, "its file is not there yet")
    world.pass_(APPEARS_S + 1)
    mover.step()
    assert (world.row(1).media.state, missing()) == (MediaState.LOST, before + 1)
    world.pass_(60)
    mover.step()
    path.write_bytes(wav(1_000))
    world.table.wake("fs1", [world.change(1).path])
    mover.step()
    assert (world.row(1).media.state, missing()) == (MediaState.STORED, before + 1)


def test_a_folder_that_is_not_mounted_loses_nothing(world: World) -> None:
    world.message(1, wav(500))
    world.recordings.rename(world.recordings.with_name("elsewhere"))
    world.pass_(3600)
    with pytest.raises(OutOfReach, match="the folder of fs1 is not there"):
        world.mover().step()
    assert world.row(1).media.state is MediaState.CLOSED


def test_of_two_processes_each_moves_what_its_host_sees(world: World, tmp_path: Path) -> None:
    """Two hosts, each with a switch; the second process's host has a folder named that is not mounted, too."""
    second = tmp_path / "fs2"
    second.mkdir()
    world.message(1, wav(500))
    (second / "call-2-2.wav").write_bytes(wav(700))
    world.table.note([world.change(2, switch="fs2")])
    here, there = world.mover("one"), world.mover("two")
    there._folders = lambda: {"fs2": second, "fs3": tmp_path / "not mounted"}
    world.table.note([world.change(3, switch="fs3")])
    for _ in range(2):
        here.step()
    assert [row.media.state for row in world.rows().values() if row.media.switch != "fs1"] == [MediaState.CLOSED] * 2
    assert [(world.row(n).tries, world.row(n).trouble) for n in (2, 3)] == [(0, "")] * 2
    with pytest.raises(OutOfReach, match="the folder of fs3 is not there"):
        there.step()
    assert [world.row(n).media.state for n in (1, 2)] == [MediaState.STORED] * 2
    assert (world.row(3).media.state, world.row(3).tries) == (MediaState.CLOSED, 0)
    assert world.kept(2) == wav(700)


def test_files_of_a_removed_tenant_that_seals_wait_and_those_of_another_are_stored(world: World) -> None:
    world.settings = loaded(f"{TENANT}media: {{{AS_IT_COMES}, keys: {{one: {KEY}}}, sealed_with: one}}\n")
    world.message(1, wav(500))
    world.mover().step()
    sealing, world.settings = world.settings, world.settings.model_copy(update={"tenants": {}})
    world.message(2, wav(500))
    world.table.note([world.change(3, tenant="initech", path="/r/call-2-2.wav")])
    world.mover().step()
    assert world.row(2).media.state is MediaState.CLOSED
    assert world.row(2).trouble == "acme seals its files and is not configured any more: configure it again"
    assert world.row(3).media.state is MediaState.STORED
    world.settings = sealing
    world.pass_(3600)
    world.mover().step()
    assert world.row(2).media.state is MediaState.STORED
    assert b"RIFF" not in world.kept(2)


def test_storage_away_for_an_hour_costs_nothing_but_time(world: World) -> None:
    mover = world.mover()
    for n in range(3):
        world.message(n, wav(400))
    world.storage.why = "connection refused"
    refused = 0
    for _ in range(60):
        try:
            mover.step()
        except StorageAway:
            refused += 1
        world.pass_(60)
    assert refused > 10
    assert {row.media.state for row in world.rows().values()} == {MediaState.CLOSED}
    assert all(row.tries > 5 and row.trouble == "connection refused" for row in world.rows().values())
    world.storage.why = ""
    world.pass_(300)
    mover.step()
    assert {row.media.state for row in world.rows().values()} == {MediaState.STORED}
    assert len(list(world.recordings.iterdir())) == 3


class Killed(BaseException):
    """The process was killed: nothing more of it happens."""


def die(*_: object) -> None:
    raise Killed


def die_after(do: Callable[..., object]) -> Callable[..., object]:
    def done(*args: object) -> None:
        do(*args)
        raise Killed

    return done


STEPS: dict[str, tuple[str, Callable[[Callable[..., object]], Callable[..., object]]]] = {
    "before it is looked at": ("look", lambda do: die),
    "before it is put": ("_put", lambda do: die),
    "when it was put": ("_put", die_after),
    "when it was read back": ("_read_back", die_after),
}


@pytest.mark.parametrize("step", [*STEPS, "when its row is written"])
def test_a_process_killed_at_a_step_is_followed_by_one_that_does_it_all(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.message(1, wav(900, 0))
    first = world.mover("first")
    with monkeypatch.context() as patch:
        if step in STEPS:
            name, how = STEPS[step]
            patch.setattr(moving, name, how(getattr(moving, name)))
            patch.setattr(moving, "aside", lambda do, *args: do(*args))
        else:
            patch.setattr(first._table, "settle", die)
        with pytest.raises(Killed):
            first.step()
    assert path.exists()
    assert world.row(1).media.state is MediaState.CLOSED
    second = world.mover("second")
    second.step()
    assert world.row(1).media.state is MediaState.CLOSED, "the first process may live: it has the lease"
    world.pass_(LEASE_S + 1)
    second.step()
    assert (world.row(1).media.state, world.kept(1)) == (MediaState.STORED, wav(900))
    kept = [one for one in world.stored.rglob("*") if one.is_file()]
    assert len(kept) == 1


def test_two_processes_move_each_file_once(world: World) -> None:
    for n in range(30):
        world.message(n, wav(100))
    movers = [world.mover("one"), world.mover("two")]

    def run(mover: Mover) -> None:
        while mover.step():
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(run, mover) for mover in movers], timeout=30, raise_error=True)
    assert set(world.storage.puts.values()) == {1}
    assert {row.media.state for row in world.rows().values()} == {MediaState.STORED}
    assert len(world.storage.puts) == 30


FULL = """
import sys; from pathlib import Path
from callcontrol.edges.storage import FolderStorage, StorageAway
storage = FolderStorage(Path(sys.argv[1]))
storage.put("aa/small.wav", [bytes(1000)])
try:
    storage.put("bb/large.wav", [bytes(60_000)] * 3)
except StorageAway as error:
    print(error)
print(sorted(str(p.relative_to(sys.argv[1])) for p in Path(sys.argv[1]).rglob("*") if p.is_file()))
storage.put("cc/small.wav", [bytes(1000)])
print(len(b"".join(storage.get("cc/small.wav"))))
"""


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    """A disk of 100 KB (tmpfs in a mount namespace of its own)."""
    script = f'mount -t tmpfs -o size=100k tmpfs "{tmp_path}" && exec "{sys.executable}" -c "$0" "{tmp_path}"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, FULL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    told = done.stdout.splitlines()
    assert told[1:] == ["['aa/small.wav']", "1000"], done.stderr
    assert "bb/large.wav cannot be written: No space left on device" in told[0]
