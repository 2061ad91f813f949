"""Menus in a run: the ways of calls are compared with the keys that were pressed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from callcontrol.billing.record import CallRecord, Side
from tests.simulation.broken import Broken

_USED = re.compile(r"(?:key|dialled) ([0-9*#]+) of menu:")


def keys_that_led_on(calls: Iterable[CallRecord], pressed: Mapping[str, str]) -> int:
    """The number of menu inputs that led a call on.

    Args:
        pressed: by channel, the keys its caller has pressed, in their order.

    Raises:
        Broken: a call was led by a key that was not pressed, or was used before.
    """
    used = 0
    for call in calls:
        channel = next((leg.leg_id for leg in call.legs if leg.direction is Side.A), "")
        rest = iter(pressed.get(channel, ""))
        for keys in (found[1] for entry in call.path if (found := _USED.match(entry.why))):
            used += 1
            if not all(key in rest for key in keys):
                told = f"call {call.call_id} was led by {keys}, pressed was {pressed.get(channel, '')!r}"
                raise Broken(told, call.call_id)
    return used
