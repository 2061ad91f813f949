"""`callcontrol reconcile`: which folder is meant, and what it says. What it does is tested in tests/jobs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from callcontrol.commands import reconcile
from tests.commands.command import run
from tests.config.example import EXAMPLE
from tests.jobs.cdr import CALLER, OUTSIDE, put, seen
from tests.jobs.test_reconcile_folder import SEEN_AT


def configured(folder: Path, database: str, redis_url: str, **cdrs: str) -> Path:
    """The example configuration on these stores, with these switches and their folders."""
    made = shutil.copytree(EXAMPLE, folder / "config")
    main = yaml.safe_load((made / "callcontrol.yaml").read_text(encoding="utf-8"))
    password = main["switches"]["fs1"]["password"]
    main["switches"] = {
        name: {
            "password": password,
            "address": f"127.0.0.1:{8021 + n}",
            "sip": f"192.0.2.{n + 1}:5060",
            **({"cdrs": path} if path else {}),
        }
        for n, (name, path) in enumerate(cdrs.items())
    }
    main |= {"redis": {"url": redis_url}, "postgres": {"dsn": database}}
    (made / "callcontrol.yaml").write_text(yaml.safe_dump(main), encoding="utf-8")
    return made


def test_it_goes_through_the_folders_of_all_switches(
    tmp_path: Path, empty_database: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    put(tmp_path / "one", OUTSIDE, seen(OUTSIDE), SEEN_AT)
    put(tmp_path / "one", CALLER, b"", SEEN_AT)
    folders = {"fs1": str(tmp_path / "one"), "fs2": str(tmp_path / "two"), "fs3": ""}
    config = configured(tmp_path, empty_database, redis_url, **folders)
    assert run(reconcile, "--config", config, "--dry-run") == 1  # there are no tables yet
    assert "an older version: `callcontrol serve` makes it" in capsys.readouterr().err
    assert run(reconcile, "--config", config) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("fs1: 1 ")
    assert said[0].endswith("1 unreadable")
    assert said[1:] == ["fs2: nothing to be done"]
    assert run(reconcile, "--config", config, "--switch", "fs2", "--dry-run") == 0
    assert capsys.readouterr().out == "fs2: nothing to be done (nothing was changed)\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "no switch has `cdrs:` in callcontrol.yaml"),
        (("--switch", "fs9"), "there is no switch fs9: callcontrol.yaml has fs1, fs2"),
        (("--folder", "/nowhere"), "say by --switch which of fs1, fs2 has written /nowhere"),
        (("--folder", "/nowhere", "--switch", "fs2"), "the switch's records cannot be read"),
    ],
)
def test_what_it_needs_is_said(
    tmp_path: Path,
    database: str,
    redis_url: str,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    complaint: str,
) -> None:
    config = configured(tmp_path, database, redis_url, fs1="", fs2="")
    assert run(reconcile, "--config", config, *arguments) == 1
    assert complaint in capsys.readouterr().err


def test_two_switches_with_one_folder_are_refused(
    tmp_path: Path, database: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, database, redis_url, fs1="/var/log/cdr", fs2="/var/log/cdr/")
    with pytest.raises(SystemExit):
        run(reconcile, "--config", config)
    assert "switches.fs2.cdrs: the folder belongs to switch fs1 already" in capsys.readouterr().err
