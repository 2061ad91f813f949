"""Mistakes in the languages of a tenant: each with its line and what would be right."""

from __future__ import annotations

import pytest

from tests.config.folder import TENANT, loaded
from tests.config.test_queue_checks import told

# from line 11 of the file
MISTAKES = [
    ("language: de\n", ["11: language: 'de' is not known here; write 'en', 'pl' or 'ru'"]),
    ("languages: [pl]\nlanguage_for:\n  - {language: pl}\n", [
        "13: language_for.0: no caller is named; write `dialled: …` or `caller: …`"
    ]),
    ("language_for:\n  - {caller: '+7', language: ru}\n", [
        "12: language_for.0.language: callers are not led in ru; write `languages: [en, ru]`"
    ]),
    ("languages: [ru]\nlanguage_for:\n  - {dialled: +48221230009, language: ru}\n", [
        "13: language_for.0.dialled: +48221230009 is none of this tenant's numbers; add +48221230009 below `numbers:`"
    ]),
    ("languages: [ru]\nlanguage_for:\n  - {caller: '+7', language: ru}\n  - {caller: '+74', language: en}\n", [
        "14: language_for.1: never chosen: every caller it fits has an entry before it (tenants/acme.yaml:13);"
            " put it before that one"
    ]),
    ("language: pl\nremember_language: 30\n", [
        "12: remember_language: callers are led in pl only: there is nothing to remember; write `languages: [pl, …]`,"
            " or remove it"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "problems"), MISTAKES)
def test_each_mistake_is_told(written: str, problems: list[str]) -> None:
    assert told(written) == problems


def test_without_a_word_callers_are_led_in_english() -> None:
    tenant = loaded(TENANT).tenants["acme"]
    assert (tenant.language, tenant.spoken, tenant.remember_language) == ("en", ("en",), 0)


def test_its_own_language_is_always_one() -> None:
    tenant = loaded(TENANT + "language: pl\nlanguages: [ru, pl]\n").tenants["acme"]
    assert tenant.spoken == ("pl", "ru")
