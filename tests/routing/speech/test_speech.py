"""Whatever is asked for, there is something to play, and it is there."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.config.queue_settings import Queue
from callcontrol.routing.speech import (
    KEYS,
    LAST_POSITION,
    Files,
    Hint,
    Phrase,
    all_files,
    expected_wait,
    key_hint,
    phrase,
    position,
    waited,
)
from callcontrol.vocabulary.language import LANGUAGES, Language
from tests.routing.speech.spoken import SOUNDS, texts

SPEAKERS = st.sampled_from(LANGUAGES)


def check(language: Language, files: Files) -> None:
    assert files
    assert set(files) <= all_files(language)
    assert [file for file in files if not (SOUNDS / file).is_file()] == []


@given(SPEAKERS, st.integers(1, 1_000_000))
def test_every_position_can_be_said(language: Language, n: int) -> None:
    check(language, position(language, n))


@given(SPEAKERS, st.integers(-1_000, 1_000_000))
def test_every_expected_wait_can_be_said(language: Language, minutes: int) -> None:
    check(language, expected_wait(language, minutes))


@given(SPEAKERS, st.integers(-1_000, 1_000_000))
def test_every_wait_so_far_can_be_said(language: Language, seconds: int) -> None:
    check(language, waited(language, seconds))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_and_hint_can_be_said(language: Language) -> None:
    for files in (phrase(language, name) for name in Phrase):
        check(language, files)
    for files in (key_hint(language, hint, key) for hint in Hint for key in KEYS):
        check(language, files)


@pytest.mark.parametrize("language", LANGUAGES)
def test_positions_differ(language: Language) -> None:
    assert len({position(language, n) for n in range(1, LAST_POSITION + 2)}) == LAST_POSITION + 1


@pytest.mark.parametrize("n", [0, -1])
def test_a_caller_in_no_queue_has_no_position(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} is no position"):
        position("en", n)


@pytest.mark.parametrize("key", ["", "12", "A", "hash"])
def test_what_no_phone_has_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        key_hint("en", Hint.CALLBACK, key)


def test_every_language_of_a_queue_is_spoken() -> None:
    spoken, _ = get_args(Queue.model_fields["language"].annotation)
    assert get_args(spoken) == LANGUAGES == get_args(Language)


FOLDERS = ("amounts", "conference", "emergency", "hours", "mailbox", "menu", "outgoing", "queue", "survey", "voicemail")


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_texts_and_what_is_asked_for_are_the_same(language: Language) -> None:
    there = {path.relative_to(SOUNDS).as_posix() for name in FOLDERS for path in (SOUNDS / name / language).iterdir()}
    assert there == all_files(language)
    assert texts(language).keys() == all_files(language)
    assert len([file for file in there if file.startswith("queue/")]) < 80
    assert len(there) < 400


def test_there_are_no_sounds_of_another_language() -> None:
    for folder in FOLDERS:
        # beside them lies the greeting, which is a tone in every language
        assert {path.name for path in (SOUNDS / folder).iterdir()} - {"greeting.wav"} == set(LANGUAGES)
