"""What requests are answered with: the configuration in force, the stores, the clock, and what is known of chance."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from callcontrol.config.settings import Settings, Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.kept_connections import KeptConnections
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import Access, LedgerReader, connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.usecases.barring import Barrings
from callcontrol.usecases.call_waiting import SecondCalls
from callcontrol.usecases.do_not_disturb import Undisturbed
from callcontrol.usecases.forwarding import Forwarding
from callcontrol.usecases.live_queues import LiveQueues
from callcontrol.usecases.missed import MissedCallers
from callcontrol.usecases.own_profile import OwnProfile
from callcontrol.usecases.password_links import PasswordLinks
from callcontrol.usecases.people import Doer, People
from callcontrol.usecases.restrictions import Restricting
from callcontrol.usecases.signing_in import SigningIn
from callcontrol.vocabulary.moment import Instant, periods_at
from callcontrol.vocabulary.queue import Occasion
from callcontrol.web.cursors import Cursors


@dataclass(frozen=True, slots=True)
class Dsns:
    """How Postgres is reached: to read, behind the wall; and by the ledger's own user, for cases of missed callers."""

    walled: str
    own: str


class Services:
    """What requests are answered with."""

    def __init__(
        self, current: Callable[[], Configuration], dsns: Dsns, pipeline: RedisPipeline, now: Callable[[], Instant]
    ) -> None:
        self._current, self._dsns, self.now = current, dsns, now
        self.pipeline = pipeline
        self._kept = KeptConnections(dsns.walled, self.settings.web.connections)
        self.signing_in = SigningIn(lambda: self.settings, self.ledger, now, os.urandom, clock.new_id)
        self.rules, self.overrides = RuleStore(pipeline), OverrideStore(pipeline)
        self.clicks, self.views = ClickToCallStore(pipeline), QueueViews(pipeline)
        self._chance = random.Random(clock.new_id())

    def chance(self) -> float:
        """From 0 to 1."""
        return self._chance.random()

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self._current()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._current().settings

    @property
    def cursors(self) -> Cursors:
        """By the keys in force."""
        return Cursors(self.settings.web.keys)

    def stop(self) -> None:
        """Close the connections to Postgres."""
        self._kept.stop()

    def tenant(self, name: str) -> Tenant:
        """A tenant's settings."""
        return self.settings.tenants[name]

    def ledger(self, tenant: str, *, is_long: bool = False) -> Access:
        """How the rows of this tenant, and no others, are read.

        Args:
            is_long: it takes long, as all rows of a year do: a few such are possible at once.
        """
        return self._kept.of(tenant, is_long=is_long)

    @property
    def own_dsn(self) -> str:
        """How the ledger's own user reaches it, for operators: it sees all tenants."""
        return self._dsns.own

    def history(self, tenant: str, *, is_long: bool = False) -> LedgerReader:
        """The tenant's calls; a context manager."""
        return LedgerReader(self.ledger(tenant, is_long=is_long))

    @contextmanager
    def people(self, tenant: str) -> Iterator[DictConnection]:
        """A connection behind the tenant's wall; raises NoLedger while Postgres is away."""
        with explained(), connect(self.ledger(tenant)) as connection:
            yield connection

    @contextmanager
    def own_ledger(self) -> Iterator[DictConnection]:
        """A connection of the ledger's own user, for what the web's role may not write, and for operators.

        Raises:
            NoLedger: Postgres is away.
        """
        with explained(), connect(self._dsns.own) as connection:
            yield connection

    def people_by(self, doer: Doer, connection: DictConnection) -> People:
        """People, as this one changes them."""
        return People(self.settings, connection, doer, self.now, os.urandom, clock.new_id)

    def password_links(self, connection: DictConnection) -> PasswordLinks:
        """Links by which people set passwords."""
        return PasswordLinks(self.settings, connection, self.now, os.urandom)

    def own_profile(self, user: User, doer: Doer, connection: DictConnection) -> OwnProfile:
        """A person's own access."""
        return OwnProfile(self.settings, connection, user, doer, self.now, os.urandom)

    @contextmanager
    def missed(self, tenant: str, *, to_change: bool) -> Iterator[MissedCallers]:
        """The tenant's missed callers. Their cases are folded of rows that the web's role may not write."""
        access = self._dsns.own if to_change else self.ledger(tenant)
        with explained(), connect(access) as connection:
            yield MissedCallers(self.settings, tenant, connection, self.now)

    def forwarding(self, tenant: str) -> Forwarding:
        """The rules of the tenant's extensions."""
        return Forwarding(self.configuration, tenant, self.rules, self.now)

    def undisturbed(self, tenant: str) -> Undisturbed:
        """Do not disturb of the tenant's extensions."""
        return Undisturbed(self.settings, tenant, self.overrides, self.now)

    def second_calls(self, tenant: str) -> SecondCalls:
        """Call waiting of the tenant's extensions."""
        return SecondCalls(self.settings, tenant, self.overrides, self.now)

    def barrings(self, tenant: str) -> Barrings:
        """What the tenant's extensions may not call."""
        return Barrings(self.settings, tenant, self.overrides, self.now)

    def restricting(self, tenant: str) -> Restricting:
        """Restrictions of the tenant's payers, by hand."""
        return Restricting(self.settings, tenant, self.own_ledger, lambda: nullcontext(self.pipeline), self.now)

    def live(self) -> LiveQueues:
        """The queues and agents as they are now."""
        configuration = self.configuration

        def occasion(tenant: str) -> Occasion:
            now = self.now()
            return Occasion(now, "", seed_from(self._chance), periods_at(now, configuration.zone_of(tenant)))

        return LiveQueues(configuration, self.pipeline, self.views, occasion)
