"""A price list as written -> a Tariff: settings, inheritance of versions, and what holds between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Markup, PricesAre, SecondsRounding, Tariff, Terms, Version
from callcontrol.billing.tariffs.calendars import calendar_of
from callcontrol.billing.tariffs.rows import MAX_DECIMALS, RowReader, step_of
from callcontrol.billing.tariffs.written import Cell, Findings, WrittenSpan, WrittenTariff, WrittenVersion, listed
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.money import Rounding

MIN_DECIMALS = -3  # thousands
MAX_PRICE_DECIMALS = 16
DEFAULT_DECIMALS = 4

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_MARKUP = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?|-[0-9]{1,2}(\.[0-9]{1,4})?")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")  # what the ledger keeps: numeric(6,3)
# Currencies without minor units (ISO 4217, list one, minor unit 0).
_WHOLE = frozenset(re.findall("...", "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF"))
_Word = TypeVar("_Word", bound=StrEnum)


def tariff_of(written: WrittenTariff, zone: ZoneInfo, findings: Findings) -> Tariff:
    """The tariff; what is wrong goes to the findings, and then the value is of no use."""
    name = _required("tariff", _NAME, "name the list in letters, digits, blanks and _ . -", written, findings)
    zone = _zone(written.settings.get("zone"), zone, findings)
    currency = _required("currency", _CURRENCY, "write three capital letters, such as PLN", written, findings)
    versions = [_version(version, written, zone, findings) for version in written.versions]
    if not versions:
        findings.add(1, "no version", "write at least one version with its valid_from, such as 2026-01-01")
        _terms(written.settings, written.spans, zone, findings)  # for its mistakes
    _refuse_same_start(versions, written, findings)
    return Tariff(name, currency, zone, tuple(sorted(versions, key=lambda version: version.valid_from)))


def _required(name: str, form: re.Pattern[str], right: str, written: WrittenTariff, findings: Findings) -> str:
    cell = written.settings.get(name)
    if cell is None:
        findings.add(1, f"{name!r} is missing", right)
    elif not form.fullmatch(cell.text):
        findings.add(cell.line, f"{name} {cell.text!r}", right)
    return cell.text if cell else ""


def _refuse_same_start(versions: list[Version], written: WrittenTariff, findings: Findings) -> None:
    lines: dict[Instant, int] = {}
    for version, source in zip(versions, written.versions, strict=True):
        line = lines.setdefault(version.valid_from, source.valid_from.line)
        if line != source.valid_from.line:
            what = f"valid_from {source.valid_from.text} is that of the version in line {line} too"
            findings.add(source.valid_from.line, what, "give each version a moment of its own")


def _version(written: WrittenVersion, tariff: WrittenTariff, zone: ZoneInfo, findings: Findings) -> Version:
    settings = {**tariff.settings, **written.settings}
    terms = _terms(settings, written.spans or tariff.spans, zone, findings, tariff.settings.get("currency"))
    default_step = step_of(settings["step"], findings) if "step" in settings else None
    price_decimals = _whole("price_decimals", settings, MAX_DECIMALS, MAX_PRICE_DECIMALS, findings)
    rows = RowReader(terms.calendar.periods, default_step, findings, price_decimals).read(written)
    markup = _markup(settings, findings)
    if not written.rows and markup is None:
        findings.add(written.valid_from.line, "a version without prefixes", "write at least one, or markup_on")
    return Version(_valid_from(written.valid_from, zone, findings), terms, rows, markup)


def _markup(settings: Mapping[str, Cell], findings: Findings) -> Markup | None:
    """The list whose prices are taken, and how much more is; None: there is none."""
    on, percent = settings.get("markup_on"), settings.get("markup_percent")
    if on is None:
        if percent is not None:
            findings.add(percent.line, "markup_percent without markup_on", "name the list whose prices are marked up")
        return None
    if not _FILE.fullmatch(on.text):
        findings.add(on.line, f"markup_on {on.text!r}", "name a file below tariffs/ without its ending")
    if percent is not None and not _MARKUP.fullmatch(percent.text):
        right = "write a percentage with at most 4 decimals, such as 20, or -5 for less"
        findings.add(percent.line, f"markup_percent {percent.text!r}", right)
        return None
    return Markup(on.text, Decimal(percent.text) if percent else Decimal(0), line=on.line)


def _zone(cell: Cell | None, zone: ZoneInfo, findings: Findings) -> ZoneInfo:
    """The list's own zone, such as a carrier's; else the tenant's."""
    if cell is None:
        return zone
    try:
        return ZoneInfo(cell.text)
    except (ValueError, OSError, LookupError):
        findings.add(cell.line, f"zone {cell.text!r}", "write a time zone such as Europe/Warsaw")
        return zone


def _valid_from(cell: Cell, zone: ZoneInfo, findings: Findings) -> Instant:
    try:
        return instant_from(cell.text, zone)
    except BadMoment:
        right = "write a date, or a time such as 2026-01-01T00:00 (in the tenant's zone, unless it has an offset)"
        findings.add(cell.line, f"valid_from {cell.text!r}" if cell.text else "no valid_from", right)
        return Instant(-cell.line)  # of its own, so that it is not taken for a repetition


def _terms(
    settings: Mapping[str, Cell],
    spans: list[WrittenSpan],
    zone: ZoneInfo,
    findings: Findings,
    currency: Cell | None = None,
) -> Terms:
    return Terms(
        calendar=calendar_of(spans, settings.get("default_period"), zone, findings),
        round_seconds=_word("round_seconds", settings, SecondsRounding.UP, findings),
        round_amount=_word("round_amount", settings, Rounding.HALF_UP, findings),
        decimals=_decimals(settings, currency.text if currency else "", findings),
        vat_percent=_percent(settings.get("vat_percent"), findings),
        prices=_prices(settings, findings),
    )


def _word(name: str, settings: Mapping[str, Cell], default: _Word, findings: Findings) -> _Word:
    cell = settings.get(name)
    if cell is None:
        return default
    words = type(default)
    if cell.text not in words.__members__.values():
        findings.add(cell.line, f"{name} {cell.text!r}", f"write {listed(tuple(words))}")
        return default
    return words(cell.text)


def _decimals(settings: Mapping[str, Cell], currency: str, findings: Findings) -> int:
    """A leg is rounded to so many decimals: more than the currency has, unless it has none at all."""
    if "decimals" not in settings:
        return 0 if currency in _WHOLE else DEFAULT_DECIMALS
    return _whole("decimals", settings, MIN_DECIMALS, MAX_DECIMALS, findings)


def _whole(name: str, settings: Mapping[str, Cell], least: int, most: int, findings: Findings) -> int:
    """A whole number; the least one where none is written, or none that can be."""
    cell = settings.get(name)
    if cell is None:
        return least
    if not re.fullmatch("-?[0-9]{1,2}", cell.text) or not least <= int(cell.text) <= most:
        findings.add(cell.line, f"{name} {cell.text!r}", f"write a whole number from {least} to {most}")
        return least
    return int(cell.text)


def _prices(settings: Mapping[str, Cell], findings: Findings) -> PricesAre | None:
    """Whether prices are net or gross; None: the list does not say."""
    cell = settings.get("prices")
    if cell is None:
        return None
    if "vat_percent" not in settings:
        findings.add(cell.line, f"prices are {cell.text}, but there is no vat_percent", "write vat_percent as well")
    return _word("prices", settings, PricesAre.NET, findings)


def _percent(cell: Cell | None, findings: Findings) -> Decimal | None:
    if cell is None:
        return None
    if not _PERCENT.fullmatch(cell.text) or Decimal(cell.text) > 100:
        right = "write a percentage from 0 to 100, with at most 3 decimals, such as 23"
        findings.add(cell.line, f"vat_percent {cell.text!r}", right)
        return None
    return Decimal(cell.text)
