"""The agents of a daemon, through its Redis: they act as by command, and are forgotten between stories."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from zoneinfo import ZoneInfo

import gevent

from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.vocabulary.agent import AgentAction, AgentState
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Occasion

REDIS_S = 2.0
KNOWN_S = 10.0
WORKER = "stories"
DONE = "done"


class AgentRefused(RuntimeError):
    """What an agent asked for was not done; the message says why."""


class LiveAgents:
    """Agents as the live state has them (see `actions.Agents`).

    Args:
        reload: makes the daemon compare what it knows with what the live state was told, as a reload does.
    """

    def __init__(self, settings: Settings, redis_url: str, reload: Callable[[], None]) -> None:
        self._settings = settings
        self._pipeline = RedisPipeline(connect(redis_url, REDIS_S))
        self._views = QueueViews(self._pipeline)
        self._reload = reload
        self._chance = random.Random(WORKER)

    def close(self) -> None:
        """Leave Redis."""
        self._pipeline.stop(REDIS_S)

    def reset(self, tenant: str, offline: Collection[str]) -> None:
        """Forget the tenant's queues and have the daemon tell them anew.

        Raises:
            TimeoutError: it does not.
        """
        for key in self._pipeline.ask("KEYS", f"{keys.queues(tenant)}:*"):
            self._pipeline.ask("DEL", key)
        self._reload()
        due = clock.monotonic() + KNOWN_S
        while not self._is_known(tenant, offline):
            if clock.monotonic() > due:
                raise TimeoutError(f"the agents of {tenant} are not known again after {KNOWN_S:g} s")
            gevent.sleep(0.02)

    def act(self, tenant: str, agent: str, action: AgentAction, detail: str) -> None:
        """Carry it out.

        Raises:
            AgentRefused: it is not possible now.
        """
        answer = self._views.act(tenant, agent, action, detail, self._occasion(tenant))
        if answer != DONE:
            raise AgentRefused(f"{agent} cannot {action}: {answer}")

    def _is_known(self, tenant: str, offline: Collection[str]) -> bool:
        """Whether all agents are there, and those who are active by their phones are so or not as their phones are."""
        settings = self._settings.tenants[tenant]
        states = {view.name: view.state for view in self._views.agents(tenant, self._occasion(tenant))}
        autos = (name for name, agent in settings.agents.items() if agent.auto)
        right = ((states.get(name) is AgentState.READY) is _has_phone(name, settings, offline) for name in autos)
        return states.keys() == settings.agents.keys() and all(right)

    def _occasion(self, tenant: str) -> Occasion:
        now = clock.now()
        periods = periods_at(now, ZoneInfo(self._settings.tenants[tenant].zone))
        return Occasion(now, WORKER, seed_from(self._chance), periods)


def _has_phone(agent: str, settings: Tenant, offline: Collection[str]) -> bool:
    extension = settings.agents[agent].extension or ""
    return bool(set(settings.extensions[extension].accounts(extension)) - set(offline))
