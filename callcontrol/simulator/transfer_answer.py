"""What becomes of a blind transfer whose transferor the switch keeps (`confirm_blind_transfer`).

The first bridge of the transferred channel, or `blind_transfer_ack`, says so to the transferor's phone.
"""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.transfer import transfer

# As long as the switch keeps it where it is told nothing (sofia.c, sofia_handle_sip_i_refer).
KEPT = "600:blind_transfer"


def keep(transferor: Channel, moved: Channel, told: Callable[[str], None]) -> None:
    """The transferor waits for the answer, of which its phone is told the SIP code."""
    moved.set("blind_transfer_uuid", transferor.uuid)
    transferor.set("blind_transfer_uuid", moved.uuid)
    transferor.set("park_timeout", KEPT)

    def answered(taken: bool) -> None:
        if transferor.down:
            return
        told("200" if taken else moved.get("sip_invite_failure_status") or "403")
        if not taken:
            transfer(transferor, f"intercept:{moved.uuid}", "inline", "")

    moved.told_of_transfer = answered


def answer(moved: Channel, *, taken: bool) -> None:
    """The transfer is taken, or refused; once."""
    told, moved.told_of_transfer = moved.told_of_transfer, None
    if told is not None:
        told(taken)
