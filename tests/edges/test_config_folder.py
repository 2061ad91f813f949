"""The configuration folder on disk -> texts by relative path."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from callcontrol.edges import config_folder
from callcontrol.edges.config_folder import Refused, UnreadableFolder, accepted, load_folder, read_folder
from callcontrol.edges.config_snapshot import keep, snapshot_of
from callcontrol.vocabulary.moment import Instant
from tests.config.example import EXAMPLE


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_meant_is_read(tmp_path: Path) -> None:
    put(tmp_path, **{"callcontrol.yaml": "a", "tenants__acme.yaml": "b", "tariffs__retail.csv": "c"})
    put(
        tmp_path,
        **{"notes.txt": "x", "tenants__.acme.yaml.swp": "x", "tenants__acme.yaml~": "x", "tenants__README.md": "x"},
    )
    assert read_folder(tmp_path) == {"callcontrol.yaml": "a", "tenants/acme.yaml": "b", "tariffs/retail.csv": "c"}


def test_misnamed_files_are_not_passed_over(tmp_path: Path) -> None:
    put(tmp_path, **{"callcontrol.yaml": "switches: {fs1: {password: x}}", "tenants__acme.yml": ""})
    found = load_folder(tmp_path)
    assert isinstance(found, tuple)
    assert [problem.file for problem in found] == ["tenants/acme.yml"]


def test_a_missing_main_file_is_a_problem(tmp_path: Path) -> None:
    found = load_folder(tmp_path)
    assert isinstance(found, tuple)
    assert [problem.what for problem in found] == ["the file is missing"]


def test_bytes_that_are_no_text_have_a_line(tmp_path: Path) -> None:
    (tmp_path / "callcontrol.yaml").write_bytes(b"a: 1\nb: \xff\n")
    found = load_folder(tmp_path)
    assert isinstance(found, tuple)
    assert str(found[0]).startswith("callcontrol.yaml:2: the byte 0xff, which is not UTF-8,")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFolder, match=r"is no folder: name the one that holds callcontrol\.yaml"):
        read_folder(tmp_path / "none")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    loop = tmp_path / "callcontrol.yaml"
    loop.mkdir()
    with pytest.raises(UnreadableFolder, match=r"callcontrol\.yaml cannot be read: Is a directory"):
        read_folder(tmp_path)


def test_a_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, **{"callcontrol.yaml": "12345"})
    monkeypatch.setattr(config_folder, "MAX_FILE_BYTES", 4)
    with pytest.raises(UnreadableFolder, match="has 5 bytes: at most 4 are read"):
        read_folder(tmp_path)


def test_a_link_to_nothing_and_a_folder_named_like_a_file_are_refused_by_name(tmp_path: Path) -> None:
    put(tmp_path, **{"callcontrol.yaml": "a", "tenants__acme.yaml": "b", "tariffs__retail.csv": "c"})
    (tmp_path / "tenants" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    with pytest.raises(UnreadableFolder, match=r"gone\.yaml, a link to .*nowhere\.yaml, cannot be read"):
        read_folder(tmp_path)
    (tmp_path / "tenants" / "gone.yaml").unlink()
    (tmp_path / "tariffs" / "x.csv").mkdir()
    (tmp_path / "tariffs" / "archive").mkdir()
    with pytest.raises(UnreadableFolder, match=r"x\.csv cannot be read: Is a directory"):
        read_folder(tmp_path)


@pytest.mark.parametrize("lost", ["tenants", "tenants/*"])
def test_a_folder_without_tenants_is_refused(tmp_path: Path, lost: str) -> None:
    folder = tmp_path / "conf"
    shutil.copytree(EXAMPLE, folder)
    for path in folder.glob(lost):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(Refused) as refused:
        accepted(folder)
    assert [str(problem) for problem in refused.value.problems if "there is no tenant" in problem.what] != []


def test_what_was_accepted_is_read_back_from_its_snapshot_whatever_became_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    shutil.copytree(EXAMPLE, folder)
    found = accepted(folder)
    path = tmp_path / "configuration.json"
    keep(path, found.snapshot)
    shutil.rmtree(folder)
    again = accepted(path)
    assert (again.snapshot, again.settings.tenants) == (found.snapshot, found.settings.tenants)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_snapshot_of_another_layout_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "configuration.json"
    path.write_text('{"layout": 2, "files": {}}')
    with pytest.raises(UnreadableFolder, match="is laid out as 2, this version reads 1"):
        accepted(path)


def test_the_same_files_are_the_same_version_whoever_accepts_them(tmp_path: Path) -> None:
    one, other = snapshot_of({"a": "b"}, Instant(1)), snapshot_of({"a": "b"}, Instant(2))
    assert one.version.digest == other.version.digest != snapshot_of({"a": "c"}, Instant(1)).version.digest
