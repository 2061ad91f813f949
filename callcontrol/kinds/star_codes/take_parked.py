"""Parked callers taken by star code, from phones without a key for each place.

*70#           who has been parked longest, first of those whom this extension has parked
*70*701#       the caller at this place
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.kinds.targets.parking.settings import lot_with
from callcontrol.kinds.targets.parking.taking import TakeFromPlace
from callcontrol.routing.facts import Facts, StarCode, Usage

_FORM: Final = re.compile(r"\*70(?:\*(?P<place>[0-9]{2,6}))?\#?")


def _decide(found: re.Match[str], facts: Facts) -> TakeFromPlace:
    place = found["place"] or ""
    known = not place or lot_with(place, facts.tenant) is not None
    return TakeFromPlace(place, facts.caller.extension, "" if known else f"there is no parking place {place}")


CODE = StarCode(
    _FORM,
    "every extension",
    (Usage("`*70#`, `*70*place#`", "take who has been parked longest, one's own first; who is at that place"),),
    _decide,
    saved=(),
)
