"""The code of the daemon in a chaos run: an older version until it is upgraded."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.bench.checkout import NoSuchRevision
from tests.chaos import source
from tests.chaos.source import source_of
from tests.tidy.tree import ROOT


def test_an_older_version_is_put_in_place_and_then_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = tmp_path / "older"
    (older / "callcontrol").mkdir(parents=True)
    monkeypatch.setattr(source, "checked_out", lambda revision: nullcontext(older))
    with source_of("v0", tmp_path / "code") as made:
        assert made.folder is not None
        assert (
            made.example == older / "deploy" / "example"
        )  # this version's example may have settings that the older one does not know
        assert (made.folder / "callcontrol").resolve() == older / "callcontrol"
        assert made.upgrade() == "from v0 to this version"
        assert (made.folder / "callcontrol").resolve() == ROOT / "callcontrol"
        assert made.upgrade() == "from this version to this version"


def test_without_a_revision_it_is_this_version_from_the_beginning(tmp_path: Path) -> None:
    with source_of("", tmp_path / "code") as made:
        assert (made.folder, made.example) == (None, ROOT / "deploy" / "example")
        assert made.upgrade() == "from this version to this version"


def test_a_revision_that_git_does_not_know_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRevision), source_of("no-such-revision", tmp_path / "code"):
        pass
