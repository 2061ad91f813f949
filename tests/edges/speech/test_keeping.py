"""Texts that no configuration asks for any more go, but not at once, and nothing else goes with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callcontrol.edges.speech.keeping import KEPT_DAYS, Texts, keep
from callcontrol.edges.speech.texts import speak
from tests.edges.speech.test_texts import WRITTEN, configured, files

DAY = 86_400.0
NOW = 1_700_000_000.0  # before any file of a test was made: only marks are as old


def test_what_no_host_has_asked_for_in_a_month_is_removed(tmp_path: Path) -> None:
    here, there = configured(tmp_path), configured(tmp_path, WRITTEN.replace("We are closed.", "Call again."))
    speak(here)
    speak(there)
    for day in range(KEPT_DAYS + 2):  # only this host still runs
        found = keep(here, NOW + day * DAY)
        assert found == Texts(6) or day > KEPT_DAYS
        if not day:
            keep(there, NOW)
    assert found == Texts(4, 2)
    assert keep(here, NOW + 40 * DAY) == Texts(4)
    assert speak(there).made == 1


def test_a_host_that_has_them_in_force_keeps_them(tmp_path: Path) -> None:
    here, there = configured(tmp_path), configured(tmp_path, WRITTEN.replace("We are closed.", "Call again."))
    speak(here)
    speak(there)
    for day in range(0, 3 * KEPT_DAYS, 10):
        assert keep(here, NOW + day * DAY) == keep(there, NOW + day * DAY) == Texts(6)


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    assert keep(settings, NOW) == Texts()  # there is no folder yet
    speak(settings)
    own = tmp_path / "said" / "8000" / "own.wav"
    own.write_bytes(b"RIFF, somebody's own")
    os.utime(own, (0, 0))
    before = files(tmp_path)
    keep(settings, NOW)
    assert keep(settings, NOW + 90 * DAY).removed == 0
    assert files(tmp_path) == before


def test_nothing_is_removed_where_a_file_cannot_be_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = configured(tmp_path), configured(tmp_path, WRITTEN.replace("We are closed.", "Call again."))
    speak(there)
    keep(there, NOW)
    speak(here)

    def refused(*_: object) -> None:
        raise PermissionError("not ours")

    monkeypatch.setattr("os.utime", refused)
    before = files(tmp_path)
    with pytest.raises(PermissionError):
        keep(here, NOW + 90 * DAY)
    assert files(tmp_path) == before
