"""A worker in virtual time: the parts of `daemon/worker.py` as they are, wired to twins of what they reach."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

from callcontrol.control.events import KeyPressed
from callcontrol.daemon import beside_line, parked_line, room_line, supervise_line
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.box_line import BoxLine
from callcontrol.daemon.call_acceptor import CallAcceptor
from callcontrol.daemon.closing_watch import LOOK_S as HOURS_S
from callcontrol.daemon.closing_watch import ClosingWatch
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.daemon.engagements import engaged_in
from callcontrol.daemon.event_polling import is_of_queue
from callcontrol.daemon.handover import AGAIN_S, LOOK_S
from callcontrol.daemon.layout_sync import COMPARE_S, LayoutSync
from callcontrol.daemon.offer_dispatcher import OfferDispatcher
from callcontrol.daemon.on_calls import RENEW_S as ON_CALLS_S
from callcontrol.daemon.on_calls import OnCalls
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.room_line import RoomLine
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.trunk_capacity import RENEW_S, TrunkCapacity
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.worker_events import WorkerEvent
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.codec import CALLS, Codec
from callcontrol.edges.live_state.credit import CreditStore, FindBalance
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.inbox import RETRY_S, Inbox
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.on_calls import OnCallStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.trunks import TrunkStore
from callcontrol.edges.live_state.workers import BEAT_S, Workers
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Engaged, Occasion
from tests.daemon.no_ledger import no_balance
from tests.simulation.broken import Broken
from tests.simulation.connection_twin import ConnectionTwin
from tests.simulation.mixer_twin import OfRoom
from tests.simulation.phones import home_of
from tests.simulation.pipeline_twin import PipelineTwin, RedisHost
from tests.simulation.process import Process
from tests.simulation.records_twin import RecordsTwin, SpoolTwin
from tests.simulation.switch_links_twin import SwitchLinksTwin

# Until its first connections stand (seconds).
BEGIN_S = 0.3
FOR_EVER_S = 1e9


class InboxTwin(Inbox):
    """What is published to a worker, straight from the server."""

    def hear(self, text: bytes) -> None:
        """One message."""
        self._take(text)


class WorkerTwin:
    """One worker, from its start to its end."""

    def __init__(
        self,
        process: Process,
        current: Current,
        host: RedisHost,
        board: SwitchLinksTwin,
        spool: SpoolTwin,
        chance: random.Random,
        phones: set[str],
        values: Codec = CALLS,
        find_balance: FindBalance = no_balance,
        *,
        counts_channels: bool = False,
        ring: Callable[[ClickToCall], object] = lambda request: None,
    ) -> None:
        self.values = values
        self.process = process
        self.board = board
        self.pipeline = PipelineTwin(host, process)
        self.draining = False
        self._host = host
        self._chance = chance
        self._current = current
        self._phones = phones
        self.registrations = Registrations(current.configuration.settings.switches)
        store = QueueStore(
            self.pipeline, self._occasion, lambda tenant, told: self.dispatcher.told(tenant, told), process.after
        )
        self.workers = Workers(self.pipeline, process.name, self._lapsed, lambda: self.shared.resume())
        switch_links = cast(SwitchLinks, board)
        self.shared = WorkerContext(
            worker=process.name,
            current=current,
            rules=RuleStore(self.pipeline),
            languages=LanguageStore(self.pipeline),
            overrides=OverrideStore(self.pipeline),
            parked=ParkedStore(self.pipeline),
            rooms=RoomLine(self.pipeline, switch_links.link_of),
            boxes=BoxLine(BoxStore(self.pipeline, process.after), BroughtSounds(self.pipeline), spool.media.note),
            credit=CreditLine(CreditStore(self.pipeline, find_balance), current),
            calls=CallStore(
                self.pipeline, lambda tenant, call: self.shared.refused(tenant, call), process.after, values
            ),
            registrations=self.registrations,
            records=RecordsTwin(spool, process),
            media=spool.media,
            switches=board,
            legs=board,
            queue_store=store,
            queues=QueueLine(store),
            timers=process,
            holds=self._holds,
            cut_off=lambda: self.workers.cut_off_since is not None,
            missed=board.missed,
            missed_keys=board.missed_keys.of,
            slack_s=board.slack_s,
            capacity=TrunkCapacity(process.name, TrunkStore(self.pipeline) if counts_channels else None),
        )
        self.shared.on_calls = OnCalls(OnCallStore(self.pipeline), self.shared.overrides.last_known)
        supervise_line.begin(self.shared, self.pipeline)
        board.shared = self.shared
        board.on_up, board.on_down = self._switch_up, self.registrations.lost
        self.adoption = Adoption(self.shared, self.workers, chance)
        self.layout_sync = LayoutSync(current, self.registrations, store, self._engaged, OverrideStore(self.pipeline))
        self.dispatcher = OfferDispatcher(self.shared, store, switch_links)
        self.closing_watch = ClosingWatch(self.shared)
        self._reception = CallAcceptor(self.shared, switch_links)
        self._inbox = InboxTwin(
            "redis://twin",
            process.name,
            self.dispatcher.offered,
            self.dispatcher.noticed,
            self.shared.lose,
            **parked_line.heard(self.shared),
            **beside_line.heard(self.shared),
            **supervise_line.heard(self.shared),
            on_click=ring,
            on_room=partial(room_line.changed, self.shared.drivers.values()),
            on_invites=partial(room_line.asked, self.shared.drivers),
        )

    def start(self) -> None:
        """From now on it works."""
        for switch, link in self.board.links.items():
            if link.is_up:
                self.board.begin(switch)
        self._beat()
        self._listen()
        self._compare()
        self.process.after(HOURS_S, self._look_at_hours)
        self.process.after(BEGIN_S, self._look)
        self._renew_channels()
        self._renew_on_calls()

    def _renew_on_calls(self) -> None:
        calls = [driver.call for driver in self.shared.drivers.values()]
        self.shared.on_calls.renew(calls, self._current.configuration.settings)
        self.process.after(ON_CALLS_S, self._renew_on_calls)

    def _renew_channels(self) -> None:
        self.shared.capacity.renew()
        self.process.after(RENEW_S, self._renew_channels)

    def look(self) -> None:
        """What is counted as calls come and go agrees with the calls.

        Raises:
            Broken: it does not.
        """
        of_queues = {call for call, driver in self.shared.drivers.items() if is_of_queue(driver.call)}
        if self.shared.of_queues != of_queues:
            wrong = sorted(self.shared.of_queues ^ of_queues)
            raise Broken(f"{self.process.name} counts calls of queues wrongly: {wrong[:3]}", wrong[0])

    def _engaged(self) -> Mapping[str, Sequence[Engaged]]:
        return engaged_in(driver.call for driver in self.shared.drivers.values())

    # --- as the switch meets it

    @property
    def accepts(self) -> bool:
        """Whether it takes connections now."""
        return self.process.runs and not self.draining

    @property
    def is_there(self) -> bool:
        """Whether its port is open, even if the process is stopped."""
        return self.process.alive and not self.draining

    def arrive(self, connection: ConnectionTwin) -> None:
        """A call is handed over."""
        if not self.process.alive or self.draining:
            connection.switch.lose_control(connection.channel, connection)
            return
        connection.belongs_to(self.process)
        self.process.call(lambda: self._reception.receive(cast(CallConnection, connection)))

    def heard(self, switch: str, call: str, event: object) -> None:
        """An event of a switch's own connection."""
        self.board.heard(switch, call, event)  # type: ignore[arg-type]  # the switch's own two kinds

    def pressed(self, switch: str, channel: str, event: KeyPressed) -> None:
        """A key on a channel."""
        self.board.pressed(switch, channel, event)

    def told(self, switch: str, said: WorkerEvent) -> None:
        """What a worker has said at a switch."""
        self.board.told(switch, said)

    def of_room(self, switch: str, room: str, event: OfRoom) -> None:
        """What a switch tells of a conference room."""
        self.board.of_room(switch, room, event)

    def listened_to(self, switch: str, leg: str, number: int) -> None:
        """Something begins to listen at a leg."""
        self.board.listened_to(switch, leg, number)

    # --- its clocks

    def _occasion(self, tenant: str) -> Occasion:
        now = clock.now()
        periods = periods_at(now, self._current.configuration.zone_of(tenant))
        return Occasion(now, self.process.name, seed_from(self._chance), periods)

    def _beat(self) -> None:
        self.workers.beat()
        self.process.after(BEAT_S, self._beat)

    def _compare(self) -> None:
        self.layout_sync.compare()
        self.process.after(COMPARE_S, self._compare)

    def _look_at_hours(self) -> None:
        if not self.draining:
            self.closing_watch.look()
        self.process.after(HOURS_S, self._look_at_hours)

    def _look(self) -> None:
        if self.draining:
            return
        try:
            self.adoption.look()
            self.process.after(LOOK_S, self._look)
        except LiveStateError:
            self.process.after(AGAIN_S, self._look)

    def _holds(self, switch: str) -> bool:
        since = self.workers.cut_off_since
        return self.workers.lapsed or (since is not None and not self.board.heard_since(switch, since))

    def _lapsed(self) -> None:
        self.process.after(0.001, self._verify)

    def _verify(self) -> None:
        if not self.workers.lapsed or self.draining:
            return
        try:
            self.adoption.verify()
        except LiveStateError:
            self.process.after(AGAIN_S, self._verify)

    def reload(self) -> None:
        """Its host has another configuration, and it was told."""
        self.layout_sync.compare()

    def _listen(self) -> None:
        """Subscribe, and again where the server has forgotten."""
        channel = keys.inbox(self.process.name)
        if self._host.is_up and channel not in self._host.server.listeners:
            self._host.server.listeners[channel] = self._hear
        self.process.after(RETRY_S, self._listen)

    def _hear(self, text: bytes) -> None:
        self.process.after(self._chance.uniform(0.0005, 0.005), lambda: self._inbox.hear(text))

    # --- phones

    def _switch_up(self, switch: str) -> None:
        expires = clock.now() / 1_000_000 + FOR_EVER_S
        rows = [_row(account, expires) for account in sorted(self._phones) if home_of(account) == switch]
        self.registrations.read(switch, rows)
        self.layout_sync.phones_read()

    def phone_changed(self, account: str) -> None:
        """A phone registered, or is gone."""
        user, _, domain = account.partition("@")
        switch = home_of(account)
        if not self.board.links[switch].is_up:
            return
        if account in self._phones:
            self.registrations.registered(switch, (user, domain), FOR_EVER_S)
        else:
            self.registrations.gone(switch, (user, domain))
        self.layout_sync.phone_changed(user, domain)

    # --- the end

    def drain(self) -> None:
        """An orderly end: running calls are left to the others, as `handover.py` does it."""
        self.draining = True
        for driver in self.shared.give_away():
            driver.hand_over()
        try:
            self.workers.resign()
        except LiveStateError:
            self.process.after(AGAIN_S, lambda: None)
        self.process.after(1.0, self._end)

    def _end(self) -> None:
        self.pipeline.stop(1.0)
        self.process.die()


def _row(account: str, expires: float) -> dict[str, str]:
    user, _, domain = account.partition("@")
    return {"reg_user": user, "realm": domain, "expires": str(expires)}
