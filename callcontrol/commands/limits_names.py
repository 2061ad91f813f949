"""Payers as commands name them, and how their restrictions are written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import tzinfo

from callcontrol.config.settings import Settings
from callcontrol.usecases.names import unknown
from callcontrol.usecases.restrictions import payers_of
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.override import end_of
from callcontrol.vocabulary.restriction import Level, Restriction


def check_payer(settings: Settings, tenant: str, payer: str) -> None:
    """Raises ValueError: there is no such tenant or payer."""
    if tenant not in settings.tenants:
        raise ValueError(unknown("tenant", tenant, settings.tenants))
    names = payers_of(settings.tenants[tenant])
    if payer not in names:
        raise ValueError(unknown("payer", payer, names))


def told(restriction: Restriction, now: Instant) -> dict[str, object]:
    """A restriction for programs."""
    until = restriction.until
    times = {"at": text_of(restriction.at), "until": None if until is None else text_of(until)}
    return {**asdict(restriction), **times, "in_force": restriction.is_in_force(now)}


def said(restriction: Restriction, zone: tzinfo, now: Instant) -> str:
    """`acme extension:101: block_class premium since 2026-11-30 03:05 until taken back, by limit (…): …`."""
    whose = f"{restriction.tenant} {restriction.payer}: {_what(restriction)}"
    since, over = text_of(restriction.at, zone)[:16], "" if restriction.is_in_force(now) else " (over)"
    by = f"by {restriction.by}, limit {restriction.limit}"
    return f"{whose} since {since} {end_of(restriction.until, zone)}{over}, {by}: {restriction.why}"


def _what(restriction: Restriction) -> str:
    if restriction.level in (Level.BLOCK_OUTGOING, Level.RELEASED):
        return restriction.level
    return f"{restriction.level} {', '.join(restriction.classes) or 'all'}"
