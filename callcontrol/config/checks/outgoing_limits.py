"""Limits of a single call outside: that each says something, and that it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.config.checks.outgoing import all_outgoing, numbered
from callcontrol.config.checks.places import problem_at
from callcontrol.config.outgoing_limits import CallLimit
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings

LIMITS: Final = ("price_per_minute", "connection_fee", "talk")


def limits_of_nothing(settings: Settings) -> Iterator[Problem]:
    """An entry says what it limits."""
    for place, _, outgoing in all_outgoing(settings):
        for below, limit in numbered("limits", outgoing.limits):
            if not any(_said(limit)):
                right = "write `price_per_minute:`, `connection_fee:` or `talk:`"
                yield problem_at(settings, (*place, *below), "limits nothing", right)


def limits_never_counted(settings: Settings) -> Iterator[Problem]:
    """The first entry that says a limit of a class counts, so each says something that none before it has said."""
    for place, _, outgoing in all_outgoing(settings):
        before: set[tuple[str, str]] = set()
        for below, limit in numbered("limits", outgoing.limits):
            mine = {(one, said) for one in limit.classes for said in _said(limit)}
            if mine and all((one, said) in before or ("all", said) in before for one, said in mine):
                what = "entries before it say all of this for these classes, so it never counts"
                yield problem_at(settings, (*place, *below), what, "put it before them, or leave it out")
            before |= mine


def talks_longer_than_talks(settings: Settings) -> Iterator[Problem]:
    """No conversation is longer than any may be."""
    for place, tenant, outgoing in all_outgoing(settings):
        longest_s, word = (tenant.talk, "talk") if tenant.talk else (settings.limits.talk_s, "limits.talk_s")
        for below, limit in numbered("limits", outgoing.limits):
            if limit.talk is not None and limit.talk > longest_s:
                what = f"conversations last {longest_s} seconds at most (`{word}`)"
                yield problem_at(settings, (*place, *below, "talk"), what, "write less, or raise that")


def _said(limit: CallLimit) -> list[str]:
    return [name for name in LIMITS if getattr(limit, name) is not None]
