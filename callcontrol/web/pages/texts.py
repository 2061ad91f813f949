"""The texts of the panel in its languages: catalogs of gettext, one for each area, read once at the start.

English texts are the names of texts; the other languages have `locale/LANGUAGE/AREA.po`.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES, Language

LOCALE: Final = Path(__file__).parents[1] / "locale"
# As each calls itself.
NAMES: Final[Mapping[Language, str]] = {"en": "English", "pl": "Polski", "ru": "Русский"}


def N_(text: str) -> str:  # what marks texts for catalogs has this name everywhere
    """Marks a text that is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and what stands in its `%(name)s`."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


def said(text: str, **values: object) -> Said:
    """A text marked by `N_`, with its values."""
    return Said(text, values)


def in_words(what: Said, translations: gettext.NullTranslations) -> str:
    """The text in a language."""
    text = translations.gettext(what.text)
    return text % what.values if what.values else text


@cache
def translations_of(language: Language) -> gettext.NullTranslations:
    """All catalogs of a language; texts of English are their own translation."""
    if language == DEFAULT_LANGUAGE:
        return gettext.NullTranslations()
    merged = Catalog(locale=language)
    for path in sorted((LOCALE / language).glob("*.po")):
        for message in catalog(path):
            if message.id and message.string:
                merged.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def catalog(path: Path) -> Catalog:
    """A catalog as it stands; an empty one where there is no file."""
    if not path.exists():
        return Catalog(locale=path.parent.name, domain=path.stem)
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, domain=path.stem)


def language_of(chosen: str | None, profile: str, accepted: str) -> Language:
    """The language for a person: the one chosen here, else the profile's, else the first the browser asks for.

    Args:
        accepted: the header Accept-Language.
    """
    for name in (chosen, profile, negotiate_locale(_asked_for(accepted), LANGUAGES)):
        for language in LANGUAGES:
            if name == language:
                return language
    return DEFAULT_LANGUAGE


def _asked_for(accepted: str) -> list[str]:
    """`pl-PL,pl;q=0.9,en;q=0.8` as languages, the most wanted first."""
    return [tag for _, _, tag in sorted(_weighed(accepted.split(",")[:10]))]


def _weighed(parts: Iterable[str]) -> Iterable[tuple[float, int, str]]:
    for place, part in enumerate(parts):
        tag, _, weight = part.strip().partition(";q=")
        try:
            yield -float(weight or 1), place, tag.partition("-")[0].lower()
        except ValueError:
            continue
