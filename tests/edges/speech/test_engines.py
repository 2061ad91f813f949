"""Engines as commands: whatever they do, it ends in time, and is told."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from callcontrol.config.speech_settings import ESPEAK_NG, Engine
from callcontrol.edges.speech import engines, sound
from callcontrol.edges.speech.engines import CannotSpeak, spoken, version_of

FAKE = str(Path(__file__).with_name("fake_engine.py"))


def fake(how: str, *more: str) -> Engine:
    return Engine(command=(sys.executable, FAKE, how, "{voice}", *more), version=(sys.executable, "--version"))


@pytest.mark.parametrize("more", [(), ("{file}",)], ids=["stdout", "file"])
def test_a_text_is_spoken(more: tuple[str, ...]) -> None:
    samples, rate_hz = sound.read(spoken(fake("well", *more), "v", "one two", 30))
    assert (len(samples), rate_hz) == (44_100, 22_050)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("fails", r"failed \(exit status 3\): no such voice: \$\(touch /tmp/x\)"),
        ("nothing", "it wrote nothing"),
        ("sleeps", "it took longer than 0.5 s"),
        ("floods", "it wrote more than 67108864 bytes"),
    ],
)
def test_what_goes_wrong_is_told(how: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(CannotSpeak, match=reason):
        spoken(fake(how, "{file}"), "$(touch /tmp/x)", "text", 0.5 if how == "sleeps" else 20)
    assert time.monotonic() - began < 10


def test_a_program_that_is_not_there() -> None:
    engine = Engine(command=("/nowhere/speak", "{voice}"), version=("/nowhere/speak", "--version"))
    for ask in (lambda: spoken(engine, "v", "x", 5), lambda: version_of(engine, "v")):
        with pytest.raises(CannotSpeak, match="/nowhere/speak cannot be run: No such file or directory"):
            ask()


def test_texts_and_voices_reach_no_shell(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    text = f"`touch {victim}` $(touch {victim}) ; touch {victim} | -w {victim} --help"
    assert spoken(fake("well"), f"; touch {victim}", text, 30)
    assert spoken(ESPEAK_NG, "en-us", text, 30)
    assert not victim.exists()


def test_what_an_engine_left_running_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "engine.sh"
    script.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/left\ncat {FAKE}\n")
    script.chmod(0o755)
    assert spoken(Engine(command=(str(script), "{voice}")), "v", "x", 10)
    left = Path(f"/proc/{(tmp_path / 'left').read_text().strip()}/stat")
    for _ in range(100):
        if not left.exists() or left.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)
    raise AssertionError("it still runs")


def test_versions_are_asked_once_they_can_be() -> None:
    assert version_of(fake("well"), "v").startswith("Python 3.")
    assert version_of(Engine(command=("x",)), "v") == ""
    assert "eSpeak NG" in version_of(ESPEAK_NG, "pl")


def test_a_wav_on_standard_output_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MAX_WAV_BYTES", 1 << 20)
    with pytest.raises(CannotSpeak, match="more than 1048576 bytes"):
        spoken(Engine(command=("sh", "-c", "cat /dev/zero", "{voice}")), "v", "x", 20)
