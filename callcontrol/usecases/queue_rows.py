"""Queues as rows of a table: of today from the live state, of a past period from the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from callcontrol.config.queue_settings import ServiceLevel
from callcontrol.config.settings import Tenant
from callcontrol.edges.ledger.reader import Access
from callcontrol.edges.ledger.statistics import QueueStatistics, queue_statistics
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import QueueView


@dataclass(frozen=True, slots=True)
class QueueNow:
    """What stands in the queue now; `waiting` counts the callbacks too."""

    waiting: int
    callbacks: int
    active: int
    ready: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue and what came of its callers; times in ms, None where there is nothing to divide by.

    Attributes:
        name: what people call it, "" if the YAML does not say.
        now: None for a past period.
        longest_wait_ms: of who waits now; of a past period, of all who entered in it.
        abandoned, short_abandoned: two counts that do not hold each other.
        service_level: answered in time, 0 to 1; `in_time_s` is what counts as in time.
    """

    tenant: str
    queue: str
    name: str
    now: QueueNow | None
    longest_wait_ms: int
    entered: int
    answered: int
    answered_in_time: int
    abandoned: int
    short_abandoned: int
    overflowed: int
    callbacks_asked: int
    callbacks_reached: int
    offers: int
    misses: int
    talks: int
    talk_ms: int
    wrap_up_ms: int
    asa_ms: int | None
    aht_ms: int | None
    service_level: float | None
    in_time_s: int


def live_row(tenant: str, view: QueueView, settings: Tenant, now: Instant) -> QueueRow:
    """The queue now, and its figures of today."""

    def count(figure: str) -> int:
        return view.figures.get(figure, 0)

    return QueueRow(
        tenant=tenant,
        queue=view.name,
        name=_name(settings, view.name),
        now=QueueNow(view.waiting, view.callbacks, view.active, view.ready),
        longest_wait_ms=max(now - view.oldest, 0) // 1000 if view.oldest is not None else 0,
        entered=count("entered"),
        answered=count("answered"),
        answered_in_time=count("answered_in_time"),
        abandoned=count("abandoned"),
        short_abandoned=count("abandoned_short"),
        overflowed=count("overflowed"),
        callbacks_asked=count("callbacks"),
        callbacks_reached=count("called_back"),
        offers=count("offers"),
        misses=count("misses"),
        talks=count("talks"),
        talk_ms=count("talk_ms"),
        wrap_up_ms=count("wrap_up_ms"),
        asa_ms=_average(count("wait_ms"), count("answered")),
        aht_ms=_average(count("talk_ms") + count("wrap_up_ms"), count("talks")),
        service_level=view.service_level,
        in_time_s=service_level_of(settings, view.name).within,
    )


def _average(total: int, of: int) -> int | None:
    return total // of if of > 0 else None


def service_level_of(settings: Tenant, queue: str) -> ServiceLevel:
    """What counts as in time and as short; the default for a queue the YAML does not have (any more)."""
    found = settings.queues.get(queue)
    return found.service_level if found is not None else ServiceLevel()


def _name(settings: Tenant, queue: str) -> str:
    found = settings.queues.get(queue)
    return found.name if found is not None else ""


def past_rows(access: Access, tenant: str, settings: Tenant, start: Instant, end: Instant) -> list[QueueRow]:
    """The queues that had callers or offers in [start, end), by name, each by its own service level.

    Raises:
        NoLedger: the records cannot be read.
    """
    levels = {service_level_of(settings, queue) for queue in settings.queues} | {ServiceLevel()}
    found: dict[str, QueueRow] = {}
    for level in levels:
        statistics = queue_statistics(access, tenant, start, end, level.within, level.short)
        found |= {row.queue: row for row in _of_level(tenant, settings, level, statistics)}
    return [found[queue] for queue in sorted(found)]


def _of_level(
    tenant: str, settings: Tenant, level: ServiceLevel, statistics: Iterable[QueueStatistics]
) -> Iterator[QueueRow]:
    for one in statistics:
        if service_level_of(settings, one.queue) == level:
            yield _past_row(tenant, _name(settings, one.queue), one, level)


def _past_row(tenant: str, name: str, found: QueueStatistics, level: ServiceLevel) -> QueueRow:
    return QueueRow(
        tenant=tenant,
        queue=found.queue,
        name=name,
        now=None,
        longest_wait_ms=found.longest_wait_ms,
        entered=found.entered,
        answered=found.answered,
        answered_in_time=found.in_time,
        abandoned=found.abandoned,
        short_abandoned=found.short_abandoned,
        overflowed=found.overflowed,
        callbacks_asked=found.callbacks_asked,
        callbacks_reached=found.callbacks_reached,
        offers=found.offers,
        misses=found.misses,
        talks=found.talks,
        talk_ms=found.talk_ms,
        wrap_up_ms=found.wrap_up_ms,
        asa_ms=found.asa_ms,
        aht_ms=found.aht_ms,
        service_level=found.service_level,
        in_time_s=level.within,
    )
