"""The queues as metrics, brought up to date on a clock: a scrape never waits for Redis.

One worker of each host reads them. What it shows stands for all of the host: of several workers' figures the latest are
shown, and none of one that is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcontrol.daemon.configuration import Current
from callcontrol.daemon.host_meters import HostMeters
from callcontrol.edges import meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.queue import FIGURES, Occasion, QueueView

log = logging.getLogger(__name__)

LOOK_S = 5.0
# A worker that has not looked for so long reads them no more, and another one of its host does (seconds).
KEPT_S = 15
MS = "_ms"


class QueueMeters(HostMeters):
    """Reads the queues of all tenants every LOOK_S, if no other worker of this host does."""

    def __init__(
        self, pipeline: RedisPipeline, current: Current, occasion: Callable[[str], Occasion], worker: str
    ) -> None:
        super().__init__(pipeline, worker, name="queue-meters", what="queues", every_s=LOOK_S, kept_s=KEPT_S)
        self._views = QueueViews(pipeline)
        self._current = current
        self._occasion = occasion

    def _look(self) -> None:
        for name, tenant in self._current.configuration.settings.tenants.items():
            if tenant.queues:
                with contained("queue", "the figures of a tenant could not be shown", tenant=name):
                    self._look_at(name)

    def _look_at(self, tenant: str) -> None:
        occasion = self._occasion(tenant)
        try:
            queues, states = self._views.queues(tenant, occasion), self._views.states(tenant, occasion)
        except LiveStateError as error:
            log.info("the queues of tenant %s cannot be read: %s", tenant, error)
            return
        for queue in queues:
            _show(tenant, queue, occasion)
        for state in AgentState:
            meters.agents_in_state.labels(tenant, state.value).set(states.get(state, 0))


def _show(tenant: str, queue: QueueView, occasion: Occasion) -> None:
    labels = (tenant, queue.name)
    waited_us = occasion.now - queue.oldest if queue.oldest is not None else 0
    meters.queue_waiting.labels(*labels).set(queue.waiting + queue.held)
    meters.queue_callbacks.labels(*labels).set(queue.callbacks)
    meters.queue_longest_wait_seconds.labels(*labels).set(max(waited_us, 0) / SECOND_US)
    meters.queue_agents.labels(*labels, "active").set(queue.active)
    meters.queue_agents.labels(*labels, "ready").set(queue.ready)
    for figure in FIGURES:
        value = queue.figures.get(figure, 0)
        name = f"{figure.removesuffix(MS)}_seconds" if figure.endswith(MS) else figure
        meters.queue_figures.labels(*labels, name).set(value / 1000 if figure.endswith(MS) else value)
    level = queue.service_level
    if level is not None:
        meters.queue_service_level.labels(*labels).set(level)
