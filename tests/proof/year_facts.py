"""The facts of a year of calls, drawn by chance, and what they come to: nothing of the program is used here."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
TENANTS = ("acme", "globex", "initech")
CUSTOMERS = 15  # of each tenant
LATE = 0.08  # share of the calls of which an estimate is written first
PER_MINUTE, FIRST_BLOCK_S = Decimal("0.29"), 60  # what the example's list says of a Polish mobile
# How long it takes until they talk, or until there is none: of calls that come in, and of those that go out.
WAITED_S = {"answered": 38.1, "forwarded": 25.003, "gave up": 30.0, "called": 8.003, "tried": 30.0}
REACHED_S = 11  # a customer who was called is reached after 10 s of talk, and so many whole ones
DISMISSED = 0.15  # share of the calls in vain for which someone says that no call back is needed
EXPIRES = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened: a customer called, and was answered in the queue, forwarded to a mobile, or gave up; or was called
    by 101, and answered, or did not.

    Attributes:
        dismissed_after_s: a call back is said to be needless so long after the call; 0: it is not.
    """

    n: int
    tenant: str
    customer: str
    at: datetime
    kind: str
    talk_s: int
    is_late: bool
    dismissed_after_s: int

    @property
    def ended(self) -> datetime:
        """When the caller's channel ended."""
        last_s = {"answered": 38.11, "forwarded": 25.01, "gave up": 30.0, "called": 8.01, "tried": 30.0}[self.kind]
        return self.at + timedelta(seconds=last_s + self.talk_s)

    @property
    def talks(self) -> bool:
        """Whether anyone talked."""
        return self.talk_s > 0

    @property
    def dismissed(self) -> datetime | None:
        """When it was said that no call back is needed."""
        return self.ended + timedelta(seconds=self.dismissed_after_s) if self.dismissed_after_s else None

    @property
    def price(self) -> Decimal:
        """Of the leg outside, from its answer on; the agent of the queue is outside, too."""
        if not self.talks:
            return Decimal(0)
        counted_s = max(FIRST_BLOCK_S, self.talk_s + (math.ceil(4.1) if self.kind == "answered" else 0))
        return (counted_s * PER_MINUTE / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)


def draw(count: int, seed: int) -> list[Fact]:
    """A year of facts, in no order."""
    chance = random.Random(seed)
    facts = [_fact(chance, n) for n in range(count)]
    chance.shuffle(facts)
    return facts


def _fact(chance: random.Random, n: int) -> Fact:
    tenant = chance.choices(TENANTS, (6, 3, 1))[0]
    kind = chance.choices(tuple(WAITED_S), (8, 5, 6, 3, 2))[0]
    at = FIRST + timedelta(microseconds=chance.randrange(365 * 86_400 * 10**6))
    customer = f"+4860{TENANTS.index(tenant)}{chance.randrange(CUSTOMERS):06}"
    # Of those who are called many have a voicemail that answers for a few seconds.
    longest_s = 1_800 if kind != "called" or chance.random() < 0.7 else REACHED_S
    talk_s = 0 if kind in ("gave up", "tried") else chance.randrange(5, longest_s)
    is_dismissed = kind == "gave up" and chance.random() < DISMISSED
    after_s = chance.randrange(60, 20 * 86_400) if is_dismissed else 0
    return Fact(n, tenant, customer, at, kind, talk_s, chance.random() < LATE, after_s)


@dataclass(slots=True)
class Sums:
    """Of one tenant and month (UTC)."""

    calls: int = 0
    talks: int = 0
    talk_ms: int = 0
    cost: Decimal = Decimal(0)
    types: Counter[str] = field(default_factory=Counter)


class Truth:
    """What the facts come to."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.months: defaultdict[tuple[str, int], Sums] = defaultdict(Sums)
        for fact in facts:
            self._add(self.months[fact.tenant, fact.at.month], fact)
        self.cases = sorted(_cases(facts))

    def _add(self, sums: Sums, fact: Fact) -> None:
        sums.calls, sums.talks, sums.cost = sums.calls + 1, sums.talks + fact.talks, sums.cost + fact.price
        sums.talk_ms += round((fact.ended - fact.at).total_seconds() * 1000 - 1000 * WAITED_S[fact.kind]) * fact.talks
        sums.types[{"gave up": "missed", "called": "out", "tried": "out"}.get(fact.kind, "forwarded")] += 1


@dataclass(slots=True)
class Case:
    """A missed caller: when it was opened, calls that were missed, calls back in vain."""

    opened: datetime
    missed: int = 0
    tries: int = 0


def _cases(facts: Iterable[Fact]) -> Iterator[tuple[str, str, datetime, int, int, str]]:
    """Tenant, number, when it was opened, calls that were missed, calls back in vain, how it was closed."""
    of: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for fact in facts:
        is_reached = fact.kind != "called" or fact.talk_s >= REACHED_S
        of[fact.tenant, fact.customer].append((fact.ended, fact.kind if is_reached else "tried"))
        if fact.dismissed is not None:
            of[fact.tenant, fact.customer].append((fact.dismissed, "dismissed"))
    for (tenant, customer), happened in of.items():
        yield from (
            (tenant, customer, case.opened, case.missed, case.tries, how) for case, how in _one_by_one(happened)
        )


def _one_by_one(happened: list[tuple[datetime, str]]) -> Iterator[tuple[Case, str]]:
    """The cases of a customer, each with how it was closed."""
    closing = {"answered": "came_back", "forwarded": "came_back", "called": "reached", "dismissed": "dismissed"}
    case: Case | None = None
    for at, what in sorted(happened):
        if case is not None and at >= case.opened + EXPIRES:
            yield case, ""
            case = None
        if what == "gave up":
            case = case or Case(at)
            case.missed += 1
        elif case is not None and what == "tried":
            case.tries += 1
        elif case is not None:
            yield case, closing[what]
            case = None
    if case is not None:
        yield case, ""
