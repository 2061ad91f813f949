"""Texts become files before any call: once, in both rates, anew where something changed; else it is a Problem."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from callcontrol.config.prompt import Said
from callcontrol.config.settings import Settings
from callcontrol.edges.speech import sound, texts
from callcontrol.edges.speech.texts import folder_of, silent, speak
from tests.config.folder import MAIN, TENANT, loaded
from tests.edges.speech.test_engines import FAKE

WRITTEN = "announcements:\n  closed: {file: {say: {pl: Zamknięte., en: We are closed.}}}\nlanguage: pl\n"
CLOSED, ZAMKNIETE = Said("en", "We are closed."), Said("pl", "Zamknięte.")


def configured(folder: Path, written: str = WRITTEN, how: str = "well", version: str = "1") -> Settings:
    engine = f"{{command: [{sys.executable}, {FAKE}, {how}, '{{voice}}'], version: [echo, '{version}']}}"
    voices = "{pl: {engine: fake, voice: a}, en: {engine: fake, voice: b}}"
    speech = f"speech: {{sounds: {folder}, engines: {{fake: {engine}}}, voices: {voices}, seconds: 20}}\n"
    return loaded(TENANT + written, MAIN + speech)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def at_rates(*said: Said) -> set[str]:
    return {one.file.replace("said/", f"said/{rate}/") for one in said for rate in (8000, 16000)}


def test_each_text_lies_in_both_rates_at_one_loudness(tmp_path: Path) -> None:
    assert speak(configured(tmp_path)) == texts.Told(2, ())
    made = files(tmp_path)
    assert made.keys() == at_rates(CLOSED, ZAMKNIETE)
    for name, data in made.items():
        samples, rate_hz = sound.read(data)
        assert f"/{rate_hz}/" in name
        heard = samples[: -round(rate_hz * texts.END_S)]
        assert (sum(s * s for s in heard) / len(heard)) ** 0.5 == pytest.approx(0.1, rel=0.02)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o644


def test_nothing_is_made_twice(tmp_path: Path) -> None:
    speak(configured(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")}
    assert speak(configured(tmp_path)) == texts.Told(0, ())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")} == before


def test_a_new_version_of_the_engine_speaks_all_anew(tmp_path: Path) -> None:
    speak(configured(tmp_path))
    before = files(tmp_path)
    assert speak(configured(tmp_path, version="2")).made == 2
    assert files(tmp_path).keys() == before.keys()
    assert all(data != before[name] for name, data in files(tmp_path).items())


def test_what_was_spoken_stays_where_the_engine_cannot_be_run_any_more(tmp_path: Path) -> None:
    speak(configured(tmp_path))
    before = files(tmp_path)
    gone = MAIN + (
        f"speech: {{sounds: {tmp_path}, "
        "engines: {gone: {command: [/nowhere/x, '{voice}'], version: [/nowhere/x]}}, "
        "voices: {pl: {engine: gone, voice: a}, en: {engine: gone, voice: a}}}\n"
    )
    assert speak(loaded(TENANT + WRITTEN, gone)) == texts.Told(0, ())
    assert files(tmp_path) == before
    (told,) = speak(loaded(TENANT + WRITTEN.replace("We are closed", "Closed"), gone)).problems
    assert "/nowhere/x cannot be run" in told.what


def test_what_is_gone_or_broken_is_made_again(tmp_path: Path) -> None:
    speak(configured(tmp_path))
    first, second = sorted(tmp_path.rglob("*.wav"))[:2]
    first.unlink()
    second.write_bytes(b"RIFF")
    assert speak(configured(tmp_path)).made == 2
    assert sound.read(second.read_bytes())


def test_what_a_call_may_still_play_is_left(tmp_path: Path) -> None:
    speak(configured(tmp_path))
    speak(configured(tmp_path, WRITTEN.replace("We are closed", "Closed")))
    assert at_rates(CLOSED) < files(tmp_path).keys()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("fails", "failed (exit status 3): no such voice: a"),
        ("nothing", "it wrote nothing"),
        ("silent", "nothing but silence"),
        ("noise", "no WAV file of linear samples: file does not start with RIFF id"),
    ],
)
def test_a_text_that_cannot_be_spoken_is_told_where_it_is_written(tmp_path: Path, how: str, reason: str) -> None:
    told = speak(configured(tmp_path, how=how))
    assert (told.made, len(told.problems)) == (0, 2)
    assert str(told.problems[0]).startswith(
        "tenants/acme.yaml:12: announcements.closed.file: 'Zamknięte.' cannot be spoken:"
    )
    assert reason in str(told.problems[0])
    assert "name another engine in `speech.voices`" in told.problems[0].right
    assert files(tmp_path) == {}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "said").write_text("in the way")
    told = speak(configured(tmp_path))
    assert "Not a directory" in told.problems[0].what or "File exists" in told.problems[0].what
    assert told.problems[0].right.startswith("name the switch's sounds as `speech.sounds`")


def test_without_texts_no_engine_is_asked(tmp_path: Path) -> None:
    assert speak(configured(tmp_path, "", how="fails")) == texts.Told(0, ())
    assert [*silent(configured(tmp_path, ""))] == []


def test_a_host_without_the_engine_is_warned_and_speaks_nothing(tmp_path: Path) -> None:
    speech = "speech: {engines: {gone: {command: [/nowhere/x, '{voice}'], version: [/nowhere/x]}}, "
    settings = loaded(TENANT + WRITTEN, f"{MAIN}{speech}voices: {{pl: {{engine: gone, voice: a}}}}}}\n")
    (warning,) = silent(settings)
    assert "texts in pl cannot be spoken on this host: /nowhere/x cannot be run" in warning.what
    assert warning.line == 12


def test_the_folder_is_the_switchs_or_of_the_data(tmp_path: Path) -> None:
    assert folder_of(configured(tmp_path)) == tmp_path
    assert folder_of(loaded().model_copy(update={"data": "/srv/data"})) == Path("/srv/data/sounds")
