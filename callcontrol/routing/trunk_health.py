"""Trunks that fail call after call rest for a while: they are tried last, not first. Pure: the state is an argument.

A trunk has failed if a leg ended by its fault (TRUNK_FAILURES) before anything rang; it works if anything rang behind
it or a person refused. Each worker learns for itself: three failed calls are soon there where it matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from callcontrol.config.settings import Trunk
from callcontrol.vocabulary.leg import Certainty, End, LegChange
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import NO_FAULT, TRUNK_FAILURES, Outcome, outcome_of


@dataclass(frozen=True, slots=True)
class TrunkHealth:
    """What a worker knows of a trunk: failures in a row, and until when it rests (0: it does not)."""

    failures: int
    rests_until: Instant


WELL = TrunkHealth(0, Instant(0))


@dataclass(frozen=True, slots=True)
class TrunkNews:
    """A leg through this trunk has ended, by the trunk's fault or not."""

    trunk: str
    failed: bool


def news_of_trunks(news: Iterable[LegChange]) -> Iterator[TrunkNews]:
    """What the ends of a call's legs say of trunks; what is only supposed of an end says nothing.

    Args:
        news: how the legs have changed since they were looked at last.
    """
    for was, leg in news:
        if not leg.trunk or leg.end is None or leg.certainty is Certainty.ESTIMATED:
            continue
        is_known = was is not None and was.end is not None and was.certainty is not Certainty.ESTIMATED
        failed = None if is_known else _failed(leg.end)
        if failed is not None:
            yield TrunkNews(leg.trunk, failed)


def after_leg(health: TrunkHealth, trunk: Trunk, now: Instant, *, failed: bool) -> TrunkHealth:
    """What is known of the trunk after a leg."""
    if not failed:
        return WELL
    failures = health.failures + 1
    rests = failures >= trunk.rest_after
    return TrunkHealth(failures, Instant(now + trunk.rest_s * SECOND_US) if rests else health.rests_until)


def resting(health: Mapping[str, TrunkHealth], now: Instant) -> frozenset[str]:
    """The trunks that rest now."""
    return frozenset(name for name, known in health.items() if known.rests_until > now)


def _failed(ended: End) -> bool | None:
    """Whether the trunk failed; None if the leg says nothing of it: we gave up before anything was heard."""
    if ended.stamps is not None and (ended.stamps.ringing is not None or ended.stamps.answered is not None):
        return False
    if ended.cause in NO_FAULT:
        return None
    if ended.cause in TRUNK_FAILURES:
        return True
    return None if outcome_of(ended.cause) in (Outcome.ABANDONED, Outcome.ELSEWHERE, Outcome.FAILED) else False
