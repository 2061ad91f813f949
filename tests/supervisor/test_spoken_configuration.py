"""A configuration comes into force when its texts are spoken; one that cannot be spoken changes nothing."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from callcontrol.edges.config_folder import Refused
from callcontrol.supervisor.in_force import InForce, begin
from tests.config.example import EXAMPLE
from tests.config.folder import MAIN, TENANT, files
from tests.edges.speech.test_engines import FAKE

CLOSED = "announcements:\n  closed: {file: {say: We are closed.}}\n"


def write(folder: Path, how: str, tenant: str = CLOSED) -> None:
    engine = f"{{command: [{sys.executable}, {FAKE}, {how}, '{{voice}}']}}"
    speech = f"speech: {{engines: {{fake: {engine}}}, voices: {{en: {{engine: fake, voice: a}}}}}}\ndata: data\n"
    tariff = (EXAMPLE / "tariffs" / "retail.yaml").read_text(encoding="utf-8")
    for name, text in files(TENANT + tenant, MAIN + speech).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text or tariff, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    write(tmp_path, "well")
    return tmp_path


def sounds(folder: Path) -> list[Path]:
    return sorted((folder / "data" / "sounds").rglob("*.wav"))


def read_again(in_force: InForce) -> bool:
    in_force.reload()
    assert in_force._reading is not None
    in_force._reading.join(30)
    return in_force.take_news()


def test_texts_are_spoken_before_the_daemon_serves(folder: Path) -> None:
    found, trouble = begin(folder)
    assert trouble is None
    assert len(sounds(folder)) == 2
    assert found.settings.tenants.keys() == {"acme"}


def test_files_of_texts_are_looked_through_once_a_day(folder: Path) -> None:
    in_force = InForce(folder, *begin(folder))
    in_force.take_news()
    assert in_force._reading is not None
    in_force._reading.join(30)
    assert in_force.standing.texts == len(sounds(folder)) == 2
    in_force.take_news()
    assert in_force._reading is None  # not before tomorrow


def test_a_text_that_cannot_be_spoken_refuses_the_start(folder: Path) -> None:
    write(folder, "fails")
    with pytest.raises(Refused) as refused:
        begin(folder)
    (problem,) = refused.value.problems
    assert str(problem).startswith("tenants/acme.yaml:12: announcements.closed.file: 'We are closed.' cannot be spoken")


def test_a_reload_whose_text_cannot_be_spoken_leaves_the_old_one_in_force(folder: Path) -> None:
    in_force = InForce(folder, *begin(folder))
    before = in_force.standing.version
    write(folder, "silent")
    assert not read_again(in_force)
    assert in_force.standing.version == before
    assert "nothing but silence" in in_force.standing.refused
    write(folder, "well", CLOSED.replace("closed.", "closed for good."))
    assert read_again(in_force)
    assert in_force.standing.refused == ""
    assert len(sounds(folder)) == 4


def test_texts_of_the_last_good_one_that_are_gone_are_spoken_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    InForce(folder, *begin(folder))
    for path in sounds(folder):
        path.unlink()
    write(folder, "well", f"{CLOSED}nonsense: 1\n")
    with caplog.at_level(logging.ERROR):
        _, trouble = begin(folder)
    assert isinstance(trouble, Refused)
    assert len(sounds(folder)) == 2
    assert not [record for record in caplog.records if "the last good configuration" in record.message]
