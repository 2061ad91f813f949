"""Which phones are registered, per switch: read whole when a switch comes up, then followed by its events.

A phone is known to be offline only while at least one switch is up and has been read; otherwise it is simply tried.
FreeSWITCH's `sofia::expire` comes late and a flush sends nothing (freeswitch#1869), so each entry also ends by itself.
The profile keeps one registration per account (`multiple-registrations` off), so a new one replaces the old, and an
unregistering REGISTER ends it whatever its Call-ID: a phone that was rebooted unregisters with a new one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from callcontrol.edges import clock, meters

log = logging.getLogger(__name__)

# A registration lives a little longer than it says: a refresh may be on its way (seconds).
GRACE_S = 30
Account = tuple[str, str]  # user, domain


class Registrations:
    """What all switches know of all phones."""

    def __init__(self) -> None:
        self._by_switch: dict[str, dict[Account, float]] = {}

    def read(self, switch: str, rows: Iterable[Mapping[str, str]]) -> None:
        """Replace what is known of a switch by its `show registrations as json` rows."""
        lag_s = clock.monotonic() - clock.now() / 1_000_000
        self._by_switch[switch] = {
            (row["reg_user"], row["realm"]): float(row["expires"]) + lag_s + GRACE_S for row in rows
        }
        self._count(switch)

    def forget(self, switch: str) -> None:
        """The switch cannot be heard: nothing is known of it any more."""
        self._by_switch.pop(switch, None)
        meters.registrations.labels(switch).set(0)

    def registered(self, switch: str, account: Account, expires_s: float) -> None:
        """A phone registered (sofia::register)."""
        self._by_switch.setdefault(switch, {})[account] = clock.monotonic() + expires_s + GRACE_S
        self._count(switch)

    def gone(self, switch: str, account: Account) -> None:
        """A phone unregistered or expired."""
        self._by_switch.get(switch, {}).pop(account, None)
        self._count(switch)

    def known(self, domain: str, users: Iterable[str]) -> dict[str, bool]:
        """Whether these accounts are registered anywhere; empty while no switch has been read."""
        if not self._by_switch:
            return {}
        now = clock.monotonic()
        return {user: self._is_registered((user, domain), now) for user in users}

    def where(self, domain: str, user: str) -> tuple[str, ...]:
        """The switches at which this account is registered, the registration that lasts longest first."""
        now, account = clock.monotonic(), (user, domain)
        ends = {name: table[account] for name, table in self._by_switch.items() if table.get(account, now) > now}
        return tuple(sorted(ends, key=lambda name: -ends[name]))

    def places(self, domain: str, users: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """`where` for each of these accounts; empty while no switch has been read."""
        return {user: self.where(domain, user) for user in users} if self._by_switch else {}

    def _is_registered(self, account: Account, now: float) -> bool:
        return any(table.get(account, now) > now for table in self._by_switch.values())

    def _count(self, switch: str) -> None:
        meters.registrations.labels(switch).set(len(self._by_switch.get(switch, {})))
