"""Lengths of time and sums of money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from callcontrol.routing.speech.grammar import THOUSAND, Clips, Noun, counted
from callcontrol.routing.speech.languages import GRAMMARS, Files, files
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.money import Money

MOST = 999_999  # of whatever is counted
_LENGTHS = ((Noun.DAY, 86_400), (Noun.HOUR, 3_600), (Noun.MINUTE, 60), (Noun.SECOND, 1))
_CURRENCIES: Mapping[str, tuple[Noun, Noun]] = {
    "EUR": (Noun.EURO, Noun.CENT),
    "PLN": (Noun.ZLOTY, Noun.GROSZ),
    "RUB": (Noun.RUBLE, Noun.KOPECK),
    "USD": (Noun.DOLLAR, Noun.CENT),
}
CURRENCIES = tuple(_CURRENCIES)


def duration(language: Language, seconds: int) -> Files:
    """A length of time by its two largest units: two hours thirty minutes.

    Raises:
        ValueError: it is negative, or longer than MOST days.
    """
    if not 0 <= seconds < (MOST + 1) * 86_400:
        raise ValueError(f"{seconds} s is no length of time that can be said")
    parts: list[tuple[int, Noun]] = []
    for noun, unit_s in _LENGTHS:
        n, seconds = divmod(seconds, unit_s)
        parts.append((n, noun))
    first = next((place for place, (n, _) in enumerate(parts) if n), len(parts) - 1)
    spoken = [parts[first], *((n, noun) for n, noun in parts[first + 1 : first + 2] if n)]
    return files(language, _listed(language, spoken))


def amount(language: Language, money: Money) -> Files:
    """A sum, such as twelve zlotys fifty groszes; the smaller unit is rounded half up, and left out if there is none.

    Raises:
        ValueError: it is negative, above MOST, or in none of CURRENCIES.
    """
    if money.currency not in _CURRENCIES:
        raise ValueError(f"{money.currency} is no currency that is spoken here: {', '.join(CURRENCIES)}")
    hundredths = int((money.amount * 100).to_integral_value(ROUND_HALF_UP))
    whole, rest = divmod(hundredths, 100)
    if money.amount < Decimal(0) or whole > MOST:
        raise ValueError(f"{money} is no sum that can be said")
    large, small = _CURRENCIES[money.currency]
    spoken = [(whole, large), (rest, small)] if whole else [(rest, small)] if rest else [(whole, large)]
    return files(language, _listed(language, [(n, noun) for n, noun in spoken if n or len(spoken) == 1]))


def _listed(language: Language, parts: list[tuple[int, Noun]]) -> Clips:
    return tuple(clip for n, noun in parts for clip in counted(GRAMMARS[language], n, noun))


def everything(language: Language) -> Iterator[Files]:
    """Every way in which any of these can come out, as far as its files differ."""
    for _, unit_s in _LENGTHS:
        yield from (duration(language, n * unit_s) for n in range(200))
    for currency in CURRENCIES:
        for n in range(0, 2 * THOUSAND + 100):
            yield amount(language, Money(Decimal(n) / 100, currency))
            yield amount(language, Money(Decimal(n), currency))
        yield from (amount(language, Money(Decimal(n * THOUSAND), currency)) for n in range(1, 200))
