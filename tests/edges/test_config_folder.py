"""The configuration folder on disk -> texts by relative path."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcontrol.edges import config_folder
from callcontrol.edges.config_folder import UnreadableFolder, load_folder, read_folder


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
