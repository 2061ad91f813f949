"""The queues as they are now, for commands: whose they are, and one look or act at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings, Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.embedded import running_address
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queue_views import PAGE, QueueViews
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import TIMEOUT_S
from callcontrol.vocabulary.moment import datetime_of, periods_at
from callcontrol.vocabulary.phone_number import mask
from callcontrol.vocabulary.queue import Occasion, QueueView, TicketView

# Queues on one wall, or one page of them.
MOST_SHOWN: Final = 64
NOT_TOLD = "no {} of {} are known yet: does `callcontrol serve` run with this configuration?"


@dataclass(frozen=True, slots=True)
class LiveQueues:
    """The queues of all tenants.

    Attributes:
        pipeline: the Redis they are in.
        occasion: now, by this process, with a new chance; for a tenant.
    """

    configuration: Configuration
    pipeline: RedisPipeline
    views: QueueViews
    occasion: Callable[[str], Occasion]

    def callers(self, tenant: str, queue: QueueView) -> Iterator[TicketView]:
        """All tickets of the queue, in the order of their places; asked for page by page."""
        for first in range(0, queue.waiting + queue.held, PAGE):
            yield from self.views.tickets(tenant, queue.name, self.occasion(tenant), first)

    def title(self, tenant: str, what: str) -> str:
        """`acme: queues, 2026-11-22 09:30:00`, on the tenant's clocks."""
        return f"{tenant}: {what}, {datetime_of(clock.now(), self.configuration.zone_of(tenant)):%Y-%m-%d %H:%M:%S}"


@contextmanager
def live_queues(configuration: Configuration) -> Iterator[LiveQueues]:
    """The queues, for one command.

    Raises:
        StoreAway: Redis is the embedded one, and it does not run.
    """
    settings, chance = configuration.settings, random.Random(clock.new_id())
    address = settings.redis.url or running_address(Path(settings.data) / "redis")
    if not address:
        raise StoreAway("Redis is the daemon's embedded one, which does not run: start `callcontrol serve`")

    def occasion(tenant: str) -> Occasion:
        now = clock.now()
        return Occasion(now, "", seed_from(chance), periods_at(now, configuration.zone_of(tenant)))

    pipeline = RedisPipeline(connect(address, TIMEOUT_S))
    try:
        yield LiveQueues(configuration, pipeline, QueueViews(pipeline), occasion)
    finally:
        pipeline.stop(TIMEOUT_S)


def tenant_of(settings: Settings, name: str) -> Tenant:
    """The tenant of this name.

    Raises:
        ValueError: there is none; the message says which there are.
    """
    tenant = settings.tenants.get(name)
    if tenant is None:
        raise ValueError(unknown("tenant", name, settings.tenants))
    return tenant


def tenants_with_queues(settings: Settings, name: str | None) -> list[str]:
    """The tenant that is asked for, else all that have queues.

    Raises:
        ValueError: there is no such tenant, or none has queues.
    """
    if name is not None:
        tenant_of(settings, name)
    found = [one for one, tenant in settings.tenants.items() if tenant.queues and name in (None, one)]
    if not found:
        raise ValueError(f"tenant {name} has no queues" if name else "no tenant has queues")
    return found


def check_name(tenant: str, kind: str, name: str, known: Mapping[str, object]) -> None:
    """Refuse a name of `kind` (`queue`, `agent`) that is not one of the known ones.

    Raises:
        ValueError: it is not.
    """
    if name not in known:
        raise ValueError(f"tenant {tenant} has no {kind} {name}; it has: {', '.join(known) or 'none'}")


def shown_number(number: str, settings: Settings) -> str:
    """A caller's number as logs would show it: with `mask_numbers` its last digits are hidden."""
    return mask(number) if settings.mask_numbers and number else number
