"""What a caller hears, as the YAML writes it, and the mistakes in it."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from callcontrol.config.prompt import MAX_PARTS, MAX_SAID, Prompt, PromptText, Said
from callcontrol.config.yaml_reader import Tree, read
from callcontrol.vocabulary.language import LANGUAGES, Language

ADAPTER: TypeAdapter[Prompt] = TypeAdapter(PromptText)


def written(text: str) -> Tree:
    document = read("x.yaml", f"prompt: {text}\n")
    assert not document.problems
    assert isinstance(document.tree, dict)
    return document.tree["prompt"]


def prompt(text: str, language: Language = "en") -> Prompt:
    return ADAPTER.validate_python(written(text), context={"language": language})


def refused(value: object) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        ADAPTER.validate_python(value, context={"language": "pl"})
    return [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in raised.value.errors()]


@pytest.mark.parametrize(
    "text",
    [
        *("closed.wav", "/srv/sounds/a-b_c.wav", "voicemail/greeting.wav"),
        *("tone_stream://%(500,500,425);loops=2", "silence_stream://1000,1400"),
    ],
)
def test_a_sound_serves_every_language(text: str) -> None:
    made = ADAPTER.validate_python(text)
    assert made == Prompt.of(text) == ADAPTER.validate_python(made)
    assert {made.files(language) for language in LANGUAGES} == {(text,)}
    assert made.missing(LANGUAGES) == ()
    assert made.said == ()


@pytest.mark.parametrize(
    "text",
    [
        "a b.wav",
        "a'b",
        "${x}",
        "{x}y.wav",
        "../x.wav",
        "a,b.wav",
        "shell_stream://ls",
        "say:x",
        "a\n",
        "",
        "a//b",
        "a!b",
    ],
)
def test_a_sound_is_harmless_to_the_switch(text: str) -> None:
    for value, place in ((text, ""), ({"pl": text}, "pl"), ([{"en": text}], "0.en")):
        (told,) = refused(value)
        assert told.startswith(f"{place}: {text!r} is no sound; write a path such as closed.wav")


def test_a_sound_for_each_language() -> None:
    made = prompt("{pl: pl/closed.wav, en: en/closed.wav}")
    assert [made.files(language) for language in LANGUAGES] == [
        ("en/closed.wav",),
        ("pl/closed.wav",),
        ("pl/closed.wav",),  # never silence: what is written first
    ]
    assert made.missing(LANGUAGES) == ("ru",)


def test_a_text_becomes_a_file_named_after_it() -> None:
    made = prompt("{say: 'We are   closed.'}")
    assert made.said == (Said("en", "We are closed."),)
    (file,) = made.files("pl")
    assert re.fullmatch("said/en-[0-9a-f]{24}[.]wav", file)
    assert file == made.said[0].file
    assert made.missing(LANGUAGES) == ()


def test_names_differ_with_the_text_and_its_language() -> None:
    names = {Said(language, text).file for language in LANGUAGES for text in ("Tak.", "Nie.", "tak.", "Tak")}
    assert len(names) == 12


def test_a_name_is_the_same_in_every_version() -> None:
    assert Said("pl", "Zamknięte.").file == "said/pl-276d005f2b5950a33646c198.wav"


def test_a_text_without_a_language_is_in_the_tenants() -> None:
    assert prompt("{say: Dzień dobry}", "pl").said == (Said("pl", "Dzień dobry"),)
    assert prompt("{say: Dzień dobry, in: ru}", "pl").said == (Said("ru", "Dzień dobry"),)
    assert prompt("{say: 42}").said == (Said("en", "42"),)


def test_a_text_for_each_language() -> None:
    made = prompt("{say: {pl: Zamknięte., en: We are closed.}}")
    assert made.said == (Said("pl", "Zamknięte."), Said("en", "We are closed."))
    assert made.files("en") == (Said("en", "We are closed.").file,)
    assert made.missing(("pl", "en", "ru")) == ("ru",)


def test_several_are_heard_one_after_the_other() -> None:
    made = prompt("[chime.wav, {pl: a.wav, en: b.wav}, {say: {pl: Tak, en: Yes}}, {say: Да, in: ru}]")
    assert made.files("en") == ("chime.wav", "b.wav", Said("en", "Yes").file, Said("ru", "Да").file)
    assert made.files("pl") == ("chime.wav", "a.wav", Said("pl", "Tak").file, Said("ru", "Да").file)
    assert made.missing(LANGUAGES) == ("ru",)
    assert len(made.said) == 3


def test_a_text_of_several_lines_is_read_as_one() -> None:
    made = ADAPTER.validate_python({"say": "We are closed.\n  Please call\tagain.\n"})
    assert made.said == (Said("en", "We are closed. Please call again."),)


RIGHT = "write a path such as closed.wav, {say: text}, {pl: file, en: file}, {say: {pl: text, en: text}}, or a list"
KNOWN = "known here: en, pl, ru"
MISTAKES: list[tuple[object, list[str]]] = [
    (None, [f": nothing is written here; {RIGHT}"]),
    ([], [f": a list of 0 parts; write 1 to {MAX_PARTS}"]),
    (["a"] * 17, [f": a list of 17 parts; write 1 to {MAX_PARTS}"]),
    ([["a.wav"]], [f"0: a list stands where one text belongs; {RIGHT}"]),
    ({}, [f": nothing is written here; {RIGHT}"]),
    ({"de": "a.wav"}, [f"de: 'de' is no language that is spoken here; {KNOWN}"]),
    ({"say": {"de": "Zu."}}, [f"say.de: 'de' is no language that is spoken here; {KNOWN}"]),
    ({"say": {}}, [f"say: nothing is written here; {RIGHT}"]),
    ({"say": None}, ["say: nothing is written here; write the text that is to be said"]),
    ({"say": ["Zu."]}, ["say: a list stands where one text belongs; write the text that is to be said"]),
    ({"say": " .?! "}, ["say: there is no word to say in it; write the text that is to be said"]),
    ({"say": "a" * 2_001}, [f"say: a text of 2001 characters; at most {MAX_SAID} are spoken in one go"]),
    ({"say": "a\0b"}, ["say: the text has control characters in it; write letters, digits and punctuation"]),
    ({"say": "x", "in": "de"}, [f"in: 'de' is no language that is spoken here; {KNOWN}"]),
    ({"say": {"pl": "x"}, "in": "pl"}, [": `in` stands beside a text for each language; leave `in` out"]),
    ({"say": "x", "voice": "y"}, [": unknown key `voice` beside `say`; known here: say, in"]),
    (
        ["ok.wav", "a b", {"say": {"pl": "Tak", "en": "", "de": "Ja"}}],
        [
            "1: 'a b' is no sound; "
            "write a path such as closed.wav, or tone_stream://%(500,500,425), or silence_stream://1000",
            "2.say.en: there is no word to say in it; write the text that is to be said",
            f"2.say.de: 'de' is no language that is spoken here; {KNOWN}",
        ],
    ),
]


@pytest.mark.parametrize(
    "text",
    [
        "a.wav",
        "{pl: a.wav, en: b.wav}",
        "{say: {pl: Tak, en: Yes}}",
        "{say: Tak, in: pl}",
        "[a.wav, {say: {pl: Tak}}, {say: Yes, in: en}]",
    ],
)
def test_it_can_be_written_as_it_was(text: str) -> None:
    assert ADAPTER.dump_python(prompt(text)) == written(text)


@pytest.mark.parametrize(("value", "told"), MISTAKES)
def test_every_mistake_is_told_at_its_place(value: object, told: list[str]) -> None:
    assert refused(value) == told
