"""`data:` -> one absolute folder, from whichever directory a command is given."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from callcontrol.config.loader import MAIN_FILE
from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import UnreadableFolder, accepted, checked_folder, load_folder
from callcontrol.edges.config_snapshot import NAME, keep
from callcontrol.edges.data_folder import data_folder
from callcontrol.supervisor import in_force
from tests.config.example import EXAMPLE

ROOT = Path(__file__).parents[2]


def configured(folder: Path, data: str) -> Path:
    """A copy of the example with this `data:`; "": none."""
    shutil.copytree(EXAMPLE, folder)
    main = folder / MAIN_FILE
    lines = [line for line in main.read_text(encoding="utf-8").splitlines() if not line.startswith("data:")]
    main.write_text("\n".join([*lines, f"data: {data}"] if data else lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("written", "folder"), [("../kept", "kept"), ("here", "conf/here"), ("", "conf/.data"), ("/srv/cc", "/srv/cc")]
)
@pytest.mark.parametrize("named", ["conf", "../conf"])
def test_a_relative_data_folder_counts_from_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, folder: str, named: str
) -> None:
    configured(tmp_path / "conf", written)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path if named == "conf" else tmp_path / "elsewhere")
    config = Path(named)
    loaded = load_folder(config)
    assert isinstance(loaded, Settings)
    found = {loaded.data, checked_folder(config)[0].data, accepted(config).settings.data}
    assert {Path(data).resolve() for data in found} == {(tmp_path / folder).resolve()}
    assert all(Path(data).is_absolute() for data in found)


def test_a_checkout_keeps_its_data_at_its_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert data_folder(ROOT / "deploy" / "example", "") == ROOT / ".data"
    monkeypatch.chdir(tmp_path)
    assert data_folder(ROOT / "deploy" / "example", "mine") == ROOT / "deploy" / "example" / "mine"


def test_what_was_accepted_keeps_the_data_folder_it_lies_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path / "conf", "kept")
    (config / "kept").mkdir()
    keep(config / "kept" / NAME, accepted(config).snapshot)
    monkeypatch.chdir("/")
    assert accepted(config / "kept" / NAME).settings.data == str(config / "kept")


@pytest.mark.parametrize("written", ["", "mine"])
def test_data_that_an_earlier_version_kept_in_the_working_directory_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    config, before = configured(tmp_path / "conf", written), tmp_path / "work" / (written or ".data")
    (before / "spool").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    with pytest.raises(UnreadableFolder, match=f"{before} holds data of before"):
        in_force.begin(config)
    before.rename(config / before.name)
    assert in_force.begin(config)[0].settings.data == str(config / before.name)
