"""Credit: the account that pays for a leg, and what is reserved of it while the leg talks.

Balances are counted in whole units of 10^-8 of their currency: Redis adds and compares them without rounding, as long
as they are below LARGEST_UNITS. A span is the talk time for which money is reserved; the switch ends the leg within it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from callcontrol.vocabulary.bundle_counter import Cover, Covered
from callcontrol.vocabulary.moment import Instant

DECIMALS: Final = 8
UNITS: Final = 10**DECIMALS
# Lua in Redis counts in doubles, which are exact up to 2^53: 90 million in any currency.
LARGEST_UNITS: Final = 9 * 10**15

_QUANTUM: Final = Decimal(1).scaleb(-DECIMALS)
_CEILING: Final = Context(prec=60, rounding=ROUND_CEILING)


class AmountTooLarge(ValueError):
    """An account cannot hold an amount of 90 million or more."""


def units_of(amount: Decimal) -> int:
    """The amount in units; what is smaller than a unit counts as one: never less than the amount.

    Raises:
        AmountTooLarge: it has no exact number in Redis.
    """
    units = int(amount.quantize(_QUANTUM, context=_CEILING).scaleb(DECIMALS, context=_CEILING))
    if abs(units) > LARGEST_UNITS:
        raise AmountTooLarge(f"{amount:f} is too large for an account: right is less than {LARGEST_UNITS // UNITS}")
    return units


def amount_of(units: int) -> Decimal:
    """So many units as an amount with 8 decimals, exact."""
    return Decimal(units).scaleb(-DECIMALS, context=_CEILING)


class CreditAccount(NamedTuple):
    """An account with a balance.

    Attributes:
        name: `tenant`, or the target text of the extension whose own it is: `extension:101`.
        currency: ISO 4217 letters. Charges in another currency go to another account.
    """

    tenant: str
    name: str
    currency: str

    def __str__(self) -> str:
        return f"{self.name} ({self.currency}) of {self.tenant}"


class Rung(NamedTuple):
    """With so much reserved for it in all, the leg may talk so long from its answer (seconds).

    Attributes:
        parts: of each bundle that may cover the leg, in the order of the request's `covers`.
    """

    talk_s: int
    units: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SpanRequest:
    """What is asked for a leg: the first span, or the next one. Asking twice reserves once.

    Attributes:
        rungs: in rising order of both; the largest is wanted, a smaller one is taken.
        rate: what the leg will cost from there on, in units per second, rounded up: by it, legs that share a balance
            come to an end together.
        answered: when the leg was answered; None while it rings.
        floor: how far the balance may go down, in units: 0, below it with a limit of credit.
        lease_us: what is reserved falls back to the account after so many microseconds without a further request.
        horizon_s: within so many seconds it counts exactly when the account runs dry.
        covers: bundles from which the leg is covered; what they do not cover the account pays.
    """

    account: CreditAccount
    leg: str
    rungs: tuple[Rung, ...]
    rate: int
    answered: Instant | None
    floor: int
    lease_us: int
    horizon_s: int
    covers: tuple[Cover, ...] = ()


class SpanWord(StrEnum):
    """What became of the request. But for `granted` nothing more is reserved; what was reserved before stays."""

    GRANTED = "granted"
    SHORT = "short"  # the balance, less what is reserved for others, is not enough for the smallest rung
    ON_HOLD = "on_hold"  # a person has put the account on hold
    OVER = "over"  # the leg has ended
    UNCOUNTED = "uncounted"  # it is not known what is used of the bundles it was asked of


@dataclass(frozen=True, slots=True)
class SpanReply:
    """The answer to a request.

    Attributes:
        units: what is reserved for the leg now.
        talk_s: how long it may talk with that, from its answer; 0: not at all.
        left: what the account has left for all its legs, in units; may be below 0.
        legs: legs for which something is reserved, this one among them.
        dry: when the account runs dry if all of them go on; None: not within the horizon.
        covered: what stands for the leg at each of the request's `covers`.
    """

    word: SpanWord
    units: int = 0
    talk_s: int = 0
    left: int = 0
    legs: int = 0
    dry: Instant | None = None
    covered: tuple[Covered, ...] = ()

    @property
    def is_granted(self) -> bool:
        """Whether the leg may be dialled, or may talk on."""
        return self.word is SpanWord.GRANTED


@dataclass(frozen=True, slots=True)
class Balance:
    """An account as the ledger has it after one of its entries.

    Attributes:
        entry: number of the entry, 0: there is none yet.
        on_hold: no new calls: a person has said so.
    """

    account: CreditAccount
    entry: int = 0
    units: int = 0
    on_hold: bool = False


class Unbooked(NamedTuple):
    """What a leg has cost, in units, as far as its worker knows, and since when it has ended."""

    units: int
    since: Instant


class Standing(NamedTuple):
    """How an account stands before a leg is dialled.

    Attributes:
        left: what is left for further legs down to a balance of 0, in units; below 0 where a limit is made use of.
        reserved: what legs under way have reserved, and what those cost that the ledger does not have yet, in units.
    """

    left: int
    on_hold: bool
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class LiveAccount:
    """An account as Redis has it.

    Attributes:
        balance: None: Redis does not know it (any more); it is asked for with the next call.
        reserved: by leg, in units.
        unbooked: by leg, those that have ended and are not in the ledger yet.
    """

    account: CreditAccount
    balance: Balance | None = None
    reserved: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unbooked: Mapping[str, Unbooked] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def available(self) -> int:
        """The balance less what is reserved and what is not in the ledger yet, in units."""
        balance = 0 if self.balance is None else self.balance.units
        return balance - sum(self.reserved.values()) - sum(one.units for one in self.unbooked.values())


@dataclass(frozen=True, slots=True)
class Booking:
    """What Redis had when it was told a balance.

    Attributes:
        word: `same`, `newer`, `older` or `mended`.
        off: what Redis's balance was short of, in units; 0 but with `mended`.
        unbooked: what ended legs cost that the ledger does not have yet, in units.
    """

    word: str
    off: int
    unbooked: int = 0


@dataclass(frozen=True, slots=True)
class Released:
    """What was reserved for a leg of which nothing was heard any more."""

    account: str  # as in the keys: its name and its currency
    leg: str
    units: int
