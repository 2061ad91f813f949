"""Secrets that the configuration only names: found when the folder is read, or a mistake with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import Refused, accepted, load_folder
from callcontrol.edges.config_snapshot import keep, kept
from tests.config.example import EXAMPLE

MAIN = """\
switches:
  fs1:
    password: {file: %(folder)s/fs1}
redis:
  url: {env: SECRET_REDIS}
postgres: {dsn: {file: %(folder)s/dsn}}
trunks:
  a: {number: "+48221110000", password: {env: SECRET_TRUNK}}
"""
TENANT = """\
domain: acme.example
zone: Europe/Warsaw
region: PL
company_number: "+48221234567"
tariff: retail
extensions:
  101: {endpoints: {101: {password: {file: %(folder)s/101}}}}
numbers: {"+48221234567": "extension:101"}
"""
REDIS, DSN = "redis://:rsecret@redis.example/0", "host=db.example password=dsecret"
ALL = ("fsecret", "tsecret", "psecret", "rsecret", "dsecret")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that holds no secret itself."""
    conf = tmp_path / "conf"
    for name, text in {"fs1": "fsecret\n", "dsn": f"{DSN}\n", "101": "psecret"}.items():
        (tmp_path / name).write_text(text)
    shutil.copytree(EXAMPLE / "tariffs", conf / "tariffs")
    tariff = min((conf / "tariffs").iterdir()).stem
    (conf / "tenants").mkdir()
    (conf / "callcontrol.yaml").write_text(MAIN % {"folder": tmp_path})
    (conf / "tenants" / "acme.yaml").write_text((TENANT % {"folder": tmp_path}).replace("retail", tariff))
    monkeypatch.setenv("SECRET_REDIS", REDIS)
    monkeypatch.setenv("SECRET_TRUNK", "tsecret")
    return conf


def secrets_of(settings: Settings) -> list[str]:
    endpoint = settings.tenants["acme"].extensions["101"].endpoints["101"]
    switch, trunk = settings.switches["fs1"], settings.trunks["a"]
    return [switch.password, trunk.password, endpoint.password, settings.redis.url, settings.postgres.dsn]


def test_each_secret_is_where_it_is_said_to_be(folder: Path) -> None:
    assert secrets_of(accepted(folder).settings) == ["fsecret", "tsecret", "psecret", REDIS, DSN]


def test_settings_printed_whole_show_no_secret(folder: Path) -> None:
    found = accepted(folder)
    shown = f"{found!r} {found.settings} {found.snapshot} {found.settings.switches!r}"
    assert [secret for secret in ALL if secret in shown] == []


def test_a_snapshot_needs_neither_file_nor_variable(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path / "kept.json", accepted(folder).snapshot)
    monkeypatch.delenv("SECRET_REDIS")
    (tmp_path / "fs1").unlink()
    assert secrets_of(accepted(tmp_path / "kept.json").settings) == ["fsecret", "tsecret", "psecret", REDIS, DSN]
    assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o600


def test_a_changed_secret_is_another_configuration_whose_digest_does_not_tell_it(folder: Path, tmp_path: Path) -> None:
    before = accepted(folder).snapshot
    assert before.is_as(accepted(folder).snapshot)
    (tmp_path / "fs1").write_text("changed")
    after = accepted(folder).snapshot
    assert not before.is_as(after)
    assert before.version.digest == after.version.digest


def test_a_snapshot_of_a_version_without_such_secrets_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text('{"layout": 1, "at": 1, "digest": "x", "files": {"a": "b"}}')
    assert (kept(path).files, kept(path).secrets) == ({"a": "b"}, {})


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "there is no file"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "holds no UTF-8 text"),
        (b"x" * 4097, "has more than 4096 bytes"),
        (b"two\nlines", "a text of several lines"),
    ],
)
def test_a_file_that_holds_no_secret_is_a_mistake_where_it_is_named(
    folder: Path, tmp_path: Path, content: bytes | None, what: str
) -> None:
    (tmp_path / "fs1").unlink()
    if content is not None:
        (tmp_path / "fs1").write_bytes(content)
    with pytest.raises(Refused) as refused:
        accepted(folder)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("callcontrol.yaml", 3)
    assert problem.what.startswith("switches.fs1.password: ")
    assert what in problem.what


def test_a_variable_that_is_not_set_is_a_mistake_where_it_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_REDIS", "")
    found = load_folder(folder)
    assert isinstance(found, tuple)
    assert [str(problem) for problem in found] == [
        "callcontrol.yaml:5: redis.url: the environment variable SECRET_REDIS is not set, or empty;"
        " set it where the daemon is started"
    ]


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("{file: relative}", "relative is no absolute path"),
        ("{file: /a, env: B}", "this names no secret"),
        ("{vault: x}", "this names no secret"),
        ("{}", "this names no secret"),
        ("{env: [A]}", "this names no secret"),
    ],
)
def test_what_names_no_secret_is_told(folder: Path, written: str, what: str) -> None:
    main = (folder / "callcontrol.yaml").read_text()
    (folder / "callcontrol.yaml").write_text(main.replace("{env: SECRET_REDIS}", written))
    found = load_folder(folder)
    assert isinstance(found, tuple)
    assert [(problem.line, problem.what) for problem in found] == [(5, f"redis.url: {what}")]


def test_a_bad_address_found_elsewhere_is_told_without_its_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_REDIS", "redis://:rse/cret@redis.example/0")
    found = load_folder(folder)
    assert isinstance(found, tuple)
    assert "no address of a Redis" in str(found[0])
    assert "cret@" not in str(found[0])


def test_a_secret_without_its_key_is_not_repeated(folder: Path) -> None:
    (folder / "callcontrol.yaml").write_text("switches: {fs1: fsecret}\n")
    found = load_folder(folder)
    assert isinstance(found, tuple)
    assert "write `{password: …}`" in str(found[0])
    assert "fsecret" not in "".join(map(str, found))
