"""Where the tests put their temporary folders."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests import in_memory


def test_a_folder_that_is_set_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(in_memory, "has_room", lambda: True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    in_memory.use_memory()
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (str(tmp_path), str(tmp_path))


def test_where_there_is_too_little_memory_the_disk_is_used(tmp_path: Path) -> None:
    assert not in_memory.has_room(tmp_path / "none")
    limit = tmp_path / "memory.max"
    limit.write_text("1000000000\n")
    assert not in_memory.has_room(tmp_path, limit)
