"""`callcontrol render`: FreeSWITCH's folder follows the YAML."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from callcontrol.commands import render
from tests.commands.command import run
from tests.config.example import EXAMPLE, FREESWITCH_XML


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example configuration."""
    return shutil.copytree(EXAMPLE, tmp_path / "example")


@pytest.fixture
def switch(tmp_path: Path) -> Path:
    """A copy of FreeSWITCH's folder."""
    return shutil.copytree(FREESWITCH_XML, tmp_path / "conf")


def test_the_folder_of_the_repository_follows_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(render, EXAMPLE, "--into", FREESWITCH_XML, "--check") == 0
    assert capsys.readouterr().out == f"{FREESWITCH_XML}: nothing to change\n"


def test_changes_are_shown_then_made_once(folder: Path, switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tenants" / "globex.yaml").unlink()
    main = folder / "callcontrol.yaml"
    main.write_text(main.read_text().replace("example-only-change-me", "better"))
    gone = [f"gone: {switch}/{folder}/globex.xml" for folder in ("dialplan/emergency", "directory")]
    expected = [f"changed: {switch}/vars/callcontrol.xml", *gone]
    assert run(render, folder, "--into", switch, "--check") == 1
    assert capsys.readouterr().out.splitlines() == expected
    assert (switch / "directory" / "globex.xml").exists()
    assert run(render, folder, "--into", switch) == 0
    assert capsys.readouterr().out.splitlines()[:3] == expected
    assert not (switch / "directory" / "globex.xml").exists()
    assert run(render, folder, "--into", switch) == 0
    assert "nothing to change" in capsys.readouterr().out


def test_files_that_an_earlier_version_left_readable_to_all_are_closed(
    folder: Path, switch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, foreign = switch / "directory" / "acme.xml", switch / "freeswitch.xml"
    assert run(render, folder, "--into", switch) == 0
    for path in (file, foreign):
        path.chmod(0o644)
    capsys.readouterr()
    assert run(render, folder, "--into", switch) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"mode 0644 is now 0640: {file}"
    assert [path.stat().st_mode & 0o777 for path in (file, foreign)] == [0o640, 0o644]


def test_a_switch_is_chosen_by_name(folder: Path, switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = folder / "callcontrol.yaml"
    fs2 = "  fs2: {address: 10.0.0.2:8022, password: two, sip: 10.0.0.2:5060}\n"
    text = main.read_text().replace("  fs1:\n", "  fs1:\n    sip: 10.0.0.1:5060\n")
    main.write_text(text.replace("switches:\n", f"switches:\n{fs2}"))
    assert run(render, folder, "--into", switch, "--switch", "fs1") == 0
    assert run(render, folder, "--into", switch, "--switch", "fs1", "--check") == 0
    assert run(render, folder, "--into", switch, "--switch", "fs2") == 0
    text = (switch / "vars" / "callcontrol.xml").read_text()
    assert 'data="event_socket_port=8022"' in text
    assert 'data="event_socket_password=two"' in text
    assert run(render, folder, "--into", switch, "--switch", "fs3") == 2
    assert "there is no switch fs3: callcontrol.yaml has fs2, fs1" in capsys.readouterr().err


def test_music_is_told_what_to_do_with_when_it_changed(
    folder: Path, switch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = folder / "tenants" / "acme.yaml"
    tenant.write_text(re.sub("music: tone_stream://\\S+ # or", "music: music/support/ # or", tenant.read_text()))
    assert run(render, folder, "--into", switch) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"changed: {switch}/music/callcontrol.xml"
    assert "local_stream start TENANT/QUEUE" in lines[-1]
    assert (
        '<directory name="acme/support" path="$${sound_prefix}/music/support">'
        in (switch / "music" / "callcontrol.xml").read_text()
    )


def test_nothing_is_written_where_it_does_not_belong(
    folder: Path, switch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(render, folder, "--into", tmp_path) == 2
    assert "holds no freeswitch.xml" in capsys.readouterr().err
    (switch / "directory" / "acme.xml").write_text("<include/>")
    assert run(render, folder, "--into", switch) == 2
    assert "acme.xml was not written by callcontrol" in capsys.readouterr().err
    assert (switch / "directory" / "acme.xml").read_text() == "<include/>"


def test_a_bad_configuration_changes_nothing(folder: Path, switch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tenants" / "acme.yaml").write_text("domain: a\n")
    assert run(render, folder, "--into", switch) == 2
    assert "tenants/acme.yaml:1: `company_number` is missing" in capsys.readouterr().err
    assert run(render, EXAMPLE, "--into", switch, "--check") == 0
