"""Sentences that are said to people in their language: English by themselves, with a text that catalogs translate."""

from __future__ import annotations

from collections.abc import Mapping


class Sentence(str):
    """An English sentence.

    Attributes:
        text: as catalogs have it, with `%(name)s` where its values stand.
        values: what stands there.
    """

    text: str
    values: Mapping[str, object]


def says(text: str, /, **values: object) -> Sentence:
    """The sentence of a text and its values; marks the text for the catalogs, so it stands here as it is."""
    made = Sentence(text % values if values else text)
    made.text, made.values = text, values
    return made
