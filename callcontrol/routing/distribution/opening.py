"""Hours within which customers may be called back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcontrol.vocabulary.moment import Instant, datetime_of, instant_of


def next_open(earliest: Instant, opens: time, closes: time, zone: str) -> Instant:
    """The first moment not before `earliest` that lies in [opens, closes) on the clocks of `zone`."""
    here = ZoneInfo(zone)
    local = datetime_of(earliest, here)
    if local.time() < opens:
        return instant_of(datetime.combine(local.date(), opens, here))
    if local.time() < closes:
        return earliest
    return instant_of(datetime.combine(local.date() + timedelta(days=1), opens, here))
