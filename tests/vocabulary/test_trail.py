"""A trail is a value that only ever grows, and grows at the same cost however long it is."""

from __future__ import annotations

import timeit
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Noted, Trail

NOTES = st.lists(st.builds(Noted, st.just(Instant(1)), st.text(max_size=3)), max_size=5)


@given(st.lists(NOTES, min_size=1), st.data())
def test_adding_changes_no_trail_that_is_there(batches: list[list[Noted]], data: st.DataObject) -> None:
    trails: list[tuple[Trail, tuple[Noted, ...]]] = [(Trail(), ())]
    for batch in batches:
        trail, entries = trails[data.draw(st.integers(0, len(trails) - 1))]  # any of them may be continued, also twice
        trails.append((trail.adding(batch), (*entries, *batch)))
    for trail, entries in trails:
        assert tuple(trail) == trail[:] == entries
        assert trail == Trail(entries)
        assert hash(trail) == hash(Trail(entries))
        assert len(trail) == len(entries)
        assert [trail[at] for at in range(-len(entries), 0)] == list(entries)
        assert trail[1:-1] == entries[1:-1]
        assert (trail == Trail((*entries, Noted(Instant(2), "")))) is False


def test_adding_to_a_long_trail_costs_what_adding_to_a_short_one_does() -> None:
    note = Noted(Instant(1), "what")
    short, long = Trail([note]), Trail([note] * 50_000)

    def grow(trail: Trail) -> None:
        for _ in range(200):
            trail = trail.adding((note,))

    grow(short)
    grow(long)  # from here on both are continued a second time: one copy each
    short_s, long_s = (min(timeit.repeat(partial(grow, one), number=1, repeat=20)) for one in (short, long))
    copy_s = min(timeit.repeat(lambda: list(long), number=1, repeat=20))
    assert long_s < 3 * short_s + 3 * copy_s
