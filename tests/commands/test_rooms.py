"""`callcontrol rooms` against a real Redis."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.daemon.room_pins import is_same
from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.kinds.targets.conference.settings import Conference, is_hash
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.room import RoomMember
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
ROOM = ("acme", "board")


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A folder, and two in a room."""
    monkeypatch.setenv("COLUMNS", "160")
    redis_client.flushall()
    stores = f"redis: {{url: '{redis_url}'}}\n"
    for name, text in folder.files(folder.TENANT, folder.MAIN + stores).items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    return "--config", str(tmp_path)


@pytest.fixture
def _occupied(config: tuple[str, str], redis_url: str) -> None:
    since = Instant(clock.now() - 65 * SECOND_US)
    pipeline = RedisPipeline(connect(redis_url, 2))
    for member in (
        RoomMember("call-1", "w1", "leg-1", "fs1", "+48500100200", "Jan", "", since),
        RoomMember("call-2", "w1", "leg-2", "fs1", "102", "", "102", Instant(since + 1), moderator=True),
    ):
        RoomStore(pipeline).enter(*ROOM, member, 9, lambda verdict, room, trouble: None)
    pipeline.stop(2)


def test_no_room_is_open(config: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rooms", *config]) == 0
    assert capsys.readouterr().out == "no conference room is open\n"
    assert main(["rooms", "lock", *config, *ROOM]) == 1
    assert "conference room board of acme is empty" in capsys.readouterr().err
    assert main(["rooms", "show", *config, "acmee"]) == 1
    assert "did you mean acme?" in capsys.readouterr().err


@pytest.mark.usefixtures("_occupied")
def test_it_shows_who_is_in_which_and_orders_about_them(
    config: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in (
        (("lock", *ROOM), "board: locked"),
        (("mute", *ROOM), "board: muted"),
        (("mute", *ROOM, "102"), "board, 102: muted"),
        (("kick", *ROOM, "call-1"), "board, +48500100200 Jan: is being sent out"),
        (("end", *ROOM), "board: is being ended"),
    ):
        assert main(["rooms", words[0], *config, *words[1:]]) == 0
        assert capsys.readouterr().out == f"{said}\n"
    assert main(["rooms", *config]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == [
        *("acme", "board", "1:05", "locked,", "all", "muted", "+48500100200", "Jan", "1:05"),
        *("member,", "muted", "fs1", "call-1"),
    ]
    assert second.split()[6:] == ["102", "1:05", "moderator,", "muted", "fs1", "call-2"]


@pytest.mark.parametrize(
    ("room", "phone", "says"),
    [
        ("bord", "101", "there is no conference room bord: did you mean board?"),
        ("closed", "101", "has no `number:`"),
        ("board", "999", "acme has no extension 999"),
        ("board", "101", "no worker has taken it"),
    ],
)
def test_an_invited_extension_must_have_a_phone_and_the_room_a_number(
    config: tuple[str, str], capsys: pytest.CaptureFixture[str], room: str, phone: str, says: str
) -> None:
    tenant = Path(config[1]) / "tenants" / "acme.yaml"
    tenant.write_text(tenant.read_text() + "conferences: {board: {number: 600}, closed: {}}\n")
    assert main(["rooms", "invite", *config, "acme", room, "--phone", phone]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.usefixtures("_occupied")
def test_a_participant_has_to_be_one(config: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rooms", "kick", *config, *ROOM, "call-"]) == 1
    assert "it may be any of these:\ncall-1  +48500100200 Jan\ncall-2  102" in capsys.readouterr().err
    assert main(["rooms", "kick", *config, *ROOM, "call-9"]) == 1
    assert "call-9 is not in the room; there are:\ncall-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("600700802", "102"), "no worker has the moderator's call now"),
        (("600700802", "101"), "extension 101 is no moderator in conference room board now"),
        (("sip:me", "102"), "sip:me is nothing that a phone dials"),
    ],
)
@pytest.mark.usefixtures("_occupied")
def test_a_number_is_invited_by_a_moderator_who_is_there(
    words: tuple[str, str], says: str, config: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    number, by = words
    assert main(["rooms", "invite", *config, *ROOM, "--number", number, "--by", by]) == 1
    assert says in capsys.readouterr().err


def test_a_pin_is_made_into_what_the_file_keeps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["591728", "591728", "591728", "591729", "1111"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert main(["rooms", "pin"]) == 0
    kept = capsys.readouterr().out.strip()
    assert is_hash(kept)
    assert Conference.model_validate({"pin": kept}).pin == kept
    assert is_same("591728", kept)
    assert main(["rooms", "pin"]) == 1
    assert "not the same" in capsys.readouterr().err
    assert main(["rooms", "pin"]) == 1
    assert "one digit again and again" in capsys.readouterr().err
