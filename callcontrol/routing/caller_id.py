"""Which number a phone of ours shows; privacy is kept. What legs outside show: `outgoing/caller_id.py`."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Shown


def shown_inside(facts: Facts) -> Shown:
    """On a phone of ours: the caller's own number, or none if the caller asked for privacy."""
    return Shown("" if facts.caller.anonymous else _own_name(facts), private=facts.caller.anonymous)


def _own_name(facts: Facts) -> str:
    return facts.caller.extension or facts.caller.number
