"""`callcontrol media hold`, `erase`, `export`, `keys` and the like, as a person types them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import load_folder
from callcontrol.edges.ledger.media_keys import note_key
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.storage import storage_of
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import Instant
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
NUMBER = "+48500100200"
OLD, NEW = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[DictConnection]:
    with connect(ledger_database) as connection:
        yield connection


@pytest.fixture
def config(tmp_path: Path, ledger_database: str, redis_url: str, redis_client: Redis) -> Path:
    stores = f"postgres: {{dsn: {json.dumps(ledger_database)}}}\nredis: {{url: {json.dumps(redis_url)}}}\n"
    main_file = f"{folder.MAIN}{stores}data: {tmp_path}/data\n"
    place = tmp_path / "etc"
    for name, text in folder.files(main=main_file).items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", place / "tariffs")
    return place


def seals(config: Path, keys: str) -> None:
    (config / "tenants" / "acme.yaml").write_text(folder.located(f"{folder.TENANT}media: {{{keys}}}\n"))


def media(config: Path, *words: str) -> int:
    verb, *rest = words
    return main(["media", verb, "--config", str(config), *rest])


def settings_in(config: Path) -> Settings:
    found = load_folder(config)
    assert isinstance(found, Settings)
    return found


def add(
    ledger: DictConnection, config: Path, media_id: str, content: bytes = b"RIFF sound", state: str = "stored"
) -> None:
    """A message of NUMBER, in storage as its tenant wants it."""
    settings = settings_in(config)
    files, storage = KeptFiles(lambda: settings, lambda: storage_of(settings)), storage_of(settings)
    change = MediaChange(
        media_id=media_id,
        tenant="acme",
        state=MediaState(state),
        at=Instant(0),
        kind=MediaKind.MESSAGE,
        path="/r/x.wav",
    )
    with files.prepared(change, iter([content]), is_sound=False) as prepared:
        if prepared.wrapped is not None:
            note_key(ledger, "acme", media_id, prepared.wrapped)
        storage.put(f"ab/{media_id}.wav", prepared.pieces)
    checksum = hashlib.sha256(b"".join(storage.get(f"ab/{media_id}.wav"))).hexdigest()
    ledger.execute(
        "INSERT INTO media (tenant, media_id, kind, state, cause, began_at, changed_at, caller, owner, place,"
        " sha256, bytes) VALUES ('acme', %s, 'message', %s, 'x', '2026-11-20 10:00+00', now(), %s,"
        " 'voicemail:box', %s, %s, 1)",
        (media_id, state, NUMBER, f"ab/{media_id}.wav", checksum),
    )


def test_a_hold_is_set_shown_and_released(
    config: Path, ledger: DictConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    add(ledger, config, "a-1")
    assert media(config, "hold", "acme", "--number", "500 100 200", "--why", "court order 7", "--by", "olga") == 0
    assert capsys.readouterr().out == f"hold 1: files of number {NUMBER}: 1 held now\n"
    assert media(config, "holds", "acme", "--json") == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (told["number"], told["by"], told["why"], told["counts"]) == (
        NUMBER,
        "olga (command)",
        "court order 7",
        True,
    )
    assert media(config, "release", "acme", "1") == 0
    assert media(config, "release", "acme", "1") == 1
    assert "has no hold 1 that was not released" in capsys.readouterr().err
    assert media(config, "holds", "acme") == 0
    assert "counts no more" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hold", "acmee", "--id", "a-1", "--why", "x"), "there is no tenant acmee: did you mean acme?"),
        (("hold", "acme", "--number", "sales", "--why", "x"), "sales is no phone number"),
        (("hold", "acme", "--id", "a-1", "--why", "x", "--until", "2020-01-01"), "--until 2020-01-01: that is over"),
        (("hold", "acme", "--id", "a-1", "--why", "x", "--until", "soon"), "'soon' is no time"),
        (("withdraw", "acme"), "say which links: --id, --for, or both"),
        (("rewrap", "acme"), "acme has no key in force: write media.sealed_with"),
    ],
)
def test_what_makes_no_sense_is_said(
    config: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert media(config, *words) == 1
    assert said in capsys.readouterr().err


def test_erasing_shows_first_and_does_it_when_it_is_told_so(
    config: Path, ledger: DictConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    for media_id in ("a-1", "a-2"):
        add(ledger, config, media_id)
    media(config, "hold", "acme", "--id", "a-2", "--why", "court order 7", "--by", "olga")
    capsys.readouterr()
    assert media(config, "erase", "acme", NUMBER, "--why", "letter of 12 November") == 0
    shown = capsys.readouterr()
    began, whose = "2026-11-20T10:00:00.000000Z", f"{NUMBER} -> voicemail:box"
    assert shown.out.splitlines() == [
        f"{began}  message a-1  {whose}: would be deleted",
        f"{began}  message a-2  {whose}: STAYS: hold 1 by olga (command): court order 7",
    ]
    assert "stays: records of calls, legs and charges with the number" in shown.err
    assert "nothing was changed: add --yes" in shown.err
    assert ledger.execute("SELECT count(*) FROM media_deletions").fetchall() == [{"count": 0}]
    assert media(config, "erase", "acme", NUMBER, "--why", "letter of 12 November", "--yes") == 0
    assert "message a-1" in capsys.readouterr().out
    found = ledger.execute("SELECT media_id, numbers FROM media_deletions").fetchall()
    assert found == [{"media_id": "a-1", "numbers": True}]


def test_an_export_has_every_file_with_its_checksum_and_counts_as_heard(
    config: Path, ledger: DictConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals(config, f'keys: {{a: "{OLD}"}}, sealed_with: a')
    add(ledger, config, "a-1", b"RIFF one")
    add(ledger, config, "a-2", b"RIFF two", state="lost")
    target = tmp_path / "all.zip"
    assert media(config, "export", "acme", NUMBER, "--to", str(target)) == 0
    assert not target.exists()
    assert media(config, "export", "acme", NUMBER, "--to", str(target), "--yes", "--by", "olga") == 0
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == ["files/a-1.wav", "manifest.csv", "manifest.json"]
        assert archive.read("files/a-1.wav") == b"RIFF one"
        manifest = orjson.loads(archive.read("manifest.json"))
        table = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
    first, second = manifest["files"]
    assert (first["sha256"], first["bytes"]) == (hashlib.sha256(b"RIFF one").hexdigest(), 8)
    assert (second["file"], second["missing"]) == ("", "the file is lost, not in storage")
    assert [row["caller"] for row in table] == [NUMBER, NUMBER]
    assert manifest["exported_by"] == "olga (command)"
    capsys.readouterr()
    assert media(config, "hearings", "acme", "a-1") == 0
    assert "olga (command) by command" in capsys.readouterr().out
    assert media(config, "export", "acme", NUMBER, "--to", str(target), "--yes") == 1
    assert "File exists" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["all.zip"]


def test_a_key_is_rotated_step_by_step(
    config: Path, ledger: DictConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals(config, f'keys: {{"2026-10": "{OLD}"}}, sealed_with: 2026-10')
    add(ledger, config, "a-1", b"RIFF one")
    seals(config, f'keys: {{"2026-10": "{OLD}", "2026-11": "{NEW}"}}, sealed_with: 2026-11')
    add(ledger, config, "a-2", b"RIFF two")
    assert media(config, "keys", "acme") == 0
    old, new = capsys.readouterr().out.splitlines()
    assert (old.startswith("2026-10: 1 files"), old.endswith(": there")) == (True, True)
    assert new.endswith(": in force")
    assert media(config, "rewrap", "acme", "--dry-run") == 0
    assert media(config, "rewrap", "acme") == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 brought over to 2026-11, 0 not (nothing was changed)",
        "1 brought over to 2026-11, 0 not",
    ]
    assert media(config, "keys", "acme") == 0
    assert "2026-10: 0 files: not needed: it may be taken out" in capsys.readouterr().out
    seals(config, f'keys: {{"2026-11": "{NEW}"}}, sealed_with: 2026-11')
    target = tmp_path / "all.zip"
    assert media(config, "export", "acme", NUMBER, "--to", str(target), "--yes") == 0
    with zipfile.ZipFile(target) as archive:
        assert [archive.read(f"files/{name}.wav") for name in ("a-1", "a-2")] == [b"RIFF one", b"RIFF two"]


def test_a_key_that_is_needed_and_missing_is_told(
    config: Path, ledger: DictConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    seals(config, f'keys: {{old: "{OLD}"}}, sealed_with: old')
    add(ledger, config, "a-1")
    seals(config, f'keys: {{new: "{NEW}"}}, sealed_with: new')
    assert media(config, "keys", "acme") == 1
    assert "MISSING" in capsys.readouterr().out
    assert media(config, "rewrap", "acme") == 1
    assert "a-1: tenant acme has no key 'old'" in capsys.readouterr().err


def test_links_are_withdrawn(config: Path, ledger: DictConnection, capsys: pytest.CaptureFixture[str]) -> None:
    assert media(config, "withdraw", "acme", "--for", "anna@acme.example") == 0
    assert capsys.readouterr().out == "withdrawn: links to any file, made for anna@acme.example\n"
    assert ledger.execute("SELECT made_for FROM media_links_withdrawn").fetchall() == [
        {"made_for": "anna@acme.example"}
    ]


def test_a_file_is_fetched_opened_and_the_hearing_noted(
    config: Path, ledger: DictConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals(config, f'keys: {{a: "{OLD}"}}, sealed_with: a')
    add(ledger, config, "a-1", b"RIFF one")
    target = tmp_path / "one.wav"
    assert media(config, "fetch", "a-1", "--to", str(target), "--by", "olga") == 0
    assert target.read_bytes() == b"RIFF one"
    media(config, "hearings", "acme", "a-1")
    assert "olga (command) by command" in capsys.readouterr().out
    ledger.execute("UPDATE media SET sha256 = 'other'")
    assert media(config, "fetch", "a-1", "--to", str(tmp_path / "two.wav")) == 1
    assert "ab/a-1.wav is not what was stored" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*.wav*")] == ["one.wav"]


def test_a_person_hears_what_the_persons_role_allows(
    config: Path, ledger: DictConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(ledger, config, "a-1", b"RIFF one")
    assert media(config, "fetch", "a-1", "--to", str(tmp_path / "no.wav"), "--as", "101") == 1
    assert "extension 101 may hear own messages; this one is of voicemail:box" in capsys.readouterr().err
    assert media(config, "fetch", "a-1", "--to", str(tmp_path / "no.wav"), "--as", "109") == 1
    assert "there is no extension 109" in capsys.readouterr().err
    shared = folder.TENANT.replace("box: {}", "box: {people: [101, 102]}")
    (config / "tenants" / "acme.yaml").write_text(folder.located(shared))
    assert media(config, "fetch", "a-1", "--to", str(tmp_path / "shared.wav"), "--as", "102") == 0
    seals(config, "roles: {boss: {extensions: [101], messages: {hear: all}}}")
    assert media(config, "fetch", "a-1", "--to", str(tmp_path / "yes.wav"), "--as", "101") == 0
    media(config, "hearings", "acme", "a-1")
    assert "extension:101 by command" in capsys.readouterr().out
