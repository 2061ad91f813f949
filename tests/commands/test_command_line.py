"""What all commands share: version, completion, their end by Ctrl-C or a closed pipe; and what the demo plays with."""

from __future__ import annotations

import configparser
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import pytest

from callcontrol.__main__ import COMMANDS, main
from callcontrol.commands import demo
from callcontrol.commands.config_argument import default_config
from callcontrol.usecases.names import unknown
from tests.config.example import EXAMPLE, ROOT

COMMAND = (sys.executable, "-m", "callcontrol")
END_S = 40.0


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, to its end."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=END_S, cwd=ROOT)


def test_it_tells_its_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"callcontrol {metadata.version('callcontrol')}\n")


READERS: Sequence[tuple[str, ...]] = [("schema",), ("check", str(EXAMPLE)), ("--help",)]


@pytest.mark.parametrize("arguments", READERS, ids=lambda arguments: arguments[0])
def test_output_nobody_reads_ends_a_command_without_a_traceback(arguments: tuple[str, ...]) -> None:
    command = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert command.stdout is not None
    command.stdout.close()
    assert command.stderr is not None
    said = command.stderr.read()
    command.stderr.close()
    assert command.wait(END_S) in (0, 128 + signal.SIGPIPE)
    assert said == b""


def test_ctrl_c_ends_a_command_without_a_traceback() -> None:
    tariff = EXAMPLE / "tariffs" / "retail.yaml"
    command = subprocess.Popen(
        [*COMMAND, "rate", "--tariff", str(tariff), "--zone", "Europe/Warsaw", "--region", "PL"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        # A shell that starts tests in the background has its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert command.stdin is not None
    assert command.stdout is not None
    for _ in range(1_000):  # as many as are written at once
        command.stdin.write(b"+48221234567,2026-11-22T19:59:30+01:00,61.5\n")
    command.stdin.flush()
    assert command.stdout.readline()  # it reads by now
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=END_S)
    assert (command.returncode, said) == (128 + signal.SIGINT, b"")


@pytest.fixture(scope="module")
def for_bash() -> str:
    """What it is given, by a process of its own: a command imports all others."""
    done = run("completion", "bash")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_shells_complete_every_command(for_bash: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "zsh"]) == 0
    for script in (for_bash, capsys.readouterr().out):
        assert [name for name in COMMANDS if name not in script] == []
        assert "--offline" in script


def test_bash_takes_the_completion(tmp_path: Path, for_bash: str) -> None:
    script = tmp_path / "callcontrol"
    script.write_text(for_bash)
    done = subprocess.run(
        ["bash", "-c", f"source {script} && complete -p callcontrol"], capture_output=True, text=True, timeout=END_S
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith(" callcontrol")


def test_explain_tells_programs_too() -> None:
    given = ("explain", "--config", str(EXAMPLE), "--from", "+48500100200", "--to", "22 123 45 78", "--json")
    told = json.loads(run(*given).stdout)
    assert (told["tenant"], told["from"], told["to"]) == ("acme", "+48500100200", "+48221234578")
    assert told["plan"][0] | {"source": ""} == {
        "depth": 0,
        "kind": "reason",
        "text": "extension:111 (number +48221234578)",
        "source": "",
    }
    assert told["plan"][0]["source"].startswith("tenants/acme.yaml:")
    assert {line["kind"] for line in told["plan"]} >= {"reason", "step", "case"}


def test_names_that_do_not_exist() -> None:
    assert unknown("tenant", "acmee", {"acme", "globex"}) == "there is no tenant acmee: did you mean acme?"
    assert unknown("tenant", "x", {"globex", "acme"}) == "there is no tenant x; there are: acme, globex"
    assert unknown("tenant", "x", ()) == "there is no tenant x; there are: none"
    assert unknown("tenant", "x", [f"t{n:02}" for n in range(30)]).endswith("t09 and 20 more")


def test_explain_names_a_near_tenant_and_a_near_extension(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("explain", "--config", str(EXAMPLE), "--to", "22 123 45 78", "--from")
    for caller, said in (
        ("acm/101", "there is no tenant acm: did you mean acme?"),
        ("acme/1010", "there is no extension 1010: did you mean 101"),
    ):
        assert main([*given, caller]) != 0
        assert said in capsys.readouterr().err


def test_what_the_demo_plays_with_is_installed_with_the_package() -> None:
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    installed = {
        f"{folder}/{file.name}": file
        for folder, patterns in written["options.data_files"].items()
        for pattern in patterns.split()
        for file in ROOT.glob(pattern)
    }
    used = demo.props()
    for name, folder, kinds in (
        ("stories", used.stories, ("*.yaml",)),
        ("example", used.example, ("*.yaml", "*.csv")),
        ("sounds", used.sounds, ("*.wav", "*.yaml")),
    ):
        files = {file for kind in kinds for file in folder.rglob(kind)}
        assert files == {file for there, file in installed.items() if there.startswith(f"share/callcontrol/{name}/")}
        for there, file in installed.items():
            if there.startswith(f"share/callcontrol/{name}/"):
                assert there == f"share/callcontrol/{name}/{file.relative_to(folder).as_posix()}"


def test_where_no_folder_is_named_the_environments_the_hosts_and_a_checkouts_is_meant_in_this_order(
    tmp_path: Path,
) -> None:
    assert default_config({}, tmp_path) == EXAMPLE.relative_to(ROOT)
    (tmp_path / "callcontrol.yaml").write_text("")
    assert default_config({}, tmp_path) == tmp_path
    assert default_config({"CALLCONTROL_CONFIG": "/srv/conf"}, tmp_path) == Path("/srv/conf")
