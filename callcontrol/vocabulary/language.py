"""The languages in which a caller can be spoken to."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "pl", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# What a caller hears where no language is set.
DEFAULT_LANGUAGE: Language = "en"
