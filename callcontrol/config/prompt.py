"""What a caller hears, as the YAML writes it: a sound, a sound for each language, a text that is spoken, or several.

    closed.wav                                      a sound for every language
    {pl: pl/closed.wav, en: en/closed.wav}          a sound for each language
    {say: "We are closed."}                         a text in the tenant's language, for every caller
    {say: "Dla polskiego, jeden.", in: pl}          the same in a language that is named
    {say: {pl: "Zamknięte.", en: "We are closed."}} a text for each language
    [chime.wav, {say: "We are closed."}]            one after the other

A text becomes a file before any call needs it (`edges/speech`): its name is made here, from the text and its language
alone, so that a decision never asks whether, or by which voice, it was spoken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import PlainSerializer, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from callcontrol.config.fields import FILE, TONES, refusal, text_in
from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES, Language

MAX_PARTS = 16  # of a prompt
MAX_SAID = 2_000  # characters of one text: some two minutes of speech
# The folder of files made from texts, below the switch's sounds.
SAID_FOLDER = "said"

_SOUND = re.compile(f"{FILE.pattern}|{TONES.pattern}")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_HASH_DIGITS = 24
_RIGHT = "write a path such as closed.wav, {say: text}, {pl: file, en: file}, {say: {pl: text, en: text}}, or a list"
_RIGHT_SOUND = "write a path such as closed.wav, or tone_stream://%(500,500,425), or silence_stream://1000"


@dataclass(frozen=True, slots=True)
class Said:
    """A text that is spoken.

    Attributes:
        text: one line, words parted by single blanks.
    """

    language: Language
    text: str

    @property
    def file(self) -> str:
        """The file that says it, below the switch's sounds."""
        digest = hashlib.sha256(f"{self.language}\n{self.text}".encode()).hexdigest()
        return f"{SAID_FOLDER}/{self.language}-{digest[:_HASH_DIGITS]}.wav"


Key = TypeVar("Key", int, str)
Made = TypeVar("Made")

Piece = str | Said  # a sound as the switch plays it, or a text


@dataclass(frozen=True, slots=True)
class Part:
    """One sound, or one text: for every language, or one for each.

    Attributes:
        each: by language; None stands for all of them. Never empty.
    """

    each: tuple[tuple[Language | None, Piece], ...]

    def heard_in(self, language: Language) -> Piece:
        """What is played in this language: its own, else what serves all, else the first that is written."""
        found = dict(self.each)
        return found.get(language) or found.get(None) or self.each[0][1]

    def serves(self, language: Language) -> bool:
        """Whether there is something of its own, or something for all."""
        return any(of in (language, None) for of, _ in self.each)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Sounds and texts, one after the other. Never empty."""

    parts: tuple[Part, ...]

    def files(self, language: Language) -> tuple[str, ...]:
        """What the switch plays, in this order: files below its sounds, absolute files, tones."""
        pieces = (part.heard_in(language) for part in self.parts)
        return tuple(piece.file if isinstance(piece, Said) else piece for piece in pieces)

    def missing(self, languages: Iterable[Language]) -> tuple[Language, ...]:
        """Those of these languages in which a part of it is not written."""
        return tuple(one for one in languages if not all(part.serves(one) for part in self.parts))

    @property
    def said(self) -> tuple[Said, ...]:
        """Every text in it, in every language."""
        pieces = (piece for part in self.parts for _, piece in part.each)
        return tuple(piece for piece in pieces if isinstance(piece, Said))

    @staticmethod
    def of(*sounds: str) -> Prompt:
        """These sounds, for every language."""
        return Prompt(tuple(Part(((None, sound),)) for sound in sounds))


def read_prompt(value: object, info: ValidationInfo) -> Prompt:
    """The prompt that a value of the YAML means.

    Raises:
        ValidationError: one error for each mistake, at its place within the value.
        PydanticCustomError: the value as a whole is none.
    """
    if isinstance(value, Prompt):
        return value
    language: Language = (info.context or {}).get("language", DEFAULT_LANGUAGE)
    if not isinstance(value, list):
        return Prompt((_part(value, language),))
    if not 1 <= len(value) <= MAX_PARTS:
        raise refusal(f"a list of {len(value)} parts", f"write 1 to {MAX_PARTS}")
    return Prompt(_each_of(enumerate(value), lambda _, part: _part(part, language)))


def _part(value: object, language: Language) -> Part:
    if not isinstance(value, dict):
        return Part(((None, _sound(value)),))
    if "say" not in value:
        return Part(_by_language(value, lambda _, sound: _sound(sound)))
    texts, others = value["say"], {key: value[key] for key in value if key != "say"}
    if isinstance(texts, dict) and not others:
        return Part(_at("say", lambda: _by_language(texts, _said)))
    return _for_all(texts, others, language)


def _for_all(text: object, others: Mapping[str, object], language: Language) -> Part:
    if unknown := sorted(others.keys() - {"in"}):
        raise refusal(f"unknown key `{unknown[0]}` beside `say`", "known here: say, in")
    if isinstance(text, dict):
        raise refusal("`in` stands beside a text for each language", "leave `in` out")
    spoken = _at("in", lambda: _language(others["in"])) if "in" in others else language
    return Part(((None, _at("say", lambda: _said(spoken, text))),))


def _by_language(
    written: Mapping[str, object], read: Callable[[Language, object], Piece]
) -> tuple[tuple[Language, Piece], ...]:
    if not written:
        raise refusal("nothing is written here", _RIGHT)
    return _each_of(written.items(), lambda key, value: (_language(key), read(_language(key), value)))


def _language(written: object) -> Language:
    for known in LANGUAGES:
        if written == known:
            return known
    raise refusal(f"{written!r} is no language that is spoken here", f"known here: {', '.join(LANGUAGES)}")


def _said(language: Language, value: object) -> Said:
    text = " ".join(text_in(value, "write the text that is to be said").split())
    if not any(sign.isalnum() for sign in text):
        raise refusal("there is no word to say in it", "write the text that is to be said")
    if len(text) > MAX_SAID:
        raise refusal(f"a text of {len(text)} characters", f"at most {MAX_SAID} are spoken in one go")
    if _CONTROL.search(text):
        raise refusal("the text has control characters in it", "write letters, digits and punctuation")
    return Said(language, text)


def _sound(value: object) -> str:
    text = text_in(value, _RIGHT)
    if not _SOUND.fullmatch(text):
        raise refusal(f"{text!r} is no sound", _RIGHT_SOUND)
    return text


def _each_of(written: Iterable[tuple[Key, object]], read: Callable[[Key, object], Made]) -> tuple[Made, ...]:
    """All of them read; the mistakes of all are told together, each at its own place."""
    made: list[Made] = []
    mistakes: list[InitErrorDetails] = []
    for key, value in written:
        try:
            made.append(read(key, value))
        except (PydanticCustomError, ValidationError) as error:
            mistakes.extend(_below(key, value, error))
    if mistakes:
        raise ValidationError.from_exception_data("Prompt", mistakes)
    return tuple(made)


def _at(key: str, read: Callable[[], Made]) -> Made:
    """What this reads; its mistakes stand at the place of the key."""
    return _each_of([(key, None)], lambda _key, _value: read())[0]


def _below(key: str | int, value: object, error: PydanticCustomError | ValidationError) -> Iterator[InitErrorDetails]:
    if isinstance(error, PydanticCustomError):
        yield InitErrorDetails(type=error, loc=(key,), input=value)
        return
    for details in error.errors():
        context: dict[str, str] = details["ctx"]
        again = refusal(context["what"], context["right"])
        yield InitErrorDetails(type=again, loc=(key, *details["loc"]), input=details["input"])


def _written(prompt: Prompt) -> object:
    """The prompt as it could stand in the YAML."""
    parts = [_part_written(part) for part in prompt.parts]
    return parts if len(parts) > 1 else parts[0]


def _part_written(part: Part) -> object:
    piece = part.each[0][1]
    if part.each[0][0] is None:
        return {"say": piece.text, "in": piece.language} if isinstance(piece, Said) else piece
    each = {language: piece.text if isinstance(piece, Said) else piece for language, piece in part.each}
    return {"say": each} if isinstance(piece, Said) else each


def _schema() -> dict[str, Any]:
    sound = {"type": "string", "pattern": f"^({_SOUND.pattern})$"}
    text = {"type": ["string", "number"], "minLength": 1, "maxLength": MAX_SAID}
    said = {"anyOf": [text, _for_each(text)]}
    keys = {"say": said, "in": {"enum": list(LANGUAGES)}}
    spoken = {"type": "object", "properties": keys, "required": ["say"], "additionalProperties": False}
    part = {"anyOf": [sound, _for_each(sound), spoken]}
    several = {"type": "array", "items": part, "minItems": 1, "maxItems": MAX_PARTS}
    return {
        "description": "what is heard: a sound, or {say: text}, for all or for each language",
        "anyOf": [*part["anyOf"], several],
    }


def _for_each(value: dict[str, Any]) -> dict[str, Any]:
    names = dict.fromkeys(LANGUAGES, value)
    return {"type": "object", "properties": names, "minProperties": 1, "additionalProperties": False}


# The same as `read_prompt` reads, for editors.
PromptText = Annotated[Prompt, PlainValidator(read_prompt), PlainSerializer(_written), WithJsonSchema(_schema())]
