"""Brings what the queues' live state cannot know by itself into Redis: the layout from the YAML, whose phone is
registered, and which agents are in calls of this worker. Changes are written at once; everything is compared from time
to time, for Redis may have lost it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import gevent
import orjson

from callcontrol.config.settings import Agent, Tenant
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.registrations import Registrations
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.routing.opening_hours import state_at
from callcontrol.routing.queue_layout import layout_dict, layout_of
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.queue import Engaged

log = logging.getLogger(__name__)

# How often everything is compared (seconds).
COMPARE_S = 15.0


class LayoutSync:
    """Layouts and phones of all tenants that have queues.

    Args:
        engaged: by tenant the agents who are in calls of this worker now.
        overrides: what is set by hand over the tenant's schedules.
    """

    def __init__(
        self,
        current: Current,
        registrations: Registrations,
        store: QueueStore,
        engaged: Callable[[], Mapping[str, Sequence[Engaged]]],
        overrides: OverrideStore,
    ) -> None:
        self._current = current
        self._registrations = registrations
        self._store = store
        self._engaged = engaged
        self._override_store = overrides
        self._overrides: dict[str, Overrides] = {}
        self._layouts: dict[str, tuple[Tenant, Mapping[str, Any]]] = {}
        self._told: dict[str, dict[str, bool]] = {}  # by tenant: whose phone was there when it was told last
        self._interruptions: dict[str, int] = {}  # by tenant: how many there were when it was last looked what was lost

    def start(self) -> None:
        """Write everything, and go on comparing."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            self.compare()
            gevent.sleep(clock.until_tick(COMPARE_S))

    def compare(self) -> None:
        """Write every layout and phone that Redis does not have, carry out what fell due, say who is in calls."""
        engaged = self._engaged()
        for tenant, settings in self._current.configuration.settings.tenants.items():
            if settings.queues or tenant in self._told:  # or its last queue has just been taken out
                with contained("queue", "the queues could not be compared", tenant=tenant):
                    compare = partial(self._compare_one, tenant, settings, engaged.get(tenant, ()))
                    self._store.knowing_the_time(tenant, compare)

    def _compare_one(self, tenant: str, settings: Tenant, engaged: Sequence[Engaged]) -> None:
        if any(agent.hours for agent in settings.agents.values()):
            self._override_store.look_up(tenant, partial(self._overridden, tenant))
        self._store.digest(tenant, partial(self._compared, tenant, self._layout(tenant, settings)))
        self._store.engaged(tenant, engaged)

    def _overridden(self, tenant: str, overrides: Overrides, _trouble: LiveStateError | None) -> None:
        self._overrides[tenant] = overrides

    def _layout(self, tenant: str, settings: Tenant) -> Mapping[str, Any]:
        """The layout with its digest, made once for each configuration: with a thousand agents that takes a while."""
        known = self._layouts.get(tenant)
        if known is not None and known[0] is settings:
            return known[1]
        layout = layout_dict(layout_of(settings))
        digest = hashlib.sha256(orjson.dumps(layout, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
        at = self._current.configuration.version.at
        self._layouts[tenant] = (settings, {**layout, "digest": digest, "at": at})
        return self._layouts[tenant][1]

    def _compared(self, tenant: str, layout: Mapping[str, Any], in_force: str) -> None:
        if in_force != layout["digest"]:
            self._store.configure(tenant, layout, lambda answer: self._configured(tenant, answer, in_force))
        else:
            meters.queue_layout_older.labels(tenant).set(0)
            self._see_what_was_lost(tenant)
            self._tell_phones(tenant)
            self._store.due(tenant)

    def _configured(self, tenant: str, answer: str, before: str) -> None:
        """The layout is in force; or another host has a newer one, which stays."""
        meters.queue_layout_older.labels(tenant).set(answer == "older")
        if answer == "older":
            log.warning(
                "the queues of tenant %s are laid out by a newer configuration of another host: this host's, %s, is not"
                " in force for them; bring both hosts to the same configuration and reload",
                tenant,
                self._current.configuration.version,
            )
            self._tell_phones(tenant)
        elif answer:
            log.info("queues of tenant %s: %s", tenant, "a new layout" if before else "the first layout")
            self._told.pop(tenant, None)
            self._tell_phones(tenant, is_new=not before)

    def _see_what_was_lost(self, tenant: str) -> None:
        """A Redis that was away or replaced may have lost the latest changes: its state is read."""
        interruptions = self._store.interruptions
        if self._interruptions.get(tenant, 0) == interruptions:
            return

        def believed(names: frozenset[str]) -> None:
            self._interruptions[tenant] = interruptions
            settings = self._current.configuration.settings.tenants.get(tenant)
            self._told[tenant] = {agent: agent in names for agent in (settings.agents if settings else ())}
            self._tell_phones(tenant)

        self._store.reachable(tenant, believed)

    def phone_changed(self, user: str, domain: str) -> None:
        """A phone registered or unregistered."""
        found = self._current.configuration.directory.phone_of(user, domain)
        if found is None:
            return
        tenant, extension = found
        agent = self._current.configuration.agents_at(tenant).get(extension)
        if agent is not None and tenant in self._told:  # otherwise its layout is not known yet, and phones follow that
            self._tell_phones(tenant, (agent,))

    def phones_read(self) -> None:
        """All phones of a switch were read: any of them may have come or gone."""
        for tenant in tuple(self._told):
            with contained("queue", "the phones of a tenant could not be written to Redis", tenant=tenant):
                self._tell_phones(tenant)

    def _tell_phones(self, tenant: str, agents: Iterable[str] | None = None, *, is_new: bool = False) -> None:
        """Of these agents (None: of all) only what has changed since it was told last.

        Where it is not known whether a phone is there, the live state keeps what it believes; one that is new believes
        nothing yet and takes such agents for there, so that they are tried.
        """
        known = self._told.setdefault(tenant, {})
        found = self._phones(tenant, agents, unknown=True if is_new else None)
        news = {agent: there for agent, there in found.items() if known.get(agent) is not there}
        if not news:
            return
        known.update(news)

        def told(done: bool) -> None:
            if not done:
                self._told.pop(tenant, None)

        self._store.reach(tenant, news, told)

    def _phones(self, tenant: str, agents: Iterable[str] | None, unknown: bool | None = None) -> dict[str, bool]:
        """Which of these agents have a phone registered; where that is not known `unknown`, None leaves them out."""
        settings = self._current.configuration.settings.tenants.get(tenant)
        if settings is None:
            return {}
        found: dict[str, bool] = {}
        for name in settings.agents if agents is None else agents:
            agent = settings.agents[name]
            there = self._is_there(settings, agent, unknown)
            hours = state_at(settings, agent.hours, clock.now(), self._overrides.get(tenant, {}))
            if hours is not None and not hours.open:
                found[name] = False
            elif there is not None:
                found[name] = there
        return found

    def _is_there(self, settings: Tenant, agent: Agent, unknown: bool | None) -> bool | None:
        """Whether the agent has a phone registered, or is rung at a number; None: nothing is told."""
        extension = agent.extension or ""
        if extension not in settings.extensions:
            return True if agent.number is not None and agent.hours is not None else None
        accounts = settings.extensions[extension].accounts(extension)
        known = self._registrations.known(settings.domain, accounts)
        is_known = any(known.values()) or len(known) == len(accounts)
        return any(known.values()) if is_known else unknown
