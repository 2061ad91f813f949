"""The sum of a call's conversations is the time in which channels were bridged, whatever moves, and whatever is told
first: the caller's connection and that of the switch tell side by side, a transferor's channel ends up to two seconds
after its bridge.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.billing.record import SegmentRecord
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Talking
from callcontrol.control.events import (
    AppEnded,
    CallerHungUp,
    Event,
    FactsFound,
    LegBridged,
    LegGone,
    Rearrived,
)
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.control.story import Story
from tests.routing.world import NOW, facts

CALLER = "caller-1"
FACTS = facts()
STEP_US = 20_000  # the switch tells what happened that much later at most
MOVES = ("blind", "attended", "caller refers", "caller attends", "leg hangs up", "caller hangs up")


@dataclass
class Bridges:
    """A switch that knows which channels are bridged; the call is told of it in any order that can be.

    Attributes:
        truth: (both channels, from, to) of each bridge that is over.
        late: what the switch's own connection has still to tell.
    """

    story: Story = field(default_factory=lambda: Story(FACTS).begin())
    now: Instant = NOW
    truth: list[tuple[frozenset[str], Instant, Instant]] = field(default_factory=list)
    late: list[Event] = field(default_factory=list)
    led: str = CALLER
    other: str = ""
    began: Instant = NOW
    joined_outside: int = 0
    answered: dict[str, Instant] = field(default_factory=dict)

    def passes(self, micros: int) -> None:
        self.now = Instant(self.now + micros)

    def tell(self, *events: Event) -> None:
        """Now, or a step later."""
        for event in events:
            after_s = max(0, self.now - self.story.facts.now) / SECOND_US
            self.story.then(event, after_s)

    def rings(self) -> None:
        """What is decided rings, and is answered."""
        bridge = self.story.command(do.Bridge)
        self.join(bridge.legs[0][0])

    def join(self, leg: str, account: str = "", answered: Instant | None = None) -> None:
        self.other, self.began = leg, self.now
        self.answered.setdefault(leg, answered or self.now)
        self.answered.setdefault(self.led, self.now)
        self.tell(LegBridged(leg, self.now, account, self.answered[leg]))

    def parts(self) -> Event:
        """The bridge ends: what the caller's connection tells of it."""
        self.truth.append((frozenset((self.led, self.other)), self.began, self.now))
        app = self.story.call.state.app_id if isinstance(self.story.call.state, Talking) else ""
        return AppEnded(app, "SUCCESS", {self.other: ""}, at=self.now)

    def end(self, leg: str, after_us: int = 0, cause: str = "NORMAL_CLEARING", joined_with: str = "") -> LegGone:
        ended = Instant(self.now + after_us)
        stamps = Stamps(NOW, None, self.answered.get(leg, NOW), ended)
        return LegGone(leg, cause, stamps, joined_with=joined_with)

    def is_over(self) -> bool:
        return not self.other


def play(world: Bridges, move: str, told_first: bool, lives_on_us: int) -> None:
    """One thing happens while two channels are bridged."""
    gone, over = world.other, world.parts()
    is_known = world.story.call.leg(gone) is not None  # of another call's leg no end is told
    if move in ("blind", "caller refers"):
        refers = move == "caller refers"
        if refers and (not is_known or world.led != CALLER):
            move, refers = "blind", False
        left, moved = (world.led, gone) if refers else (gone, world.led)
        back = Rearrived("102", transfer=True, by_leg=left, channel=moved, at=world.now)
        ends = world.end(left, lives_on_us, "BLIND_TRANSFER")
        told: list[Event] = [ends] if is_known or refers else []
        world.tell(*((over, back) if told_first else (back, over)))
        (world.tell(*told) if told_first else world.late.extend(told))
        world.led = moved
        world.passes(SECOND_US // 2)
        world.story.facts = replace(world.story.facts, dialled="102", transferred=True, transferred_by="101")
        world.tell(FactsFound())
        world.passes(3 * SECOND_US)
        world.rings()
    elif move == "attended":
        world.joined_outside += 1
        outside = f"outside-{world.joined_outside}"
        world.tell(over)
        asked = Instant(world.now - 14 * SECOND_US)
        world.late += [world.end(gone, lives_on_us, "ATTENDED_TRANSFER")] if is_known else []
        world.join(outside, "102%acme.example", asked)
    elif move == "caller attends" and is_known:
        left, world.led = world.led, gone
        began = world.now
        world.passes(lives_on_us)
        world.tell(over, CallerHungUp("ATTENDED_TRANSFER"))
        world.tell(world.end(left, 0, "ATTENDED_TRANSFER", "outside"))
        world.passes(5 * SECOND_US)
        world.truth.append((frozenset((gone, "outside")), began, world.now))
        world.tell(world.end(gone))
        world.other = ""
    else:
        by_leg = move == "leg hangs up"
        ended: list[Event] = [world.end(gone)] if is_known else []
        first: list[Event] = [over, CallerHungUp("NORMAL_CLEARING"), world.end(world.led, 3_000 if by_leg else 0)]
        world.tell(*((*ended, *first) if told_first else (*first, *ended)))
        world.other = ""


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            st.booleans(),
            st.integers(0, 2 * SECOND_US),
            st.integers(STEP_US * 30, 60 * SECOND_US),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_the_sum_of_the_conversations_is_the_time_bridged(moves: list[tuple[str, bool, int, int, bool]]) -> None:
    world = Bridges()
    world.passes(2 * SECOND_US)
    world.rings()
    for move, told_first, lives_on_us, talks_us, tells_late in [*moves, ("caller hangs up", True, 0, SECOND_US, True)]:
        world.passes(talks_us)
        if world.is_over():
            break
        if tells_late:
            world.tell(*world.late)
            world.late.clear()
        play(world, move, told_first, lives_on_us)
    world.tell(*world.late)
    assert isinstance(world.story.call.state, Closed)
    found = fold(world.story.call.trail).segments
    compare(found, world.truth)


def compare(found: tuple[SegmentRecord, ...], truth: list[tuple[frozenset[str], Instant, Instant]]) -> None:
    """Who with whom, when, and how long in all; no leg in two conversations at once."""
    assert [frozenset((one.leg_id, one.other_leg)) for one in found] == [pair for pair, _, _ in truth]
    for one, (_, began, ended) in zip(found, truth, strict=True):
        assert abs(one.began - began) <= STEP_US
        assert abs(one.ended - ended) <= STEP_US
        assert not one.estimated
    bridged, told = (
        sum(ended - began for _, began, ended in truth),
        sum(one.ended - one.began for one in found),
    )
    assert abs(told - bridged) <= STEP_US * len(truth)
    for one, other in itertools.combinations(found, 2):
        if {one.leg_id, one.other_leg} & {other.leg_id, other.other_leg}:
            assert one.ended <= other.began
