"""Opening hours in a run: where they led calls, held against what they say of the moments at which they decided."""

from __future__ import annotations

from collections.abc import Iterable

from callcontrol.billing.record import CallRecord
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.schedule_state import state
from tests.simulation.centre import DESK
from tests.simulation.promises import Broken


def led_calls(calls: Iterable[CallRecord], settings: Settings) -> tuple[int, int]:
    """How many times opening hours let a call in, and how many times they found it closed.

    Raises:
        Broken: a call went the way of opening hours that were closed, or the other way round.
    """
    found = {"open": 0, "closed": 0}
    for call in calls:
        for entry in call.path:
            named, word, *_ = *entry.why.split(" "), ""
            if named == f"hours:{DESK}":
                _check(call, word, state(settings.tenants[call.tenant].hours[DESK].schedule, entry.at).word)
                found[word] += 1
    return found["open"], found["closed"]


def _check(call: CallRecord, word: str, said: str) -> None:
    if word != said:
        raise Broken(f"call {call.call_id} was led as if {word}, the opening hours said {said}", call.call_id)
