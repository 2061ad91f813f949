"""What a phone dials with `*` or `#`: one file for each star code, or for codes that are one family.

The list below is the only one. The table in the README has their rows.
"""

from __future__ import annotations

from typing import Final

from callcontrol.kinds.star_codes import (
    barring,
    barring_numbers,
    call_waiting,
    do_not_disturb,
    duty,
    forwarding,
    hours,
    intercom,
    log_in,
    mailbox,
    pause,
    pick_up,
    supervise,
    take_parked,
    wrap_up,
)
from callcontrol.routing.facts import StarCode

STAR_CODES: Final[tuple[StarCode, ...]] = (
    forwarding.CODE,
    log_in.CODE,
    pause.CODE,
    wrap_up.CODE,
    hours.CODE,
    duty.CODE,
    barring.CODE,
    barring_numbers.CODE,
    mailbox.CODE,
    take_parked.CODE,
    do_not_disturb.CODE,
    call_waiting.CODE,
    pick_up.CODE,
    intercom.CODE,
    supervise.CODE,
)
