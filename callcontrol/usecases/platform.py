"""All there is, for operators: tenants, switches, workers, mails, and whether each part answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import orjson

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.platform import MailsWaiting
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.workers import HEARD, host_of
from callcontrol.usecases.exports import ExportNow
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.stored import Newer

# What no worker has heard for so long is silent (seconds); a worker renews its lease each second.
SILENT_S: Final = 10
# A mail that waits for longer since it was due is late (seconds): the media job sends every few seconds.
LATE_S: Final = 600
_GONE: Final = b"gone"


class Standing(StrEnum):
    """How a part stands."""

    GOOD = "good"
    WARN = "warn"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """A worker.

    Attributes:
        is_alive: its lease says so; one that ended in order is left out.
        calls: that it has.
        heard: until when it heard everything each switch said.
    """

    name: str
    host: str
    is_alive: bool
    version: int
    calls: int
    heard: Mapping[str, Instant]


@dataclass(frozen=True, slots=True)
class SwitchNow:
    """A switch that is configured.

    Attributes:
        heard_at: the latest moment until which a worker heard it; None: no worker has.
        heard_by: workers that hear it now; `workers`: of so many that live.
    """

    name: str
    address: str
    profile: str
    heard_at: Instant | None
    heard_by: int
    workers: int

    @property
    def standing(self) -> Standing:
        """Good: each worker that lives hears it."""
        if not self.workers:
            return Standing.UNKNOWN
        if not self.heard_by:
            return Standing.AWAY
        return Standing.GOOD if self.heard_by >= self.workers else Standing.WARN


@dataclass(frozen=True, slots=True)
class TenantNow:
    """A tenant: what its files have, and what goes on."""

    name: str
    domain: str
    zone: str
    extensions: int
    queues: int
    agents: int
    calls: int


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a part does what it should."""

    part: str
    standing: Standing
    detail: str


def workers_now(pipeline: RedisPipeline, tenants: Iterable[str]) -> list[WorkerNow]:
    """All workers that live, and those that died and whose calls no one has taken over yet.

    Raises:
        LiveStateError: Redis is away.
    """
    names = sorted(name.decode() for name in pipeline.ask("SMEMBERS", keys.workers()))
    owned = _owned(pipeline, tenants)
    found = (_worker(pipeline, name, owned[name]) for name in names)
    return [one for one in found if one is not None]


def _owned(pipeline: RedisPipeline, tenants: Iterable[str]) -> Counter[str]:
    """How many calls each worker has."""
    owned: Counter[str] = Counter()
    for tenant in tenants:
        owned.update(owner.decode() for owner in pipeline.ask("HVALS", keys.owners(tenant)))
    return owned


def _worker(pipeline: RedisPipeline, name: str, calls: int) -> WorkerNow | None:
    lease = pipeline.ask("GET", keys.worker(name))
    if lease == _GONE and not calls:
        return None
    alive = lease not in (None, _GONE)
    return WorkerNow(name, host_of(name), alive, int(lease or 0) if alive else 0, calls, _heard(pipeline, name))


def _heard(pipeline: RedisPipeline, name: str) -> Mapping[str, Instant]:
    text = pipeline.ask("HGET", keys.heard(), name)
    try:
        found = {} if text is None else HEARD.read(orjson.loads(text))
    except Newer:
        return {}
    return {switch: Instant(at) for switch, at in found.items()}


def switches_now(settings: Settings, workers: Iterable[WorkerNow], now: Instant) -> list[SwitchNow]:
    """The switches that are configured, as the workers hear them."""
    alive = [one for one in workers if one.is_alive]
    return [_switch(settings, name, alive, now) for name in settings.switches]


def _switch(settings: Settings, name: str, alive: list[WorkerNow], now: Instant) -> SwitchNow:
    one = settings.switches[name]
    heard = [worker.heard[name] for worker in alive if name in worker.heard]
    recent = sum(now - at < SILENT_S * SECOND_US for at in heard)
    return SwitchNow(name, one.address, one.profile, max(heard, default=None), recent, len(alive))


def tenants_now(settings: Settings, pipeline: RedisPipeline) -> list[TenantNow]:
    """The tenants that are configured, with the calls that go on.

    Raises:
        LiveStateError: Redis is away.
    """
    return [
        TenantNow(
            name=name,
            domain=tenant.domain,
            zone=tenant.zone,
            extensions=len(tenant.extensions),
            queues=len(tenant.queues),
            agents=len(tenant.agents),
            calls=int(pipeline.ask("HLEN", keys.owners(name))),
        )
        for name, tenant in settings.tenants.items()
    ]


def tried(part: str, ask: Callable[[], str], *errors: type[Exception]) -> Check:
    """Whether a store answers, and how fast."""
    began = clock.monotonic()
    try:
        detail = ask()
    except errors as error:
        return Check(part, Standing.AWAY, str(error))
    ms = (clock.monotonic() - began) * 1_000
    return Check(part, Standing.GOOD, f"{detail}, {ms:.0f} ms" if detail else f"{ms:.0f} ms")


def checks_of_workers(workers: list[WorkerNow], switches: list[SwitchNow]) -> Iterator[Check]:
    """Workers and switches."""
    alive = sum(one.is_alive for one in workers)
    dead = len(workers) - alive
    standing = Standing.AWAY if not alive else Standing.WARN if dead else Standing.GOOD
    calls = sum(one.calls for one in workers)
    yield Check("workers", standing, f"{alive} live, {dead} silent, {calls} calls")
    for one in switches:
        yield Check(f"switch {one.name}", one.standing, f"heard by {one.heard_by} of {one.workers} workers")


def checks_of_mails(waiting: MailsWaiting, now: Instant) -> Iterator[Check]:
    """The mail queue."""
    late = waiting.oldest_due is not None and datetime_of(now) - waiting.oldest_due > timedelta(seconds=LATE_S)
    yield Check("mails", Standing.WARN if late else Standing.GOOD, f"{waiting.mails} wait")


def checks_of_exports(exports: Iterable[ExportNow]) -> Iterator[Check]:
    """What is delivered."""
    for one in exports:
        behind = f"{one.waiting} rows wait"
        yield Check(f"export {one.name}", Standing.WARN if one.trouble else Standing.GOOD, one.trouble or behind)
