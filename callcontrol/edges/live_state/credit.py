"""Credit accounts as Redis has them: what is reserved for running legs, and what the ledger does not have yet.

Each operation is one script, sent with the next round trip: beside a call's save it costs none of its own. The balance
is the ledger's, and Redis only remembers it; where it does not, it is brought and the request is made again, once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway, StoreRefused
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import script_of
from callcontrol.vocabulary.bundle_counter import BundleCounter, BundleUse, Covered, LiveBundle
from callcontrol.vocabulary.credit import (
    Balance,
    Booking,
    CreditAccount,
    LiveAccount,
    Released,
    SpanReply,
    SpanRequest,
    SpanWord,
    Standing,
    Unbooked,
)
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

SCRIPT: Final = script_of("credit_scripts", "account", "covers", "reserve", "end", "book", "expire", "run")
# Legs whose lease is over, released at a time.
EXPIRE_AT_ONCE: Final = 200
# A request is made again so often where Redis did not have the balance, or a counter, and it was brought.
TRIES: Final = 2

OnSpan = Callable[[SpanReply | None, LiveStateError | None], object]
OnStanding = Callable[[Standing | None, LiveStateError | None], object]
OnBooked = Callable[["Booking | None", LiveStateError | None], object]
OnCounted = Callable[[tuple[str, ...] | None, LiveStateError | None], object]
# (account, on_balance): finds the account's balance in the ledger; None: the ledger is away.
FindBalance = Callable[[CreditAccount, Callable[[Balance | None], None]], object]
# (counters, on_uses): finds what is used of bundles in the ledger; None: the ledger is away.
FindUses = Callable[[tuple[BundleCounter, ...], Callable[[tuple[BundleUse, ...] | None], None]], object]


class CreditStore:
    """Reserves, and tells Redis what the ledger has.

    Args:
        find_balance: where Redis does not have an account.
        find_uses: where Redis does not have counters of bundles.
    """

    def __init__(
        self,
        pipeline: RedisPipeline,
        find_balance: FindBalance,
        now: Callable[[], Instant] = clock.now,
        find_uses: FindUses = lambda counters, on_uses: on_uses(None),
    ) -> None:
        self._pipeline = pipeline
        self._find_balance = find_balance
        self._find_uses = find_uses
        self._now = now

    def reserve(self, request: SpanRequest, on_reply: OnSpan) -> None:
        """Reserve a span for a leg. `on_reply(reply, trouble)` is called once; with trouble nothing is known of it.

        Where neither Redis nor the ledger tells what is used of a bundle, the word is `uncounted`.
        """
        self._reserve(request, on_reply, TRIES)

    def _asked_again(self, request: SpanRequest, on_reply: OnSpan, word: bytes, tries: int) -> None:
        """Redis does not have what the request is about: it is brought, and the request made once more."""
        unknown = StoreAway(f"Redis has lost the balance of {request.account} again")
        if not tries:
            on_reply(None, unknown)
        elif word == b"uncounted":
            counters = tuple(cover.counter for cover in request.covers)
            self._find_uses(counters, lambda uses: self._counters_found(request, on_reply, uses, tries))
        else:
            self._find_balance(request.account, lambda balance: self._balance_found(request, on_reply, balance, tries))

    def _balance_found(self, request: SpanRequest, on_reply: OnSpan, balance: Balance | None, tries: int) -> None:
        if balance is None:
            on_reply(None, StoreAway(f"neither Redis nor the ledger tells the balance of {request.account}"))
        else:
            self.book(balance)
            self._reserve(request, on_reply, tries - 1)

    def _counters_found(
        self, request: SpanRequest, on_reply: OnSpan, uses: tuple[BundleUse, ...] | None, tries: int
    ) -> None:
        if uses is None:
            on_reply(SpanReply(SpanWord.UNCOUNTED), None)
        else:
            self.count(uses)
            self._reserve(request, on_reply, tries - 1)

    def look_up(self, account: CreditAccount, on_standing: OnStanding) -> None:
        """How the account stands. `on_standing(standing, trouble)` is called once; None: Redis does not know it."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_standing(None if trouble is not None else _standing(reply), trouble)

        key = f"{keys.credit(account.tenant)}:account:{_name(account)}"
        self._pipeline.submit("HMGET", key, "balance", "reserved", "unbooked", "on_hold", on_reply=answered)

    def end(self, account: CreditAccount, leg: str, used: int, uses: Iterable[tuple[BundleCounter, int]] = ()) -> None:
        """The leg has ended and costs so many units, as far as is known: what was reserved falls back, once.

        Args:
            uses: how many parts it takes of counters of bundles.

        Where Redis is away, the leg's record does the same when the ledger has it, or its lease runs out.
        """
        covered = chain.from_iterable((parts, _key(counter)) for counter, parts in uses)
        words = ("end", self._now(), _name(account), leg, used, *covered)
        SCRIPT.submit(self._pipeline, (keys.credit(account.tenant),), words, _log_refusal)

    def book(
        self,
        balance: Balance,
        legs: Iterable[str] = (),
        on_booked: OnBooked = lambda booking, trouble: None,
        *,
        restore: bool = False,
    ) -> None:
        """Tell Redis what the ledger has: the balance after an entry, and legs that are in it or in an earlier one.
        Told twice it counts once; of two balances the later entry's stands.

        Args:
            restore: the ledger has no later entry, whatever Redis has: it was set back.
        """
        account = balance.account
        words = (
            "restore" if restore else "book",
            self._now(),
            _name(account),
            balance.entry,
            balance.units,
            int(balance.on_hold),
            *legs,
        )

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            _log_refusal(reply, trouble)
            on_booked(None if trouble is not None else Booking(reply[0].decode(), *map(int, reply[1:])), trouble)

        SCRIPT.submit(self._pipeline, (keys.credit(account.tenant),), words, answered)

    def count(
        self,
        uses: Sequence[BundleUse],
        on_counted: OnCounted = lambda words, trouble: None,
        *,
        known_only: bool = False,
    ) -> None:
        """Tell Redis what the ledger has of counters of one tenant's bundles, as `book` does of a balance.

        Args:
            on_counted: told a word for each: `same`, `newer`, `older`, `mended`, or `unknown`.
            known_only: not of counters that Redis does not have.
        """
        told = chain.from_iterable((_key(use.counter), use.changes, use.used) for use in uses)
        words = ("recount" if known_only else "count", self._now(), *told)

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            _log_refusal(reply, trouble)
            on_counted(None if trouble is not None else tuple(word.decode() for word in reply), trouble)

        SCRIPT.submit(self._pipeline, (keys.credit(uses[0].counter.tenant),), words, answered)

    def forget_count(self, counter: BundleCounter) -> None:
        """Redis does not know what is used of a bundle from here on: it is looked up when it is asked for."""
        key = f"{keys.credit(counter.tenant)}:counter:{_key(counter)}"
        self._pipeline.submit("HDEL", key, "used", "changes", on_reply=_log_refusal)

    def expire(self, tenant: str) -> list[Released]:
        """Release what is reserved for legs whose lease is over, EXPIRE_AT_ONCE at most. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        reply = SCRIPT.ask(self._pipeline, (keys.credit(tenant),), ("expire", self._now(), EXPIRE_AT_ONCE))
        return [_released(member, units) for member, units in zip(reply[::2], reply[1::2], strict=True)]

    def look(self, account: CreditAccount) -> LiveAccount:
        """The account as it stands in Redis. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        place, name = keys.credit(account.tenant), _name(account)
        asked = (self._pipeline.ask("HGETALL", f"{place}:{part}:{name}") for part in _PARTS)
        kept, reserved, unbooked = map(_pairs, asked)
        return LiveAccount(account, _balance(account, kept), _units(reserved), _unbooked(unbooked))

    def look_at_bundle(self, counter: BundleCounter) -> LiveBundle:
        """A counter as it stands in Redis. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        kept = _pairs(self._pipeline.ask("HGETALL", f"{keys.credit(counter.tenant)}:counter:{_key(counter)}"))
        held, legs = (int(kept.get(name, 0)) for name in (b"held", b"legs"))
        use = BundleUse(counter, int(kept[b"changes"]), int(kept[b"used"])) if b"used" in kept else None
        return LiveBundle(counter, use, held, legs)

    def _reserve(self, request: SpanRequest, on_reply: OnSpan, tries: int) -> None:
        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            _log_refusal(reply, trouble)
            if trouble is not None:
                on_reply(None, trouble)
            elif reply[0] in (b"unknown", b"uncounted"):
                self._asked_again(request, on_reply, reply[0], tries)
            else:
                on_reply(_span_reply(reply), None)

        SCRIPT.submit(self._pipeline, (keys.credit(request.account.tenant),), self._words(request), answered)

    def _words(self, request: SpanRequest) -> tuple[Any, ...]:
        return (
            "reserve",
            self._now(),
            _name(request.account),
            request.leg,
            request.floor,
            request.rate,
            request.answered or 0,
            request.lease_us,
            request.horizon_s,
            len(request.covers),
            *chain.from_iterable((_key(one.counter), one.size) for one in request.covers),
            *chain.from_iterable((rung.talk_s, rung.units, *rung.parts) for rung in request.rungs),
        )


_PARTS: Final = ("account", "legs", "unbooked")


def _name(account: CreditAccount) -> str:
    """As in the keys."""
    return f"{account.name}:{account.currency}"


def _key(counter: BundleCounter) -> str:
    """As in the keys."""
    return f"{counter.name} {counter.holder} {counter.month}"


def _span_reply(reply: Any) -> SpanReply:
    units, talk_s, left, legs, dry, *flat = (int(part) for part in reply[1:])
    covered = tuple(map(Covered, flat[::3], flat[1::3], flat[2::3]))
    return SpanReply(SpanWord(reply[0].decode()), units, talk_s, left, legs, Instant(dry) if dry else None, covered)


def _standing(reply: Any) -> Standing | None:
    balance, reserved, unbooked, on_hold = reply
    if balance is None:
        return None
    taken = int(reserved or 0) + int(unbooked or 0)
    return Standing(int(balance) - taken, on_hold == b"1", taken)


def _released(member: bytes, units: bytes) -> Released:
    leg, _, account = member.decode().partition(" ")
    return Released(account, leg, int(units))


def _balance(account: CreditAccount, kept: Mapping[bytes, bytes]) -> Balance | None:
    if b"balance" not in kept:
        return None
    return Balance(account, int(kept[b"entry"]), int(kept[b"balance"]), kept[b"on_hold"] == b"1")


def _units(found: Mapping[bytes, bytes]) -> Mapping[str, int]:
    """By leg the units, which stand in front."""
    return MappingProxyType({leg.decode(): int(text.split()[0]) for leg, text in found.items()})


def _unbooked(found: Mapping[bytes, bytes]) -> Mapping[str, Unbooked]:
    split = {leg.decode(): text.split() for leg, text in found.items()}
    return MappingProxyType({leg: Unbooked(int(units), Instant(int(at))) for leg, (units, at) in split.items()})


def _pairs(reply: Any) -> Mapping[bytes, bytes]:
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def _log_refusal(_reply: Any, trouble: LiveStateError | None) -> None:
    if isinstance(trouble, StoreRefused):
        log.error("an operation on credit failed: %s", trouble)
