"""Countries by their names, so that `UK` or `Poland` can be answered with the two letters that are meant."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from callcontrol.vocabulary.phone_number import REGIONS


def country_meant(text: str) -> str:
    """The two capital letters (ISO 3166) of the country that is probably meant, "" if there is no telling."""
    if text.upper() in REGIONS:
        return text.upper()
    named = _letters_by_name()
    near = get_close_matches(text.lower(), named, 1, cutoff=0.85)
    return named[near[0]] if near else ""


@cache
def _letters_by_name() -> Mapping[str, str]:
    """Of the table that comes with the time zones; `Britain (UK)` there goes by both names."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in table.splitlines():
        letters, _, names = line.partition("\t")
        if letters in REGIONS:
            for name in names.rstrip(")").split("("):
                found.setdefault(name.strip().lower(), letters)
    return found
