"""Public holidays from the library `holidays`, which computes them; nothing is asked of the network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from callcontrol.config.checks.places import did_you_mean
from callcontrol.config.day_tables import HolidayTable, NoDayTable

_ENGLISH = ("en_US", "en")


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str, language: str, first_year: int, last_year: int) -> HolidayTable:
    """The holidays of these years, as far as the library knows them.

    Args:
        region: ISO 3166-2 without the country, or the library's own word; "": the whole country.
        language: of their names; "": English where the library has it, else the country's own.

    Raises:
        NoDayTable: a country, a region or a language that the library does not know.
    """
    # It takes 14 MB and a tenth of a second, which only configurations that name a country should pay.
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise NoDayTable(f"holidays of {country!r} are not known", did_you_mean(country, known, "write special days"))
    entity: Any = getattr(holidays, country)
    regions = [*entity.subdivisions, *getattr(entity, "subdivisions_aliases", {})]
    if region and region not in regions:
        raise NoDayTable(f"{country} has no region {region!r} with holidays of its own", _one_of(region, regions))
    last_year = min(last_year, entity.end_year)
    spoken = _language(language, entity)
    found = holidays.country_holidays(country, region or None, range(first_year, last_year + 1), language=spoken)
    return HolidayTable(date(last_year, 12, 31), {day: str(name) for day, name in sorted(found.items())})


def _language(language: str, entity: Any) -> str | None:
    known = [one for one in (*entity.supported_languages, entity.default_language) if one]
    if language and language not in known:
        raise NoDayTable(f"names of holidays are not known in {language!r}", _one_of(language, known))
    return language or next((one for one in _ENGLISH if one in known), None)


def _one_of(word: str, known: Sequence[str]) -> str:
    return did_you_mean(word, known, f"write one of {', '.join(known)}" if known else "leave it out: there is none")
