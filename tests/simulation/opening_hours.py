"""Opening hours in a run: the ways of calls are compared with the schedule at the moment of the decision."""

from __future__ import annotations

from collections.abc import Iterable

from callcontrol.billing.record import CallRecord
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.schedule_state import state
from tests.simulation.broken import Broken
from tests.simulation.centre import DESK


def led_calls(calls: Iterable[CallRecord], settings: Settings) -> tuple[int, int]:
    """How often opening hours let a call in, and how often they were closed.

    Raises:
        Broken: a call was let in by closed opening hours, or sent away by open ones.
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
