"""Files of ours among files of others."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from callcontrol.edges.rendered_files import MODE, ForeignFile, carry_out, changes

MARKER = "<!-- ours -->"
FOLDERS = ("directory", "vars")


def ours(text: str) -> str:
    return f"{MARKER}\n{text}\n"


def carry_out_all(root: Path, wanted: dict[str, str]) -> list[str]:
    found = changes(root, wanted, FOLDERS, MARKER)
    for change in found:
        carry_out(change)
    return [f"{change.what} {change.path.relative_to(root)}" for change in found]


def test_new_changed_unchanged_and_gone(tmp_path: Path) -> None:
    first = {"directory/a.xml": ours("a"), "directory/b.xml": ours("b"), "vars/v.xml": ours("v")}
    assert carry_out_all(tmp_path, first) == ["new directory/a.xml", "new directory/b.xml", "new vars/v.xml"]
    assert carry_out_all(tmp_path, first) == []
    second = {"directory/a.xml": ours("A"), "vars/v.xml": ours("v")}
    assert carry_out_all(tmp_path, second) == ["changed directory/a.xml", "gone directory/b.xml"]
    found = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == second


def test_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    mine = tmp_path / "directory" / "mine.xml"
    mine.write_text(f"<include/>{MARKER}\n")
    elsewhere = tmp_path / "elsewhere.xml"
    elsewhere.write_text(ours("x"))
    assert carry_out_all(tmp_path, {"directory/a.xml": ours("a")}) == ["new directory/a.xml"]
    assert carry_out_all(tmp_path, {}) == ["gone directory/a.xml"]
    assert mine.exists()
    assert elsewhere.exists()


def test_a_file_of_others_is_never_replaced_and_nothing_else_is_written_then(tmp_path: Path) -> None:
    (tmp_path / "vars").mkdir()
    (tmp_path / "vars" / "v.xml").write_text("<include/>\n")
    with pytest.raises(ForeignFile, match=r"v\.xml was not written by callcontrol"):
        carry_out_all(tmp_path, {"directory/a.xml": ours("a"), "vars/v.xml": ours("v")})
    assert not (tmp_path / "directory").exists()


def test_only_owner_and_group_read_passwords(tmp_path: Path) -> None:
    carry_out_all(tmp_path, {"directory/a.xml": ours("a")})
    assert stat.S_IMODE((tmp_path / "directory" / "a.xml").stat().st_mode) == MODE == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    carry_out_all(tmp_path, {"directory/a.xml": ours("a")})
    (change,) = changes(tmp_path, {"directory/a.xml": ours("\udcff")}, FOLDERS, MARKER)
    with pytest.raises(UnicodeEncodeError):
        carry_out(change)
    assert [path.name for path in (tmp_path / "directory").iterdir()] == ["a.xml"]
    assert (tmp_path / "directory" / "a.xml").read_text() == ours("a")
