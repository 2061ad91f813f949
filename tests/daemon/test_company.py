"""The example `deploy/company` from its callers' view: one daemon, a simulated switch, a stand-in for text to speech.

The hours are opened and closed by the reception's star codes, because a test cannot set the clock of the machine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcontrol.config.prompt import Said
from callcontrol.edges.speech.sound import written
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.language import Language
from tests.config.test_company import COMPANY
from tests.daemon.test_survival import TALKS, hang_up, is_bridged, record_of, until
from tests.tidy.tree import ROOT

SOUNDS = ROOT / "freeswitch-xml" / "sounds"
DOMAIN, NUMBER = "lumen.example", "48225550100"
PHONES = ("20", "41", "42", "51", "52")
POLE, BRITON, RUSSIAN = "+48500100300", "+442079460000", "+74951234567"
GREETINGS = {"pl": "Dzień dobry, tu Lumen.", "en": "Welcome to Lumen.", "ru": "Здравствуйте, это компания Лумен."}
LANGUAGES: tuple[tuple[Language, str], ...] = (
    ("pl", "Po polsku: jeden."),
    ("en", "For English, press two."),
    ("ru", "По-русски: три."),
)

pytestmark = pytest.mark.timeout(300)


def spoken_by(folder: Path) -> dict[str, Any]:
    """Settings of a stand-in for text to speech: it writes the same sound for every text into the switch's sounds."""
    sounds, sound = folder / "sounds", folder / "spoken.wav"
    sounds.mkdir()
    for kept in SOUNDS.iterdir():
        (sounds / kept.name).symlink_to(kept)
    sound.write_bytes(written([0.5, -0.5] * 800, 8_000, ""))
    voices = {language: {"engine": "same", "voice": str(sound)} for language in GREETINGS}
    return {"engines": {"same": {"command": ["cat", "{voice}"]}}, "voices": voices, "sounds": str(sounds)}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        company = shutil.copytree(COMPANY, folder / "company")
        main = company / "callcontrol.yaml"
        settings = yaml.safe_load(main.read_text(encoding="utf-8")) | {"speech": spoken_by(folder)}
        main.write_text(yaml.safe_dump(settings), encoding="utf-8")
        with Stage(folder, company, simulator=("--sounds", str(folder / "sounds"))) as stage:
            for name in PHONES:
                stage.switch.phone(Phone(f"{name}@{DOMAIN}", (TALKS,), registered=False))
                stage.switch.register(f"{name}@{DOMAIN}")
            until(lambda: stage.daemon.registrations() == len(PHONES))
            yield stage


def dial(stage: Stage, extension: str, code: str) -> None:
    """The phone of an extension dials a star code, and hears the confirmation."""
    call = stage.switch.place(Call(code, user=extension, domain=DOMAIN))
    stage.switch.wait_for_end(call)
    assert record_of(stage, call).outcome == "changed"


def played(stage: Stage, who: str) -> list[str]:
    return [str(entry["file"]) for entry in stage.switch.heard(who) if entry["what"] == "playback"]


def text(language: Language, words: str) -> str:
    """The sound file of this text."""
    return Said(language, words).file


def hears(stage: Stage, who: str, *files: str) -> None:
    """Wait until all of these have been played."""
    until(lambda: all(any(file in one for one in played(stage, who)) for file in files))


def rings(stage: Stage, number: str) -> str:
    return stage.switch.place(Call(NUMBER, number=number))


def why(stage: Stage, call: str) -> str:
    return " | ".join(str(station["why"]) for station in record_of(stage, call).path)


def test_open_languages_menus_and_queues(stage: Stage) -> None:
    dial(stage, "20", "*27*1*1*9999#")
    pole, briton = rings(stage, POLE), rings(stage, BRITON)
    hears(stage, pole, text("pl", GREETINGS["pl"]), *(text(*one) for one in LANGUAGES))
    hears(stage, briton, text("en", GREETINGS["en"]), *(text(*one) for one in LANGUAGES))
    stage.switch.press(pole, "3")  # in Russian from now on
    stage.switch.press(briton, "2")
    hears(stage, pole, text("ru", "Заказы: один. Ремонт: два. Приёмная: ноль."))
    hears(stage, briton, text("en", "For orders, press one. For repairs, press two. For the reception, press zero."))
    stage.switch.press(pole, "1")
    stage.switch.press(briton, "21")
    hears(stage, pole, text("ru", "Соединяем с отделом заказов."))  # noqa: RUF001  # Russian
    until(lambda: is_bridged(stage, pole) and is_bridged(stage, briton))
    hears(stage, briton, "queue/en/recorded")
    for call in (pole, briton):
        hang_up(stage, call)
    found = [record_of(stage, call) for call in (pole, briton)]
    assert [(one.outcome, one.language, one.label) for one in found] == [
        ("answered", "ru", "orders"),
        ("answered", "en", "fault"),
    ]
    assert [visit.queue for one in found for visit in one.visits] == ["orders", "repairs"]


def test_while_closed_the_duty_extension_or_the_voicemail_answers(stage: Stage) -> None:
    dial(stage, "41", "*27*1*0*9999#")
    dial(stage, "52", "*28*1#")
    urgent, other = rings(stage, RUSSIAN), rings(stage, BRITON)
    closed = text("ru", "Наш офис сейчас закрыт."), text("ru", "Срочное дело: один. Оставить сообщение: два.")
    hears(stage, urgent, text("ru", GREETINGS["ru"]), "hours/ru/closed-until-further-notice", *closed)
    stage.switch.press(urgent, "1")
    until(lambda: is_bridged(stage, urgent))
    hang_up(stage, urgent)
    found = record_of(stage, urgent)
    assert (found.outcome, found.answered_by, found.label) == ("answered", "extension:52", "fault")
    assert "duty:night: set by extension:52" in why(stage, urgent)
    hears(stage, other, text("en", "If it is urgent, press one. To leave a message, press two."))
    stage.switch.press(other, "2")
    hears(stage, other, text("en", "Please leave a message after the tone."))
    until(lambda: any(entry["what"] == "record" for entry in stage.switch.heard(other)))
    hang_up(stage, other)
    assert "hours:office closed (override: extension:41)" in why(stage, other)
