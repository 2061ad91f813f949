"""The clock of the queues: leases, rests and waits begin on one host and are looked at on others.

It is the clock of Redis and a correction kept beside the queues. Every reply of the queue scripts says what time it
is there, which bounds the difference from this worker's monotonic clock, which no step of a wall clock changes. As long
as the wall clock here is right within TOLERATED_US it is what is told; beyond, every moment is told in the queues' time
and read back in ours, so that a host whose clock is wrong ends no offer of others, and the wrong clock is logged.

When the wall clock of Redis's host steps, the reply is suddenly not where this worker's monotonic clock has it. Then
the step is taken out again by the correction, once for all workers (`stepped` compares what each had seen), so that a
span that is under way, such as a rest or a wrap-up, is neither cut short nor prolonged, and workers that start later go
by the same clock. A correction that another worker has made is followed without question.

The wall clock itself (`clock.now`) is not slewed instead: it stands beside the stamps of the switch in records, and a
worker that started after the step would differ from the others for hours, which would end their offers and rests.

Not covered: a step while no worker runs, or by less than STEP_US; a host whose monotonic clock stands still (a virtual
machine that is suspended) takes the time it missed for a step of Redis, and spans under way last longer by it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from callcontrol.edges import clock, meters
from callcontrol.vocabulary.moment import SECOND_US, Instant

log = logging.getLogger(__name__)

# Less than any span of the queues, more than the way to Redis and NTP make out (microseconds).
TOLERATED_US = 250_000
# A difference of more is a step (microseconds); monotonic clocks drift apart by less than DRIFT of the time since the
# last reply.
STEP_US = 2 * SECOND_US
DRIFT = 0.001
NEVER = Instant(0)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of a clock.

    Attributes:
        beyond_us: the queues' clock less our monotonic one.
        correction_us: the queues' clock less the server's own.
        at_us: when it was heard last, by our monotonic clock.
    """

    beyond_us: int
    correction_us: int
    at_us: int


class ServerClocks:
    """What time it is in all tenants' queues: the servers of a cluster have clocks of their own."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}  # by tenant
        self._is_wrong: dict[str, bool] = {}
        self._told_ms: int | None = None

    def is_known(self, tenant: str) -> bool:
        """Whether the server of this tenant's queues has said what time it is."""
        return tenant in self._heard

    def heard(self, tenant: str, sent_s: float, queues_us: int, correction_us: int = 0) -> int:
        """The server has said what time it was in the queues, between `sent_s` (monotonic) and now.

        Returns:
            By how much its clock has stepped (microseconds, forward is positive), 0: not at all. A step is not
            followed: it is to be taken out of the queues' clock.
        """
        now_us = _monotonic_us()
        low, high = queues_us - now_us, queues_us - int(sent_s * SECOND_US)
        known = self._heard.get(tenant)
        if known is None or known.correction_us != correction_us:
            beyond_us = (low + high) // 2
        else:
            beyond_us = min(max(known.beyond_us, low), high)
            step_us = beyond_us - known.beyond_us
            if abs(step_us) > STEP_US + DRIFT * (now_us - known.at_us):
                return step_us
        self._heard[tenant] = _Heard(beyond_us, correction_us, now_us)
        self._tell(tenant)
        return 0

    def ahead_us(self, tenant: str) -> int:
        """How far the wall clock here is ahead of the queues' (microseconds); 0 as long as that is tolerated."""
        known = self._heard.get(tenant)
        ahead = 0 if known is None else clock.now() - (_monotonic_us() + known.beyond_us)
        return ahead if abs(ahead) > TOLERATED_US else 0

    def there(self, tenant: str, moment: Instant) -> Instant:
        """A moment of ours in the queues' time; never is never."""
        return Instant(moment - self.ahead_us(tenant)) if moment else NEVER

    def here(self, tenant: str, moment: Instant) -> Instant:
        """A moment of the queues' in our time; never is never."""
        return Instant(moment + self.ahead_us(tenant)) if moment else NEVER

    def _tell(self, tenant: str) -> None:
        known = self._heard[tenant]
        ahead = clock.now() - (_monotonic_us() + known.beyond_us - known.correction_us)
        off_ms = abs(ahead) // 1000
        if off_ms != self._told_ms:  # each reply tells the time
            self._told_ms = off_ms
            meters.clock_off_seconds.set(off_ms / 1000)
        is_wrong = abs(ahead) > TOLERATED_US
        if is_wrong is self._is_wrong.get(tenant, False):
            return
        self._is_wrong[tenant] = is_wrong
        if is_wrong:
            off_s, way = abs(ahead) / SECOND_US, "ahead of" if ahead > 0 else "behind"
            log.error("this host's clock is %.1f s %s that of Redis (queues of %s): see to NTP", off_s, way, tenant)
        else:
            log.info("this host's clock is that of Redis again (queues of %s)", tenant)


def _monotonic_us() -> int:
    return int(clock.monotonic() * SECOND_US)
