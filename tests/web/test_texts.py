"""Texts of the panel: each is translated, none is left over, and no two areas say one text in two ways."""

from __future__ import annotations

import ast
import re

import pytest

from callcontrol.edges.ledger.missed_cases import ActRefused
from callcontrol.vocabulary.sentence import Sentence, says
from callcontrol.web.pages.page import AREAS
from callcontrol.web.pages.refused import refused_form
from callcontrol.web.pages.texts import catalog, language_of
from tests.web.catalogs import SPEAKING, TRANSLATED, key_of, path_of, texts, updated, written

# What a page shows of these is the message itself.
SHOWN = {"ActRefused", "ExportBusy", "ExportRefused", "OtherFile", "StatementRefused"}
PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("area", AREAS)
def test_every_text_is_translated_and_none_is_left_over(language: str, area: str) -> None:
    path, wanted = path_of(language, area), texts()[area]
    found = {key_of(message): message for message in catalog(path) if message.id}
    assert set(found) == set(wanted), "python -m tests.web.catalogs"
    for key, message in found.items():
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(told), f"{path}: {key[1]!r} is not translated"
        for one in told:
            assert sorted(set(PLACE.findall(str(one)))) == sorted(set(PLACE.findall(key[1]))), f"{path}: {key[1]!r}"
        assert len(told) == (3 if isinstance(message.id, tuple) else 1)
    if wanted:
        assert path.read_text(encoding="utf-8") == written(updated(language, area, wanted)), "it is not in its order"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_of_two_areas_has_one_translation(language: str) -> None:
    told: dict[tuple[str, str], object] = {}
    for area in AREAS:
        for message in catalog(path_of(language, area)):
            if message.id:
                assert told.setdefault(key_of(message), message.string) == message.string, key_of(message)


@pytest.mark.parametrize(
    ("chosen", "profile", "accepted", "language"),
    [
        (None, "", "", "en"),
        (None, "", "de-DE,de;q=0.9", "en"),
        (None, "", "de,en;q=0.5,pl;q=0.8", "pl"),
        (None, "", "pl-PL;q=broken,ru-RU", "ru"),
        (None, "ru", "pl", "ru"),
        ("pl", "ru", "en", "pl"),
        ("xx", "ru", "en", "ru"),
    ],
)
def test_the_language_is_the_one_chosen_or_of_the_profile_or_of_the_browser(
    chosen: str | None, profile: str, accepted: str, language: str
) -> None:
    assert language_of(chosen, profile, accepted) == language


def test_what_a_page_shows_of_an_error_is_a_sentence_of_the_catalogs() -> None:
    raised = [
        (path.name, call.lineno, call.args[0])
        for folder in SPEAKING
        for path in folder.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SHOWN and call.args
    ]
    assert len(raised) > len(SHOWN)
    for file, line, said in raised:
        is_said = isinstance(said, ast.Call) and isinstance(said.func, ast.Name) and said.func.id == "says"
        assert is_said or isinstance(said, ast.Name), f"{file}:{line}"


def test_a_refused_act_keeps_its_sentence_on_the_way_to_the_page() -> None:
    refused = ActRefused(says("%(who)s has not claimed it: no one has", who="anna"))
    form = refused_form(refused, "release", {}, frozenset())
    assert form is not None
    detail = form.fields[""].detail
    assert isinstance(detail, Sentence)
    assert (detail.text, detail.values) == ("%(who)s has not claimed it: no one has", {"who": "anna"})
