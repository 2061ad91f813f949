"""The clock of Redis, by which queues go: leases, rests and waits begin on one host and are looked at on others.

Every reply of the queue scripts says what time it is there. That bounds the difference from this worker's monotonic
clock, which no step of the wall clock changes. As long as the wall clock here is right within TOLERATED_US it is what
is told; beyond, every moment is told in the server's time and read back in ours, so that a host whose clock is wrong
ends nobody's offer, and it is said that the clock is wrong.
"""

from __future__ import annotations

import logging

from callcontrol.edges import clock, meters
from callcontrol.vocabulary.moment import SECOND_US, Instant

log = logging.getLogger(__name__)

# Less than any span of the queues, more than the way to Redis and NTP make out (microseconds).
TOLERATED_US = 250_000
NEVER = Instant(0)


class ServerClocks:
    """What time it is at the servers of all tenants' queues: those of a cluster have clocks of their own."""

    def __init__(self) -> None:
        self._beyond_us: dict[str, int] = {}  # by tenant: the server's clock less our monotonic one
        self._is_wrong: dict[str, bool] = {}

    def is_known(self, tenant: str) -> bool:
        """Whether the server of this tenant's queues has said what time it is."""
        return tenant in self._beyond_us

    def heard(self, tenant: str, sent_s: float, server_us: int) -> None:
        """The server has said what time it was, between `sent_s` (monotonic) and now."""
        low, high = server_us - _monotonic_us(), server_us - int(sent_s * SECOND_US)
        known = self._beyond_us.get(tenant, (low + high) // 2)
        self._beyond_us[tenant] = min(max(known, low), high)
        self._tell(tenant)

    def ahead_us(self, tenant: str) -> int:
        """How far the wall clock here is ahead of the server's (microseconds); 0 as long as that is tolerated."""
        ahead = self._measured_us(tenant)
        return ahead if abs(ahead) > TOLERATED_US else 0

    def there(self, tenant: str, moment: Instant) -> Instant:
        """A moment of ours in the server's time; never is never."""
        return Instant(moment - self.ahead_us(tenant)) if moment else NEVER

    def here(self, tenant: str, moment: Instant) -> Instant:
        """A moment of the server's in our time; never is never."""
        return Instant(moment + self.ahead_us(tenant)) if moment else NEVER

    def _measured_us(self, tenant: str) -> int:
        beyond = self._beyond_us.get(tenant)
        return 0 if beyond is None else clock.now() - (_monotonic_us() + beyond)

    def _tell(self, tenant: str) -> None:
        ahead = self._measured_us(tenant)
        meters.clock_off_seconds.set(abs(ahead) / SECOND_US)
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
