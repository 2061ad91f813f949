"""Which phones are registered, per switch: read whole when a switch comes up, then followed by its events.

A phone is known to be offline only while every switch is up and has been read: it may be registered at the one that is
not heard. Of whom that is not known nothing is said, and he is simply tried.
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
        self._unread: set[str] = set()  # switches that are down, or whose phones were not read since they came up

    def expect(self, switch: str) -> None:
        """There is such a switch; until it was read nothing is known of it."""
        if switch not in self._by_switch:
            self._unread.add(switch)

    def read(self, switch: str, rows: Iterable[Mapping[str, str]]) -> None:
        """Replace what is known of a switch by its `show registrations as json` rows."""
        lag_s = clock.monotonic() - clock.now() / 1_000_000
        self._unread.discard(switch)
        self._by_switch[switch] = {
            (row["reg_user"], row["realm"]): float(row["expires"]) + lag_s + GRACE_S for row in rows
        }
        self._count(switch)

    def forget(self, switch: str) -> None:
        """The switch cannot be heard: nothing is known of it any more."""
        self._by_switch.pop(switch, None)
        self._unread.add(switch)
        meters.registrations.labels(switch).set(0)

    def registered(self, switch: str, account: Account, expires_s: float) -> None:
        """A phone registered (sofia::register)."""
        if switch not in self._by_switch:
            self._unread.add(switch)
        self._by_switch.setdefault(switch, {})[account] = clock.monotonic() + expires_s + GRACE_S
        self._count(switch)

    def gone(self, switch: str, account: Account) -> None:
        """A phone unregistered or expired."""
        self._by_switch.get(switch, {}).pop(account, None)
        self._count(switch)

    def known(self, domain: str, users: Iterable[str]) -> dict[str, bool]:
        """Whether these accounts are registered anywhere; those of which that is not known are left out."""
        return {user: bool(switches) for user, switches in self.places(domain, users).items()}

    def where(self, domain: str, user: str) -> tuple[str, ...]:
        """The switches at which this account is registered, the registration that lasts longest first."""
        now, account = clock.monotonic(), (user, domain)
        ends = {name: table[account] for name, table in self._by_switch.items() if table.get(account, now) > now}
        return tuple(sorted(ends, key=lambda name: -ends[name]))

    def places(self, domain: str, users: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """`where` for each of these accounts; those of which nothing is known are left out."""
        found = {user: self.where(domain, user) for user in users}
        everything_read = bool(self._by_switch) and not self._unread
        return {user: switches for user, switches in found.items() if switches or everything_read}

    def _count(self, switch: str) -> None:
        meters.registrations.labels(switch).set(len(self._by_switch.get(switch, {})))
