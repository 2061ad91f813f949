"""Offers, notices and due times reach their calls, through a real Redis; commands to phones are only kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from gevent.event import Event
from redis import Redis

from callcontrol.billing.record import RatedRecord
from callcontrol.control import commands as do
from callcontrol.control.call import Ringing
from callcontrol.control.commands import Command
from callcontrol.control.events import AloneChecked, CallerHungUp
from callcontrol.daemon.box_line import BoxLine
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.offer_dispatcher import OfferDispatcher
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.room_line import RoomLine
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.timers import Timers
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.worker_events import WorkerEvent
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.queue.callback import CallingBack
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.agent import AgentState, OfferEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.demand import CallerDemand
from callcontrol.vocabulary.media_notes import MediaNote
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext, Notice, Offer, Ticket
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.trail import OfferEnded
from tests.daemon.no_ledger import no_balance
from tests.daemon.queue_parts import WORKER, Listener, LiveQueues, configured, occasion, until
from tests.routing.queue_world import CUSTOMER, HELP, QUEUES

SECOND, HOUR = 1_000_000, 3_600 * 1_000_000


class Ears:
    """Stands in for a leg line or a call line, and keeps the commands."""

    since = 0

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def carry_out(self, command: object, _: object) -> None:
        self.commands += command if isinstance(command, list) else [cast(Command, command)]

    def close(self) -> None:
        """Nothing to close."""

    def rung(self) -> list[str]:
        """The targets whose phones were rung."""
        originated = [c for c in self.commands if isinstance(c, do.Originate)]
        return [plan.to for command in originated for _, plan in command.legs]


class NoMedia:
    """A media writer that expects no changes."""

    def note(self, note: MediaNote) -> None:
        raise AssertionError(note)


class NoBook:
    """A stand-in for the record writer."""

    def __init__(self) -> None:
        self.records: list[RatedRecord] = []

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        self.records.append(record)
        on_durable()

    def put_aside(self, call: bytes, reason: str) -> None:
        raise AssertionError(reason)


class NoSwitch:
    """A switch that cannot be asked."""

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[None], object]) -> None:
        on_answer(None)

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        on_answer(AloneChecked(None))

    def gap(self, switch: str) -> Instant | None:
        return None

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """No worker hears the announcement."""
        heard = Event()
        heard.set()
        return heard

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """No worker can be told anything."""
        return False


class Office:
    """A worker's calls and queues, without its switches."""

    def __init__(self, live: LiveQueues, folder: Path) -> None:
        self.live = live
        self.timers = Timers()
        self.folder = folder
        self.current = Current(folder)
        self.ears = Ears()
        self.book = NoBook()
        registrations = Registrations()
        settings = self.current.configuration.settings
        switch_links = SwitchLinks(settings, registrations, random.Random(1), lambda user, domain: None, lambda: None)
        self.shared = WorkerContext(
            worker=WORKER,
            current=self.current,
            rules=RuleStore(live.pipeline),
            languages=LanguageStore(live.pipeline),
            overrides=OverrideStore(live.pipeline),
            parked=ParkedStore(live.pipeline),
            rooms=RoomLine(live.pipeline, lambda switch: None),
            boxes=BoxLine(BoxStore(live.pipeline), BroughtSounds(live.pipeline), NoMedia().note),
            credit=CreditLine(CreditStore(live.pipeline, no_balance), self.current),
            calls=CallStore(live.pipeline),
            registrations=registrations,
            records=self.book,
            media=NoMedia(),
            switches=NoSwitch(),
            legs=cast(LegLine, self.ears),
            queue_store=live.store,
            queues=QueueLine(live.store),
            timers=self.timers,
        )
        self.dispatcher = OfferDispatcher(self.shared, live.store, switch_links)
        live.on_effects = self.dispatcher.told

    def caller(self, id_: str = "call-1", caller: Caller = CUSTOMER) -> CallDriver:
        """A caller in the queue `help`, once Redis has answered."""
        configuration = self.current.configuration
        prices = configuration.prices_of("acme")
        facts = Facts(configuration.settings, KINDS, "acme", prices, caller, HELP, clock.now())
        call = replace(Listener(id_).call, caller=caller)
        driver = CallDriver(call, facts, self.shared, self.ears)
        self.shared.take(driver)
        driver.begin()
        until(lambda: isinstance(driver.call.state, Waiting) and driver.call.state.entered)
        return driver

    def callbacks(self) -> list[DrivenCall]:
        return [driver for driver in self.shared.drivers.values() if not driver.call.caller_channel]

    def owe_callback(self, after_s: float = 0, context: CallerContext = NO_CONTEXT) -> None:
        """A customer has asked for a callback, due `after_s` seconds from now."""
        ticket = Ticket("asked/1", "help", CUSTOMER.number, WORKER, clock.now())
        on_effects, self.live.on_effects = self.live.on_effects, lambda tenant, effects: None
        self.live.waited(lambda done: self.live.store.join("acme", ticket, done))
        self.live.settle()
        self.live.on_effects = on_effects
        begins = Instant(clock.now() + int(after_s * SECOND))
        self.live.store.call_back("acme", ticket.id, ticket.number, begins, Instant(begins + HOUR), context=context)
        self.live.settle()


@pytest.fixture
def office(redis_url: str, redis_client: Redis, tmp_path: Path) -> Iterator[Office]:
    live = LiveQueues(redis_url)
    live.open("anna")
    yield Office(live, configured(tmp_path))
    live.close()


def offer(**changed: object) -> Offer:
    now = clock.now()
    plain = Offer("call-9/1:1", "call-9/1", "help", 1, ("anna",), now, Instant(now + 3 * SECOND), WORKER)
    return replace(plain, **changed)  # type: ignore[arg-type]  # fields of an offer


# --- offers


def test_a_new_caller_is_offered_to_the_agent_whose_phone_rings(office: Office) -> None:
    office.caller()
    until(office.ears.rung)
    assert office.ears.rung() == ["extension:101"]
    until(lambda: office.live.agent("anna").state is AgentState.RINGING)


def test_an_agent_who_is_free_again_is_offered_the_next_caller(office: Office) -> None:
    first = office.caller()
    until(office.ears.rung)
    second = office.caller("call-2", Caller("+48600700801"))
    first.deliver(CallerHungUp("NORMAL_CLEARING"))
    until(lambda: isinstance(second.call.state, Waiting) and second.call.state.offering is not None)
    assert office.ears.rung() == ["extension:101"] * 2


def test_an_offer_whose_call_has_just_ended_frees_its_agent(office: Office) -> None:
    ticket = Ticket("gone/1", "help", "", WORKER, clock.now())
    office.live.waited(lambda done: office.live.store.join("acme", ticket, done))
    until(lambda: office.live.tickets() == [])
    assert office.live.agent("anna").state is AgentState.READY


def test_an_offer_for_another_workers_call_is_left_to_that_worker(office: Office) -> None:
    driver = office.caller("call-9")
    until(office.ears.rung)
    before = driver.call
    office.dispatcher.offered("acme", offer(worker="host/2", epoch=9, id="call-9/1:9"))
    office.dispatcher.offered("acme", offer(worker="host/2", callback=True, number="+48600700800"))
    assert driver.call == before
    assert office.callbacks() == []


# --- notices


def test_a_notice_reaches_the_call_it_is_for(office: Office) -> None:
    driver = office.caller()
    until(office.ears.rung)
    assert office.live.views.notify("acme", "call-1/1", "removed", "extension:102", occasion("acme")) == "told"
    # The notice is published to the worker that has the call.
    office.dispatcher.noticed("acme", Notice("call-1/1", WORKER, "removed", "extension:102"))
    until(lambda: isinstance(driver.call.state, Ringing))
    assert office.live.tickets() == []


def test_a_place_without_a_call_is_given_up_when_it_is_removed(office: Office) -> None:
    office.live.store.elsewhere("acme", "anna", "x", on=True, call="y")
    ticket = Ticket("ghost/1", "help", "", WORKER, clock.now())
    office.live.waited(lambda done: office.live.store.join("acme", ticket, done))
    until(lambda: len(office.live.tickets()) == 1)
    office.dispatcher.noticed("acme", Notice("ghost/1", WORKER, "removed"))
    office.live.settle()
    assert office.live.tickets() == []


def test_a_notice_for_another_worker_or_a_closed_call_is_ignored(office: Office) -> None:
    driver = office.caller()
    office.dispatcher.noticed("acme", Notice("call-1/1", "host/2", "removed"))
    office.dispatcher.noticed("acme", Notice("call-7/1", WORKER, "removed"))
    assert isinstance(driver.call.state, Waiting)


# --- callbacks


def test_a_due_callback_gets_a_call_of_its_own(office: Office) -> None:
    office.owe_callback()
    until(office.callbacks)
    (driver,) = office.callbacks()
    assert isinstance(driver.call.state, CallingBack)
    assert (driver.call.state.number, driver.call.state.attempt) == (CUSTOMER.number, 1)
    assert (driver.call.switch, driver.call.worker, driver.call.dialled) == ("fs1", WORKER, "queue:help")
    assert office.ears.rung() == ["extension:101"]


def test_a_callback_that_is_to_wait_falls_due_by_itself(office: Office) -> None:
    office.owe_callback(after_s=0.2)
    until(office.callbacks)
    assert office.ears.rung() == ["extension:101"]


def test_a_callback_keeps_the_callers_context_and_follows_overrides_of_the_hours(
    redis_url: str, redis_client: Redis, tmp_path: Path
) -> None:
    """The schedule is always open, but an override has closed it."""
    folder = configured(tmp_path, help=QUEUES["help"].replace("retries: 2,", "retries: 2, hours: desk,"))
    with (folder / "tenants" / "acme.yaml").open("a") as acme:
        acme.write("hours:\n  desk: {week: {mon-sun: '00:00-24:00'}}\n")
    live = LiveQueues(redis_url)
    live.open("anna")
    office = Office(live, folder)
    closed = Override(False, Instant(clock.now() + HOUR), "101", clock.now())
    assert live.waited(lambda done: office.shared.overrides.store("acme", "hours:desk", closed, done)) is None
    office.owe_callback(context=CallerContext("ru", CallerDemand(label="billing")))
    until(lambda: office.book.records)
    (rated,) = office.book.records
    assert (rated.call.language, rated.call.label) == ("ru", "billing")
    assert office.ears.rung() == []
    assert [ticket.position for ticket in live.tickets()] == [0]  # held until the override ends
    live.close()


def test_a_callback_not_answered_by_an_agent_is_due_again(office: Office) -> None:
    """The agent's phone was not answered; after the agent's rest the callback is offered again."""
    office.owe_callback()
    until(office.callbacks)
    (driver,) = office.callbacks()
    state = driver.call.state
    assert isinstance(state, CallingBack)
    assert state.offering is not None
    office.live.store.pass_("acme", state.offering.offer.id, "anna", OfferEnd.CALLER_GONE)
    until(lambda: len(office.callbacks()) == 2)
    assert office.ears.rung() == ["extension:101"] * 2


def test_a_customer_who_calls_again_stops_the_agents_phone(office: Office) -> None:
    office.owe_callback()
    until(office.callbacks)
    (driver,) = office.callbacks()
    caller = office.caller()
    until(lambda: not isinstance(driver.call.state, CallingBack))
    assert [entry.how for entry in driver.call.trail if isinstance(entry, OfferEnded)] == [OfferEnd.EXPIRED]
    killed = [command.leg_id for command in office.ears.commands if isinstance(command, do.KillLeg)]
    assert killed == list(driver.call.open_legs)
    assert isinstance(caller.call.state, Waiting)
    assert caller.call.state.offering is not None  # the agent is offered the caller instead of the callback


def test_a_removed_tenant_makes_no_callbacks(office: Office) -> None:
    gone = office.folder / "tenants" / "acme.yaml"
    (office.folder / "tenants" / "beta.yaml").write_text(gone.read_text())
    gone.unlink()
    assert office.current.reload()
    office.owe_callback()
    until(lambda: office.live.tickets() == [])
    assert office.callbacks() == []
    assert office.ears.commands == []
    assert office.live.agent("anna").state is AgentState.READY


# --- what falls due


def test_the_dispatcher_waits_for_the_earliest_due_time(office: Office) -> None:
    before = office.timers.waiting
    for after_s in (1_800, 2_400, 600, 600):
        office.dispatcher.told("acme", Effects((), (), Instant(clock.now() + after_s * SECOND)))
        assert office.timers.waiting == before + 1
    office.owe_callback(after_s=0.2)
    until(office.callbacks)
