"""Until when a switch was heard: a gap lasts from its last event until the missed state has been queried."""

from __future__ import annotations

import pytest

from callcontrol.daemon.event_gaps import QUIET_US, EventGaps
from callcontrol.vocabulary.moment import SECOND_US, Instant


class Gaps:
    def __init__(self) -> None:
        self.now = Instant(0)
        self.event_gaps = EventGaps(lambda: self.now)

    def after(self, seconds: float) -> EventGaps:
        self.now = Instant(self.now + int(seconds * SECOND_US))
        return self.event_gaps


def seconds(event_gaps: EventGaps) -> float:
    return event_gaps.until()["fs1"] / SECOND_US


def test_nothing_is_known_of_a_switch_that_was_never_reached() -> None:
    gaps = Gaps()
    gaps.event_gaps.heard("fs1")
    assert gaps.event_gaps.until() == {}
    assert gaps.event_gaps.gap("fs1") is None


def test_events_extend_the_heard_time_and_after_a_long_silence_the_last_event_counts() -> None:
    gaps = Gaps()
    gaps.event_gaps.whole("fs1")
    gaps.after(10).heard("fs1")
    assert seconds(gaps.after(20)) == 30
    assert seconds(gaps.after(QUIET_US / SECOND_US)) == 10


@pytest.mark.parametrize(("closed", "since"), [(True, 15), (False, 10)])
def test_a_gap_begins_with_the_last_event_and_ends_when_the_missed_state_was_queried(closed: bool, since: int) -> None:
    gaps = Gaps()
    gaps.event_gaps.whole("fs1")
    gaps.after(10).heard("fs1")
    gaps.after(5).lost("fs1", closed=closed)
    gaps.after(60).lost("fs1", closed=True)  # an attempt that failed
    gaps.after(1).heard("fs1")  # events arrive again, but some may have been missed
    assert seconds(gaps.event_gaps) == since
    assert gaps.event_gaps.gap("fs1") == since * SECOND_US
    gaps.after(1).whole("fs1")
    assert gaps.event_gaps.gap("fs1") is None
    assert seconds(gaps.after(1)) == 78
