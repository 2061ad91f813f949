"""The arithmetic of the benchmarks: what is called late must be late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.call_centre import Seen, seen
from tests.bench.figures import Moment, lateness, per_second, spread, until_first, until_next
from tests.bench.switch_events import note

MOMENTS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=30)


def at(*moments: tuple[int, str]) -> list[Moment]:
    return [Moment(at_us, who) for at_us, who in moments]


def test_a_spread_names_spans_that_were_measured() -> None:
    found = spread(range(0, 101_000, 1000))
    assert (found.count, found.p50, found.p95, found.p99, found.largest) == (101, 50.0, 95.0, 99.0, 100.0)
    assert str(found) == "p50 50.0, p99 99.0, largest 100.0 ms"


def test_nothing_has_a_spread_too() -> None:
    assert str(spread([])) == "none"


def test_only_the_first_ring_counts_for_a_caller() -> None:
    calls = at((10, "a"), (20, "b"), (30, "nobody rang for"))
    assert until_first(calls, at((90, "a"), (15, "a"), (27, "b"))) == [5, 7]


def test_a_hang_up_counts_until_the_next_ring_of_the_same_phone() -> None:
    ends = at((10, "x"), (50, "x"), (12, "y"), (90, "x"))
    rings = at((1, "x"), (2, "y"), (17, "x"), (52, "x"), (40, "y"))
    assert sorted(until_next(ends, rings)) == [2, 7, 28]
    assert until_next(ends, rings, since_us=11) == [2, 28]


def test_a_hang_up_without_a_ring_after_it_does_not_count() -> None:
    assert until_next(at((10, "x"), (20, "x")), at((25, "x"))) == [5]


def test_an_offer_is_late_from_when_both_were_there() -> None:
    assert lateness([10, 20], [0, 25], [11, 27]) == [1, 2]


def test_an_agent_who_is_forgotten_makes_every_later_offer_late() -> None:
    assert lateness([10, 20, 30], [0, 0, 28], [11, 29, 31]) == [1, 9, 1]


@given(MOMENTS, MOMENTS)
def test_offers_made_at_once_are_never_late(came: list[int], freed: list[int]) -> None:
    offered = [max(pair) for pair in zip(sorted(came), sorted(freed), strict=False)]
    assert set(lateness(came, freed, offered)) == {0}


@given(MOMENTS, MOMENTS, st.integers(1, 1_000_000))
def test_offers_made_later_are_as_late_as_they_are(came: list[int], freed: list[int], by_us: int) -> None:
    offered = [max(pair) + by_us for pair in zip(sorted(came), sorted(freed), strict=False)]
    assert set(lateness(came, freed, offered)) == {by_us}


def test_assignments_a_second() -> None:
    assert per_second([0, 500_000, 1_000_000, 2_000_000], since_us=500_000) == pytest.approx(2 / 1.5)
    assert per_second([7]) == per_second([]) == 0.0


def test_a_second_ring_for_the_same_caller_is_one_again() -> None:
    assert Seen(rang_for=at((1, "a"), (2, "b"), (3, "a"), (4, "a"))).again == 2
    assert Seen().again == 0


def test_what_the_simulator_heard_is_sorted_by_who_it_was() -> None:
    heard = [
        {"at_us": 1, "who": "call-1", "what": "calls", "number": "+48500000001"},
        {"at_us": 2, "who": "call-1", "what": "answered"},
        {"at_us": 3, "who": "10001@bench.example", "what": "invite", "number": "+48500000001"},
        {"at_us": 4, "who": "10001@bench.example", "what": "answered"},
        {"at_us": 5, "who": "10001@bench.example", "what": "hung_up"},
    ]
    caller, agent = "+48500000001", "10001@bench.example"
    assert seen(heard) == Seen(at((1, caller)), at((2, caller)), at((3, caller)), at((3, agent)), at((5, agent)))


def test_what_a_switch_tells_is_sorted_by_who_it_was() -> None:
    found = Seen()
    caller = {"Call-Direction": "inbound", "Channel-Name": "sofia/external/+48500000001@127.0.0.1"}
    agent = {"Call-Direction": "outbound", "Channel-Name": "sofia/internal/10001"}
    told = [("CHANNEL_CREATE", caller), ("CHANNEL_ANSWER", caller), ("CHANNEL_CREATE", agent)]
    told.append(("CHANNEL_HANGUP", agent))
    number, account = "+48500000001", "10001"
    for at_us, (name, channel) in enumerate(told):
        stamps = {"Caller-Caller-ID-Number": number, "Event-Date-Timestamp": str(at_us)}
        note(found, {"Event-Name": name, **channel, **stamps})
    assert found == Seen(at((0, number)), at((1, number)), at((2, number)), at((2, account)), at((3, account)))
