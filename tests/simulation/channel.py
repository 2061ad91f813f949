"""A channel of the simulated switch, and the applications of a caller's channel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.events import Sent
from callcontrol.daemon.timers import Timer
from callcontrol.routing.plan import Account, LegPlan, SipAddress, TrunkNumber
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant

if TYPE_CHECKING:
    from tests.simulation.connection_twin import ConnectionTwin

# What leads to one leg or several, and lasts as long as one of them does.
Leading = do.Bridge | in_room.MixThere
# What goes on until something outside the channel ends it.
Staying = in_room.Mix | at_talk.Eavesdrop
App = do.Play | do.Record | Leading | Staying | do.Answer | do.OpenEarlyMedia


@dataclass(eq=False, slots=True)
class Talk:
    """Two channels hear each other."""

    channels: frozenset[str]
    began: Instant
    ended: Instant | None = None


@dataclass(eq=False)
class Channel:
    """One leg, from its creation to its end; records are compared with it.

    Attributes:
        call: the call it belongs to: our mark on it; of the caller's channel the call that arrives on it.
        who: the phone or number at its end.
        plan: the plan by which it was rung; None for a caller's.
        created_s: when it was created, in virtual time, independent of its host's clock.
        on_end: callbacks of its end, in order.
        credit_ends: the end of the credit that the switch was given, by number.
        idle_since_s: since when a caller's channel has heard nothing and has no partner.
        joined_s, comes_back_until_s: when it was joined last, and until when the end of that brings it back.
        joined_by: the process that had them joined.
        came_back: the partner left at once, and the caller came back, at least once.
        untalked: the agent left at once, and there was no command since the caller came back.
        moved_s: when its partner transferred it; reset when it hears something.
        said: ends the playback to a leg outside of a bridge.
        was_heard: a playback to it has ended, so its next parking is reported.
        stays: it is parked, not ended, when its partner leaves (`park_after_bridge`).
        holds: its phone holds the partner.
        joined_with: with whom its phone has joined the partner in its own place (attended transfer).
        codes: those that the switch waits for, by set; `realm` is the set that counts.
        talks: with whom it was joined, and for how long.
        from_queue: whether it was rung for a queue, and under which agent's name it is reported.
    """

    id: str
    call: str
    tenant: str
    who: str
    created: Instant
    plan: LegPlan | None = None
    created_s: float = 0.0
    ringing: Instant | None = None
    answered: Instant | None = None
    bridged: Instant | None = None
    ended: Instant | None = None
    cause: str = ""
    hung_up_by: str = ""
    crashed: bool = False
    peer: Channel | None = None
    parked: bool = False
    from_queue: bool = False
    said: Timer | None = None
    was_heard: bool = False
    stays: bool = False
    holds: bool = False
    joined_with: str = ""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    realm: str = ""
    talks: list[Talk] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    on_end: list[Callable[[], None]] = field(default_factory=list)
    credit_ends: dict[int, Timer] = field(default_factory=dict)
    # --- only of a caller's channel
    dialled: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    connection: ConnectionTwin | None = None
    stage: int = 0
    queue: deque[App] = field(default_factory=deque)
    running: App | None = None
    running_timer: Timer | None = None
    race_over: Callable[[], Mapping[str, str]] | None = None
    recorded_ms: int = 0
    idle_since_s: float | None = None
    joined_s: float = 0.0
    comes_back_until_s: float = 0.0
    joined_by: object = None
    untalked: bool = False
    moved_s: float | None = None
    came_back: bool = False

    def join(self, other: Channel, at: Instant) -> None:
        """Both hear each other from now on."""
        talk = Talk(frozenset((self.id, other.id)), at)
        self.peer, other.peer = other, self
        self.talks.append(talk)
        other.talks.append(talk)

    def part(self, at: Instant) -> Channel | None:
        """It hears its partner no more, whom this returns; None: it had none."""
        left, self.peer = self.peer, None
        if left is not None:
            left.peer = None
            self.talks[-1].ended = at
        return left

    @property
    def sent(self) -> Sent | None:
        """The marks that it reports of its origination; None for a caller's."""
        if self.plan is None:
            return None
        shown, payer = self.plan.shown.number, self.plan.payer
        match self.plan.endpoint:
            case Account(user, domain):
                return Sent(f"{user}@{domain}", "", shown, payer)
            case TrunkNumber(_, gateway, digits):
                return Sent(digits, gateway, shown, payer)
            case SipAddress(uri):
                return Sent(uri, "", shown, payer)

    @property
    def is_caller(self) -> bool:
        """Whether it is an incoming call."""
        return self.plan is None

    @property
    def hears_music(self) -> bool:
        """Whether an endless playback runs."""
        return isinstance(self.running, do.Play) and self.running_timer is None

    @property
    def lives(self) -> bool:
        """Whether the switch still has it."""
        return self.ended is None

    @property
    def talk_us(self) -> int:
        """Microseconds from answer to end."""
        return self.stamps.talk_us

    @property
    def stamps(self) -> Stamps:
        """Its times, when it has ended."""
        assert self.ended is not None
        return Stamps(self.created, self.ringing, self.answered, self.ended, self.bridged)


def app_id_of(app: do.Play | do.Record | Leading | Staying) -> str:
    """The id by which the end of an application is told."""
    return app.mix.app_id if isinstance(app, in_room.MixThere) else app.app_id
