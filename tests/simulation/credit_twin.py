"""The scripts of credit accounts (`credit_scripts/*.lua`) in memory: carried out by their oracle, which the machine of
`tests/edges/live_state` holds to the real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.credit import Balance, CreditAccount, Rung, SpanReply, SpanRequest
from callcontrol.vocabulary.moment import Instant
from tests.oracle.credit import CreditModel

_UNKNOWN = [b"unknown", 0, 0, 0, 0, 0]


class CreditTwin:
    """The accounts of a tenant."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.model = CreditModel()

    def carry_out(self, words: Sequence[Any]) -> Any:
        """One operation, as `CreditStore` asks for it."""
        operation, now, *rest = words
        return getattr(self, f"_{operation}")(Instant(now), *rest)

    def account(self, field: str) -> CreditAccount:
        """The account of this name in the keys."""
        name, _, currency = field.rpartition(":")
        return CreditAccount(self.tenant, name, currency)

    def standing(self, field: str) -> dict[str, int | None]:
        """The account's hash, as far as it is read."""
        found = self.model.look(self.account(field))
        if found.balance is None:
            return {}
        return {
            "balance": found.balance.units,
            "on_hold": int(found.balance.on_hold),
            "reserved": sum(found.reserved.values()),
            "unbooked": found.balance.units - found.available - sum(found.reserved.values()),
        }

    def _reserve(self, now: Instant, name: str, leg: str, *numbers: int) -> list[Any]:
        floor, rate, answered, lease_us, horizon_s, covers, *flat = map(int, numbers)
        assert not covers, "no tenant of the simulation has a bundle"
        rungs = tuple(Rung(*pair) for pair in zip(flat[::2], flat[1::2], strict=True))
        when = Instant(answered) if answered else None
        request = SpanRequest(self.account(name), leg, rungs, rate, when, floor, lease_us, horizon_s)
        reply = self.model.reserve(now, request)
        return _UNKNOWN if reply is None else _words(reply)

    def _end(self, now: Instant, name: str, leg: str, used: int) -> int:
        return int(self.model.end(now, self.account(name), leg, int(used)))

    def _book(self, now: Instant, name: str, entry: int, units: int, on_hold: int, *legs: str) -> list[Any]:
        balance = Balance(self.account(name), int(entry), int(units), bool(int(on_hold)))
        booking = self.model.book(now, balance, legs)
        return [booking.word.encode(), *(number for number in vars_of(booking) if isinstance(number, int))]

    def _expire(self, now: Instant, _at_once: int) -> list[bytes]:
        released = self.model.expire(now)
        return [part for one in released for part in (f"{one.leg} {one.account}".encode(), str(one.units).encode())]


def vars_of(value: Any) -> list[Any]:
    """The values of a dataclass's fields, in order."""
    return [getattr(value, name) for name in type(value).__dataclass_fields__]


def field_of(key: str) -> tuple[str, str] | None:
    """The tenant and account that the key of an account's hash is of, None for any other key."""
    tenant = keys.tenant_of(key)
    before = f"{keys.credit(tenant)}:account:"
    return (tenant, key.removeprefix(before)) if key.startswith(before) else None


def _words(reply: SpanReply) -> list[Any]:
    numbers = (reply.units, reply.talk_s, reply.left, reply.legs, reply.dry or 0)
    return [reply.word.value.encode(), *numbers]
