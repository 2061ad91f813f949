"""Voices, engines, and languages a prompt is missing in: each a Problem where it is written."""

from __future__ import annotations

import pytest

from callcontrol.config.checks.texts import texts_in
from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.prompt import Said
from callcontrol.kinds import KINDS
from tests.config.folder import MAIN, TENANT, files, loaded, problems, written

QUEUE = "agents: {anna: {extension: 101}}\nqueues:\n  help: {agents: [{agent: anna}], "


def added(tenant: str, speech: str = "") -> list[str]:
    return written(*problems(TENANT + tenant, MAIN + speech))


def test_an_engine_that_is_not_there() -> None:
    (told,) = added(
        "", "speech:\n  voices:\n    pl: {engine: pipr, voice: x}\n  engines: {piper: {command: ['{voice}']}}\n"
    )
    assert told == "callcontrol.yaml:6: speech.voices.pl.engine: engine pipr does not exist; did you mean piper?"


def test_a_command_without_a_voice() -> None:
    (told,) = added("", "speech: {engines: {one: {command: [speak]}}}\n")
    assert told.startswith("callcontrol.yaml:4: speech.engines.one.command: {voice} is in none of its arguments")


@pytest.mark.parametrize(
    ("tenant", "told"),
    [
        (
            "languages: [en, pl]\nannouncements:\n  a: {file: {pl: a.wav}}\n",
            ["13: announcements.a.file: it is not there in en, which it is heard in; write `en: …` beside the others"],
        ),
        ("language: pl\nannouncements:\n  a: {file: {pl: a.wav}}\n", []),
        ("language: pl\nlanguages: [pl, ru]\nannouncements:\n  a: {file: a.wav}\n", []),
        (
            "language: pl\nvoicemail:\n  b: {greeting: {say: {en: Hello}}}\n".replace(
                "voicemail:\n", "announcements:\n"
            ).replace("greeting", "file"),
            ["13: announcements.b.file: it is not there in pl, which it is heard in; write `pl: …` beside the others"],
        ),
        (QUEUE + "language: ru, greeting: {ru: a.wav}}\n", []),
        (
            QUEUE + "language: ru, greeting: {en: a.wav}}\n",
            ["13: queues.help.greeting: it is not there in ru, which it is heard in; write `ru: …` beside the others"],
        ),
        ("languages: [en, pl]\n" + QUEUE + "whisper_name: {en: a.wav}}\n", []),
        ("languages: [en, pl]\nconfirm: {prompt: {en: a.wav}}\n", []),
    ],
)
def test_a_prompt_is_there_in_every_language_it_is_heard_in(tenant: str, told: list[str]) -> None:
    found = load(files(TENANT + tenant), KINDS)
    assert [str(problem) for problem in found if isinstance(problem, Problem)] == [
        f"tenants/acme.yaml:{line}" for line in told
    ]


def test_every_text_is_found_with_its_place() -> None:
    settings = loaded(
        TENANT
        + QUEUE
        + "greeting: {say: Hello}, callback: {noted: [a.wav, {say: Noted, in: pl}]}}\n"
        + "confirm: {prompt: {say: Press one}}\nannouncements: {a: {file: {say: Closed}}}\n"
    )
    assert sorted((".".join(place), said) for place, said in texts_in(settings)) == [
        ("tenants.acme.announcements.a.file", Said("en", "Closed")),
        ("tenants.acme.confirm.prompt", Said("en", "Press one")),
        ("tenants.acme.queues.help.callback.noted", Said("pl", "Noted")),
        ("tenants.acme.queues.help.greeting", Said("en", "Hello")),
    ]
