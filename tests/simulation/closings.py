"""A closed queue sends its callers on: none of them waits there for long."""

from __future__ import annotations

from callcontrol.config.queue_settings import AtClosing
from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.moment import SECOND_US
from tests.simulation.centre import OPEN_MIN, SHIFT_MIN, at_closing
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.switch_twin import SwitchTwin

# The limit in seconds while worker and Redis are up, with time for a ringing phone and for clocks that differ.
GONE_S = 110.0
# A host whose clock is ahead opens the queue earlier by at most this (seconds).
APART_S = 30.0


def waits_after_closing(switches: list[SwitchTwin], server: RedisTwin, wall_us: int) -> tuple[str, str] | None:
    """A text on a caller who still waits in a closed queue, and the call; None: there is none."""
    closed_s = wall_us / SECOND_US % (SHIFT_MIN * 60) - OPEN_MIN * 60
    opens_s = (SHIFT_MIN - OPEN_MIN) * 60
    if not GONE_S < closed_s < opens_s - APART_S:
        return None
    lives = {channel.call for switch in switches for channel in switch.channels.values()}
    for key, queues in server.queues.items():
        tenant = keys.tenant_of(key)
        if at_closing(int(tenant.removeprefix("t"))) is not AtClosing.OVERFLOW:
            continue
        for ticket in queues.model.state.tickets.values():
            call = ticket.id.partition("/")[0]
            if ticket.queue == "side" and not ticket.callback and call in lives:
                return f"{ticket.id} of {tenant} waits in side {closed_s:.0f} s after it closed", call
    return None
