"""Which phones are registered, per switch: read whole when a switch comes up, then followed by its events.

A phone is known to be offline only if every switch has been read and is being heard, and none has it. While a switch
cannot be heard, what it said last still counts, after what others say; and a phone that none has may be there: that is
unknown, and it is simply tried.
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
    """What all switches know of all phones.

    Args:
        switches: those there are.
    """

    def __init__(self, switches: Iterable[str] = ()) -> None:
        self._switches = frozenset(switches)
        self._by_switch: dict[str, dict[Account, float]] = {}
        self._heard: set[str] = set()  # whose table was read whole and has been followed since

    def read(self, switch: str, rows: Iterable[Mapping[str, str]]) -> None:
        """Replace what is known of a switch by its `show registrations as json` rows."""
        lag_s = clock.monotonic() - clock.now() / 1_000_000
        self._by_switch[switch] = {
            (row["reg_user"], row["realm"]): float(row["expires"]) + lag_s + GRACE_S for row in rows
        }
        self._heard.add(switch)
        self._count(switch)

    def lost(self, switch: str) -> None:
        """The switch cannot be heard until it is read again: phones may come and go there."""
        self._heard.discard(switch)
        self._count(switch)

    def registered(self, switch: str, account: Account, expires_s: float) -> None:
        """A phone registered (sofia::register); the switch need not have been read yet."""
        self._by_switch.setdefault(switch, {})[account] = clock.monotonic() + expires_s + GRACE_S
        self._count(switch)

    def gone(self, switch: str, account: Account) -> None:
        """A phone unregistered or expired."""
        self._by_switch.get(switch, {}).pop(account, None)
        self._count(switch)

    def known(self, domain: str, users: Iterable[str]) -> dict[str, bool]:
        """Whether these accounts are registered anywhere; those of which that is not known are left out."""
        return {user: bool(found) for user, found in self.places(domain, users).items()}

    def where(self, domain: str, user: str) -> tuple[str, ...]:
        """The switches at which this account is registered: those first that are heard, then the registration that
        lasts longest."""
        now, account = clock.monotonic(), (user, domain)
        ends = {name: table[account] for name, table in self._by_switch.items() if table.get(account, now) > now}
        return tuple(sorted(ends, key=lambda name: (name not in self._heard, -ends[name])))

    def places(self, domain: str, users: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """`where` for each of these accounts; left out are those that no heard switch has and a switch that is
        not heard may have."""
        certain = bool(self._heard) and self._switches <= self._heard
        found = {user: self.where(domain, user) for user in users}
        return {user: switches for user, switches in found.items() if switches or certain}

    def unheard(self) -> tuple[str, ...]:
        """The switches whose phones are not known now: one that no other has may be there."""
        return tuple(sorted(self._switches - self._heard))

    def _count(self, switch: str) -> None:
        known = self._by_switch.get(switch, {}) if switch in self._heard else ()
        meters.registrations.labels(switch).set(len(known))
