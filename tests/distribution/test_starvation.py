"""Starvation: with any mix of weights and priorities a caller is overtaken only by those who come within the bound."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.moment import Instant
from tests.distribution.world import START, S, Scene, layout, queue, seat

MINUTE = 60 * S
WEIGHTS = {"light": 0, "middle": 3, "heavy": 100}  # times 60 seconds, as in the YAML's limits
TALK_S = 45


@dataclass(frozen=True)
class Arrival:
    """A caller, so many seconds after the one before."""

    after: int
    queue: str
    priority: int


ARRIVALS = st.builds(
    Arrival,
    after=st.sampled_from([0, 1, 20, 44, 45, 300, 3_000]),
    queue=st.sampled_from([*WEIGHTS]),
    priority=st.integers(min_value=0, max_value=10),
)


def centre() -> Layout:
    queues = {name: queue(weight_us=weight * MINUTE, priority_us=MINUTE) for name, weight in WEIGHTS.items()}
    return layout(queues, {"a": tuple(seat(name, 1) for name in sorted(queues))})


def bound_us(caller: Arrival, other: Arrival) -> int:
    """How long after this caller the other may come and still be served first."""
    weight = WEIGHTS[other.queue] - WEIGHTS[caller.queue]
    return (weight + other.priority - caller.priority) * MINUTE


def served(arrivals: list[Arrival]) -> tuple[dict[str, Instant], list[str]]:
    """When each joined, and in which order one agent who is always busy took them."""
    scene = Scene(centre(), "a")
    scene.elsewhere("a", "x", True)
    joined: dict[str, Instant] = {}
    taken: list[str] = []
    for i, arrival in enumerate(arrivals):
        scene.wait(arrival.after)
        joined[f"c{i:02}"] = scene.now
        scene.join(f"c{i:02}", queue=arrival.queue, priority=arrival.priority)
        if i == len(arrivals) // 2:
            scene.elsewhere("a", "x", False)
    while scene.offers and (ticket := scene.offers[-1].ticket) not in taken:
        taken.append(ticket)
        scene.talk(ticket, "a", TALK_S)
    return joined, taken


@given(st.lists(ARRIVALS, min_size=2, max_size=12))
def test_a_caller_is_overtaken_only_by_those_who_come_within_the_bound(arrivals: list[Arrival]) -> None:
    joined, taken = served(arrivals)
    assert sorted(taken) == sorted(joined)  # all are served
    of = {f"c{i:02}": arrival for i, arrival in enumerate(arrivals)}
    for i, early in enumerate(taken):
        for late in taken[i + 1 :]:  # `early` was served before `late`, who may have come earlier
            if joined[late] < joined[early]:
                assert joined[early] - joined[late] <= bound_us(of[late], of[early])


def test_a_light_queue_is_served_while_a_heavy_one_never_empties() -> None:
    scene = Scene(centre(), "a")
    scene.elsewhere("a", "x", True)
    scene.join("light", queue="light")
    scene.wait(1)
    scene.join("m0", queue="middle")
    scene.elsewhere("a", "x", False)
    order = []
    for i in range(1, 12):
        ticket = scene.offers[-1].ticket
        order.append(ticket)
        if ticket == "light":
            break
        scene.join(f"m{i}", queue="middle")  # there is always one of the heavier queue
        scene.talk(ticket, "a", 30)
    # m0 to m5 come up to 151 s after the light one, m6 180 s and 1 after it: more than 3 minutes.
    assert order == ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "light"]
    assert scene.now - START == 1 * S + 7 * 30 * S
