"""The thread of a channel: it walks the dialplan, runs applications and takes orders of controllers.

Orders (`sendmsg`) are queued and carried out inside whatever application looks for them, nested, last in first out,
unless `event-lock: true` makes them wait: as in switch_ivr.c.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import gevent
from gevent.event import Event as Signal

from callcontrol.simulator import causes
from callcontrol.simulator.air import Air
from callcontrol.simulator.callers import CallerEnd
from callcontrol.simulator.channel import Channel, Order
from callcontrol.simulator.conferences import Conferences
from callcontrol.simulator.connection import EventSockets
from callcontrol.simulator.core import Core
from callcontrol.simulator.dialplan import Action, Dialplan, inline
from callcontrol.simulator.ears import FarEnd
from callcontrol.simulator.expansion import expand
from callcontrol.simulator.media import Media
from callcontrol.simulator.phones import Directory
from callcontrol.simulator.schedule import Schedule
from callcontrol.simulator.sip_variables import Invite
from callcontrol.simulator.transfer import transfer
from callcontrol.simulator.watch import Watch

MAX_NESTED = 32
_SHORTEST_LOOP_US = 500_000  # a looped application that was over sooner is not run again


class Session:
    """Runs one channel until it is down."""

    def __init__(self, switch: SwitchBase, channel: Channel) -> None:
        self.switch = switch
        self.channel = channel
        self.wake = Signal()
        self.orders: deque[Order] = deque()
        self._coming: deque[Order] = deque()
        self.actions: deque[tuple[str, str]] = deque()
        self.broken = False
        self.controlled = False
        self.parked = False
        self.bridge_to: Channel | None = None
        self._thread: gevent.Greenlet | None = None
        self._locks = 0
        self._nested = 0
        channel.session = self

    # --- life --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin in the state the channel is to be in."""
        self._thread = gevent.spawn(self._run)

    def release_if_idle(self) -> None:
        """Give a channel back that this session only visited (to ask for a key, to run one application)."""
        if self._thread is None:
            self.channel.session = None
            if self.channel.down:
                self.channel.finish()

    def start_with(self, actions: Iterable[tuple[str, str]]) -> None:
        """Begin by executing `actions`, without a dialplan (`originate … &park()`)."""
        self.actions.extend(actions)
        self.channel.state = "CS_EXECUTE"
        self.start()

    def _run(self) -> None:
        channel = self.channel
        try:
            while not channel.down:
                self._step()
        except Exception:
            channel.hangup("DESTINATION_OUT_OF_ORDER")
            raise
        finally:
            channel.finish()

    def _step(self) -> None:
        state = self.channel.state
        if state == "CS_ROUTING" and not self.channel.outbound:
            self.channel.set_callstate("RINGING")
        elif state == "CS_EXECUTE" and self.channel.answered:
            self.channel.set_callstate("ACTIVE")
        self.channel.run_state(state)
        match state:
            case "CS_ROUTING":
                self._route()
            case "CS_EXECUTE":
                self._execute_all()
            case "CS_PARK":
                self.park()
                if self.ready():
                    self.channel.hangup("NORMAL_CLEARING")
            case "CS_SOFT_EXECUTE" if self.bridge_to is not None:
                self.switch.join(self)
            case "CS_HIBERNATE":
                self.channel.state = "CS_RESET"
            case "CS_RESET":
                self.channel.state = "CS_SOFT_EXECUTE"
            case _:
                self.stay(lambda: True)

    def _route(self) -> None:
        channel = self.channel
        channel.hit_dialplan = True
        found = self._route_inline() if channel.profile.dialplan == "inline" else self._route_xml()
        if not found:
            channel.hangup("NO_ROUTE_DESTINATION")
            return
        channel.set("call_uuid", channel.uuid)
        self.actions = deque(found)
        channel.state = "CS_EXECUTE"

    def _route_xml(self) -> Sequence[Action] | None:
        p = self.channel.profile
        found = self.switch.dialplan.route(p.context, p.destination)
        if found:
            self.channel.set("DP_MATCH", f"ARRAY::{p.destination}|:{p.destination}")
        return found

    def _route_inline(self) -> Sequence[Action]:
        """The destination is the actions; afterwards it is what it was before."""
        p = self.channel.profile
        found = inline(p.destination)
        p.destination, p.rdnis = p.rdnis, ""
        self.channel.touch()
        return found

    def _execute_all(self) -> None:
        while self.ready() and self.actions:
            app, argument = self.actions.popleft()
            self.execute(app, argument)
        if self.ready():
            self.channel.hangup("NORMAL_CLEARING")

    def leave_to(self, heir: Channel) -> None:
        """Another channel goes on where this one is in the dialplan (switch_channel_caller_extension_masquerade)."""
        if heir.down or heir.session is None:
            return
        heir.session.actions = deque(self.actions)
        heir.profile.destination = self.channel.profile.destination
        heir.touch()
        for name in ("originate_disposition", "originate_causes", "originated_legs"):
            heir.set(name, self.channel.get(name))
        heir.session.go("CS_EXECUTE")

    def go(self, state: str) -> None:
        """Leave whatever runs for another state; the applications under way end."""
        if self.channel.down:
            return
        self.channel.state = state
        if self.channel.running == state:  # a transfer while routing: the same state is entered anew
            self.channel.running = "CS_RESET"
        self.channel.poke()

    def ready(self) -> bool:
        """Whether the application under way may go on: up, and no other state asked for."""
        channel = self.channel
        return not channel.down and channel.state == channel.running

    # --- waiting -----------------------------------------------------------------------------------------------

    def stay(self, holds: Callable[[], bool], until_us: int | None = None, *, orders: bool = True) -> None:
        """Wait while `holds()` says so, the channel is ready and it is not yet `until_us`; orders are carried out."""
        timeline = self.switch.core.timeline
        while self.ready() and holds():
            self.wake.clear()
            if orders and self.take_orders():
                continue
            left_s = None if until_us is None else (until_us - timeline.now_us()) / 1_000_000
            if left_s is not None and left_s <= 0:
                return
            timeline.wait(self.wake, left_s)

    def step_back(self) -> None:
        """Let one step of the switch's audio loop go by: how late a bridge notices a hang-up."""
        if self.switch.core.manners.tick_s:
            self.switch.core.timeline.sleep(self.switch.core.manners.tick_s)

    # --- orders ------------------------------------------------------------------------------------------------

    def queue(self, order: Order) -> None:
        """Take an order of a controller; applications look for orders once in each step of the switch."""
        tick_s = self.switch.core.manners.tick_s
        self._coming.append(order)
        if tick_s:
            self.switch.core.timeline.call_later(tick_s, self._let_in)
        else:
            self._let_in()

    def _let_in(self) -> None:
        if self._coming:  # an `uuid_break … all` may have been here
            self.orders.append(self._coming.popleft())
            self.wake.set()

    def _orders_due(self) -> bool:
        return bool(self.orders) and not self._locks and self._nested < MAX_NESTED

    def take_orders(self) -> bool:
        """Carry out the orders there are; False when there are none."""
        if not self._orders_due():
            return False
        while self._orders_due() and self.ready():
            self._carry_out(self.orders.popleft())
        return True

    def carry_out_orders(self) -> None:
        """Carry out every order there is (switch_ivr_parse_all_events), even if none can do anything any more: also
        those that no step has come round to yet.
        """
        self.orders.extend(self._coming)
        self._coming.clear()
        while self._orders_due():
            self._carry_out(self.orders.popleft())

    def _carry_out(self, order: Order) -> None:
        self._nested += 1
        self._locks += order.lock
        try:
            if order.hangup_cause:
                self.channel.hangup(order.hangup_cause)
            else:
                self._run_order(order)
        finally:
            self._nested -= 1
            self._locks -= order.lock

    def _run_order(self, order: Order) -> None:
        channel, timeline = self.channel, self.switch.core.timeline
        done = 0
        while done < order.loops or order.loops < 0:
            began_us = timeline.now_us()
            channel.set("current_loop", str(done + 1))
            channel.set("total_loops", str(order.loops))
            self.execute(order.app, order.argument, order.app_uuid)
            done += 1
            if not self.ready() or self.broken or timeline.now_us() - began_us < _SHORTEST_LOOP_US:
                break
        channel.set("current_loop", None)
        channel.set("total_loops", None)

    def break_application(self, *, flush: bool) -> None:
        """`uuid_break`: end the file being played, in the next step; `flush` forgets the orders in line too."""
        if flush:
            self.orders.clear()
            self._coming.clear()
        self.broken = True
        self.switch.core.timeline.call_later(self.switch.core.manners.tick_s, self.wake.set)

    # --- applications ------------------------------------------------------------------------------------------

    def execute(self, app: str, argument: str = "", app_uuid: str = "") -> None:
        """Run one application, with its CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE."""
        channel = self.channel
        if channel.down:
            return
        found = self.switch.apps.get(app)
        if found is None:
            channel.hangup("DESTINATION_OUT_OF_ORDER")
            return
        if found.needs_media and not channel.has_media:
            channel.mark_early_media()
        expanded = expand(channel, argument)
        channel.set("current_application", app)
        channel.set("current_application_data", expanded)
        channel.set("current_application_response", None)
        uuid = app_uuid or self.switch.core.ids.uuid()
        head = {"Application": app}
        if expanded:
            head["Application-Data"] = expanded
        channel.fire("CHANNEL_EXECUTE", after={**head, "Application-UUID": uuid})
        self.broken = False
        channel.set("current_application", app)  # once more, as the switch does: it moves to the end
        found.run(self, expanded)
        response = channel.get("current_application_response") or "_none_"
        after = {**head, "Application-Response": response, "Application-UUID": uuid}
        channel.fire("CHANNEL_EXECUTE_COMPLETE", after=after)

    def park(self) -> None:
        """switch_ivr_park: wait for orders until the control is taken away or another state is asked for."""
        channel = self.channel
        if self.controlled or not self.ready():
            return
        limit = channel.get("park_timeout")
        until_us, cause = self._park_limit(limit)
        self.controlled = self.parked = True
        channel.fire("CHANNEL_PARK")
        self.stay(self._still_parked, until_us)
        if until_us is not None and self.ready() and self._still_parked():
            channel.hangup(cause)
        self.controlled = self.parked = False
        channel.fire("CHANNEL_UNPARK")

    def _still_parked(self) -> bool:
        self.channel.digits.clear()
        return self.controlled and self.parked

    def _park_limit(self, limit: str | None) -> tuple[int | None, str]:
        if limit is None:
            return None, "NORMAL_CLEARING"
        self.channel.set("park_timeout", None)
        self.channel.set("park_after_bridge", None)
        seconds, _, cause = limit.partition(":")
        limit_s = int(seconds) if seconds.removeprefix("-").isdigit() else 0
        due_s = self.switch.core.timeline.epoch_s() + limit_s  # whole seconds of the wall clock
        return due_s * 1_000_000 if limit_s >= 0 else None, causes.named(cause or "NORMAL_CLEARING")

    def lose_control(self) -> None:
        """The controller's connection is gone: a parked channel goes on in its dialplan."""
        self.controlled = False
        self.wake.set()


@dataclass(frozen=True, slots=True)
class App:
    """An application: its name, what it does with its expanded argument, and whether it needs audio.

    An unanswered caller gets early media before an application that needs audio runs.
    """

    name: str
    run: Callable[[Session, str], None]
    needs_media: bool = False


class SwitchBase(ABC):
    """What the threads of one switch share. `Switch` completes it with what stands above them."""

    def __init__(
        self,
        core: Core[Channel],
        dialplan: Dialplan,
        directory: Directory,
        air: Air,
        media: Media,
        apps: Mapping[str, App],
    ) -> None:
        self.core = core
        self.dialplan = dialplan
        self.directory = directory
        self.air = air
        self.ears = air.ears
        self.media = media
        self.conferences = Conferences(media)
        self.apps = apps
        self.tasks = Schedule(core.timeline)
        self.sockets = EventSockets()
        self.watch = Watch()

    @abstractmethod
    def join(self, session: Session) -> None:
        """The originator's side of a `uuid_bridge`."""

    @abstractmethod
    def ask_colleague(self, who: str, user: str, domain: str, number: str) -> CallerEnd:
        """A phone that talks makes a second call; what it sees of that is heard by `who`."""

    @abstractmethod
    def arrive_on_net(self, invite: Invite, end: FarEnd, hidden_number: str) -> Channel:
        """An INVITE of this switch itself comes in, for a number of a tenant: context `on-net`."""

    @abstractmethod
    def api(self, command: str) -> str:
        """The answer of an api command that a variable of a channel names."""

    def session_of(self, channel: Channel, *, start: bool = True) -> Session:
        """The thread of a channel; a leg that has none gets one, running unless `start` is False."""
        if isinstance(channel.session, Session):
            return channel.session
        session = Session(self, channel)
        if start:
            session.start()
        return session

    def hang_up_later(self, channel: Channel, when: str, cause: str) -> None:
        """`+seconds` or an epoch."""
        self.tasks.add(channel.uuid, self.delay_s(when), lambda: channel.hangup(cause))

    def transfer_later(self, channel: Channel, when: str, extension: str, dialplan: str, context: str) -> None:
        """`+seconds` or an epoch."""
        self.tasks.add(channel.uuid, self.delay_s(when), lambda: transfer(channel, extension, dialplan, context))

    def delay_s(self, when: str) -> float:
        """Tasks are due at a whole second of the wall clock."""
        relative, digits = when.startswith("+"), when.lstrip("+")
        seconds = int(digits) if digits.isdigit() else 0
        due_s = self.core.timeline.epoch_s() + seconds if relative else seconds
        return due_s - self.core.timeline.now_us() / 1_000_000
