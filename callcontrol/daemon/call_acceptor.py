"""A switch hands a call over: finds its tenant, whether the call is known already, and gives it a driver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from callcontrol.config.settings import Trunk
from callcontrol.control import transfers
from callcontrol.control.call import Call, new_call
from callcontrol.daemon import passing_on, strays
from callcontrol.daemon.adoption import adopt
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.call_line import CallLine
from callcontrol.daemon.configuration import Configuration
from callcontrol.daemon.confirmation import Confirmation, Doubt
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.passing import Stray
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.freeswitch.arrival import CALL, TENANT, Arriving, read_arrival
from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.commands import (
    Command,
    Execute,
    Linger,
    end_at,
    sched_del,
    set_variables,
    subscription,
)
from callcontrol.edges.freeswitch.failures import EventSocketError, UnsafeText
from callcontrol.edges.freeswitch.leg_commands import BACK_CONTEXT, bring_back
from callcontrol.edges.freeswitch.translate import CALL_EVENTS, rearrived
from callcontrol.edges.freeswitch.worker_events import PassedOn
from callcontrol.edges.live_state.failures import CallUnreadable, LiveStateError
from callcontrol.kinds import KINDS
from callcontrol.routing.arrival import PUBLIC_CONTEXT
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller, call_id_of
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.phone_number import readings

log = logging.getLogger(__name__)

# Long enough for the last events of a call, which come after its hang-up (seconds).
LINGER_S = 5
# A call that a later version of the program saved is sent through the dialplan so often, after so many seconds each:
# a worker of that version may accept it then.
MAX_SENT_ON = 20
SEND_ON_S = 0.25
# For so many channels it is remembered how often they were sent on; the oldest are forgotten.
MAX_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class _Returned:
    """A channel that has been with a worker before, on its new connection."""

    connection: CallConnection
    arriving: Arriving
    switch: str
    line: CallLine


class CallAcceptor:
    """Takes calls from switches."""

    def __init__(self, shared: WorkerContext, switch_links: SwitchLinks) -> None:
        self._shared = shared
        self._switch_links = switch_links
        self._sent_on: dict[str, int] = {}

    def receive(self, connection: CallConnection) -> None:
        """A switch hands a call over. Runs in the connection's reader, so it must not block."""
        arriving = read_arrival(connection.data)
        switch = self._switch_links.name_of(connection.data.get("Core-UUID", ""), arriving.switchname)
        line = CallLine(connection, switch, self._switch_links.profile_of(switch))
        known = self._shared.driver_of(arriving.channel)
        if known is None and not arriving.again:
            self._begin(connection, arriving, switch, line, _opening(arriving))
            return
        connection.send(*_opening(arriving))
        if known is not None:
            self._go_on(known, line, connection, arriving)
        else:
            self._ask_whose(_Returned(connection, arriving, switch, line))

    def _ask_whose(self, back: _Returned, *, workers_know: bool = True) -> None:
        """The channel has been with a worker before: from here on the call is ours.

        Args:
            workers_know: where Redis does not answer the other workers may; they have not been asked yet.
        """
        arriving = back.arriving
        tenant = arriving.tenant or _facts(arriving, self._shared.current.configuration, {}).tenant_name

        def answered(call: Call | None, trouble: LiveStateError | None) -> None:
            if isinstance(trouble, CallUnreadable):
                self._leave_to_its_version(back)
            elif trouble is not None and workers_know:
                self._ask_workers(back)
            elif (driver := adopt(self._shared, call) if call is not None else None) is not None:
                meters.calls_taken_total.inc()
                self._shared.switches.announce(back.switch, self._shared.worker, (driver.call.id,), arrived=True)
                self._go_on(driver, back.line, back.connection, arriving)
            else:
                self._begin_again(back, trouble)

        def contained_answer(call: Call | None, trouble: LiveStateError | None) -> None:
            with _contained(back):
                answered(call, trouble)

        def has_it(call: Call) -> bool:
            return call.leg(arriving.channel) is not None

        back.line.hold()
        self._shared.calls.take_one(tenant, _ids(arriving), self._shared.worker, contained_answer, has_it)

    def _ask_workers(self, back: _Returned) -> None:
        """Redis cannot tell whose the call is: the worker that has it passes it on. If none does Redis is asked again:
        it may have been away for a moment only, or be back.
        """

        def found(passed: PassedOn | None) -> None:
            with _contained(back):
                if passed is None:
                    self._ask_whose(back, workers_know=False)
                elif (driver := passing_on.take(self._shared, back.switch, back.arriving.tenant, passed)) is not None:
                    self._go_on(driver, back.line, back.connection, back.arriving)
                else:
                    self._leave_to_its_version(back)

        passing_on.seek(self._shared, back.switch, back.arriving.channel, found)

    def _begin_again(self, back: _Returned, trouble: LiveStateError | None) -> None:
        """Nothing is known of the call; `trouble`: or cannot be known now."""
        arriving = back.arriving
        begun = self._begin(back.connection, arriving, back.switch, back.line)
        if trouble is not None:
            log.error("the owner of this call is not known: %s", trouble, extra={"channel": arriving.channel})
            if begun.call.id in _ids(arriving)[1:]:
                strays.began(self._shared, begun, Stray(arriving.channel, arriving.by_leg))

    def _leave_to_its_version(self, back: _Returned) -> None:
        """The call is not ours to begin anew: it is sent to us again, until a worker that can read it accepts it. Where
        none does, the dialplan goes on.
        """
        arriving, connection = back.arriving, back.connection
        channel = arriving.channel
        times = self._sent_on.pop(channel, 0)
        if times >= MAX_SENT_ON:
            log.error("no worker that can read this call has accepted it", extra={"channel": channel})
            connection.leave()
            return
        self._sent_on[channel] = times + 1
        if len(self._sent_on) > MAX_KNOWN:
            self._sent_on.pop(next(iter(self._sent_on)))

        def send_on() -> None:
            try:
                context = arriving.context if arriving.transfer else BACK_CONTEXT
                self._switch_links.tell(back.switch, bring_back(channel, arriving.dialled, context))
            except (EventSocketError, UnsafeText) as error:
                log.error("a call cannot be sent on: %s", error, extra={"channel": channel})
                connection.leave()

        self._shared.timers.after(SEND_ON_S, send_on)

    def _go_on(self, driver: DrivenCall, line: CallLine, connection: CallConnection, arriving: Arriving) -> None:
        """A call we know, on a new connection. Of two that came one right after the other only the later one has the
        channel; the earlier one, where it is known last, is left open and silent.
        """
        if driver.line is not None and driver.line.since > line.since:
            log.info("an earlier connection of the call came after a later one", extra={"call": driver.call.id})
            return
        directory = self._shared.current.configuration.directory
        owner = directory.owner_of(arriving.dialled, directory.trunk_at(arriving.source))
        own = owner[1] if owner and not driver.call.led_party.extension else arriving.dialled
        driver.line, driver.core = line, connection.data.get("Core-UUID", "")
        # the call was confirmed when it came first, and its end is reported as ever
        self._confirm(driver, arriving, lambda doubt: None)
        line.serve(driver)
        brought = arriving.context == BACK_CONTEXT
        back = rearrived(connection.data, own, transfer=arriving.transfer, brought_back=brought)
        driver.come_back(replace(back, left_on_hold=arriving.left_on_hold))

    def _begin(
        self,
        connection: CallConnection,
        arriving: Arriving,
        switch: str,
        line: CallLine,
        opening: tuple[Command, ...] = (),
    ) -> CallDriver:
        """A new call; also that of a channel that was transferred and whose own call is not known any more.

        Args:
            opening: what has not been sent yet of the commands that make the call ours.
        """
        facts = _facts(arriving, self._shared.current.configuration, self._shared.call_backs.tenants)
        id_ = call_id_of(arriving.channel)
        if arriving.again:
            self._shared.calls.begin_again(facts.tenant_name, id_)
        call = new_call(
            id_=id_,
            channel=arriving.channel,
            switch=switch,
            worker=self._shared.worker,
            tenant=facts.tenant_name,
            caller=facts.caller,
            dialled=facts.dialled,
            now=arriving.created if arriving.created and not facts.transferred else facts.now,
            origin=replace(arriving.origin, account=arriving.user) if facts.caller.extension else arriving.origin,
            nonce=clock.new_nonce(),
            leg_of=_leg_of(arriving),
        )
        if facts.transferred:
            call = transfers.strayed(call, facts)
        connection.send(*opening, *_marks(call, arriving))
        driver = CallDriver(call, facts, self._shared, line)
        self._drive(driver, connection, line, arriving)
        return driver

    def _drive(self, driver: CallDriver, connection: CallConnection, line: CallLine, arriving: Arriving) -> None:
        """A new call."""
        call = driver.call
        driver.core = connection.data.get("Core-UUID", "")
        self._shared.take(driver)
        line.serve(driver)
        self._confirm(driver, arriving, driver.forged)
        log.debug("call arrived for %s", call.dialled, extra={"call": call.id, "tenant": call.tenant})
        driver.begin()
        for end in self._shared.missed(call):  # a caller who hung up while the connection was on its way
            driver.deliver(end)

    def _confirm(self, driver: DrivenCall, arriving: Arriving, on_forged: Callable[[Doubt], object]) -> None:
        """Ask the switch whether it has this call; what follows goes on meanwhile."""
        driver.confirmation = Confirmation(on_forged)
        driver.confirmation.ask(self._switch_links.link_of(driver.call.switch), driver.call.switch, arriving)


@contextmanager
def _contained(back: _Returned) -> Iterator[None]:
    """Called with the answer of Redis, or of a worker, in the reader of all of them: an error there would leave the
    caller in silence.
    """
    try:
        yield
    except Exception as error:
        note_fault("call", "a caller who came back could not be taken over", error, channel=back.arriving.channel)
        back.connection.refuse("NORMAL_TEMPORARY_FAILURE")


def _ids(arriving: Arriving) -> tuple[str, ...]:
    """The ids that the call of this channel may have: as our mark on it says; as follows from the channel; and the
    channel, where a version before saved the call first. That goes before the mark: there a leg that was transferred
    became a call beside the one it was dialled for.
    """
    marked = (arriving.call,) if arriving.call else ()
    return arriving.channel, *marked, call_id_of(arriving.channel)


def _leg_of(arriving: Arriving) -> str:
    """The call for which we dialled this channel, "" for one that came by itself."""
    if not arriving.call or arriving.call in (call_id_of(arriving.channel), arriving.channel):
        return ""
    return arriving.call


def _marks(call: Call, arriving: Arriving) -> tuple[Command, ...]:
    """Whose the channel is, for a worker that gets it after us."""
    marks = {TENANT: call.tenant} if call.tenant else {}
    if not _leg_of(arriving):
        marks[CALL] = call.id
    return (set_variables(call.caller_channel, marks),) if marks else ()


def _opening(arriving: Arriving) -> tuple[Command, ...]:
    """The dead-man timer is cancelled first: from then on the call is ours."""
    missing = ";".join(f"{name}={value}" for name, value in arriving.missing)
    return (
        sched_del(arriving.channel),
        Linger(LINGER_S),
        *subscription(arriving.channel, CALL_EVENTS),
        *([Execute("multiset", f"^^;{missing}")] if missing else []),
        # the dead-man timer was cancelled with all that was scheduled: a limit of this channel is set again
        *([end_at(arriving.channel, arriving.limit // SECOND_US, "ALLOTTED_TIMEOUT")] if arriving.limit else []),
    )


def _facts(arriving: Arriving, configuration: Configuration, awaited: Mapping[str, str]) -> Facts:
    """`awaited`: as of `Directory.owner_of`."""
    directory = configuration.directory
    phone = None
    if arriving.context != PUBLIC_CONTEXT:
        phone = directory.phone_of(arriving.user, arriving.domain)
    trunk = None if phone else directory.trunk_at(arriving.source)
    owner = None if phone else directory.owner_of(arriving.dialled, trunk, awaited)
    tenant = phone[0] if phone else owner[0] if owner else ""
    if not tenant and arriving.context != PUBLIC_CONTEXT:
        tenant = directory.in_an_emergency(arriving.domain, arriving.dialled)
    facts = Facts(
        settings=configuration.settings,
        kinds=KINDS,
        tenant_name=tenant,
        prices=configuration.prices_of(tenant),
        caller=_caller(arriving, phone[1] if phone else "", configuration.region_of(tenant), trunk),
        dialled=owner[1] if owner else arriving.dialled,
        now=clock.now(),
        replaces=arriving.replaces,
    )
    # a number of the tenant's own that it was sent to before has no owner: only the mark tells whose call it is
    was_sent = arriving.transfer or (arriving.again and not tenant and bool(arriving.tenant))
    return _of_a_stray(facts, arriving, configuration) if was_sent else facts


def _of_a_stray(facts: Facts, arriving: Arriving, configuration: Configuration) -> Facts:
    """The facts of a transferred channel whose call is not known any more: its mark tells the tenant, nothing tells who
    sent it here.
    """
    facts = replace(facts, transferred=True, caller=Caller("") if _leg_of(arriving) else facts.caller)
    if arriving.tenant not in configuration.settings.tenants:
        return facts
    return replace(facts, tenant_name=arriving.tenant, prices=configuration.prices_of(arriving.tenant))


def _caller(arriving: Arriving, extension: str, region: str, trunk: Trunk | None) -> Caller:
    """A phone of ours is its extension, whatever its From says; others are a number where it can be read as one."""
    if extension:
        return Caller(extension, arriving.name, arriving.anonymous, extension)
    written_in = trunk.region if trunk else ""
    number = next(iter(readings(arriving.number, written_in or region, e164=not written_in)), None)
    return Caller(number.text if number else arriving.number, arriving.name, arriving.anonymous)
