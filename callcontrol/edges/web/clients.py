"""Who a request comes from, and how many requests one address may make."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from callcontrol.edges import clock, meters

MINUTE_S: Final = 60.0
# Addresses that are counted by themselves within a minute; further ones share one count.
MAX_ADDRESSES: Final = 10_000
_OTHERS: Final = ""
# An IPv6 client has a network of this size for itself.
_IPV6_BITS: Final = 64

_Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def networks_of(written: Iterable[str]) -> _Networks:
    """Networks as settings write them."""
    return tuple(ipaddress.ip_network(one, strict=False) for one in written)


def client_address(peer: str, forwarded_for: str, proxies: _Networks) -> str:
    """The address of the client: what the proxies say of it is believed, what the client itself says is not.

    Args:
        peer: the other end of the connection.
        forwarded_for: the header X-Forwarded-For, "" if there is none: each proxy has added its own peer at its end.
    """
    chain = [*(part.strip() for part in forwarded_for.split(",") if part.strip()), peer]
    while len(chain) > 1 and _is_within(chain[-1], proxies):
        chain.pop()
    return chain[-1] if _read(chain[-1]) else peer


class RequestLimit:
    """Counts requests of each address within a minute of its clock.

    Args:
        everywhere: counts a request of an address at all hosts, and says how many it has made in this minute.
    """

    def __init__(
        self,
        a_minute: int,
        seconds: Callable[[], float] = clock.monotonic,
        everywhere: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self.a_minute = a_minute
        self._seconds = seconds
        self._everywhere = everywhere
        self._counts: Counter[str] = Counter()
        self._minute = -1

    def admits(self, address: str) -> bool:
        """Count a request; whether it is within the limit. What is refused here is asked of no other host."""
        minute = int(self._seconds() // MINUTE_S)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        who = _who(address)
        if who not in self._counts and len(self._counts) >= MAX_ADDRESSES:
            meters.limits_reached_total.labels("MAX_ADDRESSES").inc()
            who = _OTHERS
        self._counts[who] += 1
        return self._counts[who] <= self.a_minute and self._everywhere(who) <= self.a_minute


def _who(address: str) -> str:
    read = _read(address)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(read) >> _IPV6_BITS << _IPV6_BITS, _IPV6_BITS)))
    return address


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_within(address: str, networks: _Networks) -> bool:
    read = _read(address)
    if read is None:
        return False
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        read = read.ipv4_mapped
    return any(read in network for network in networks)
