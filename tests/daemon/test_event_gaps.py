"""Until when a switch was heard: a gap counts from the last word before it until it was asked what was missed."""

from __future__ import annotations

import pytest

from callcontrol.daemon.event_gaps import QUIET_US, EventGaps
from callcontrol.vocabulary.moment import SECOND_US, Instant


class Told:
    def __init__(self) -> None:
        self.now = Instant(0)
        self.event_gaps = EventGaps(lambda: self.now)

    def after(self, seconds: float) -> EventGaps:
        self.now = Instant(self.now + int(seconds * SECOND_US))
        return self.event_gaps


def seconds(event_gaps: EventGaps) -> float:
    return event_gaps.until()["fs1"] / SECOND_US


def test_nothing_is_known_of_a_switch_that_was_never_reached() -> None:
    told = Told()
    told.event_gaps.heard("fs1")
    assert told.event_gaps.until() == {}
    assert told.event_gaps.gap("fs1") is None


def test_while_it_speaks_everything_is_heard_and_of_a_long_silence_its_last_word_counts() -> None:
    told = Told()
    told.event_gaps.whole("fs1")
    told.after(10).heard("fs1")
    assert seconds(told.after(20)) == 30
    assert seconds(told.after(QUIET_US / SECOND_US)) == 10


@pytest.mark.parametrize(("closed", "since"), [(True, 15), (False, 10)])
def test_a_gap_begins_with_the_last_word_and_ends_when_it_was_asked_what_was_missed(closed: bool, since: int) -> None:
    told = Told()
    told.event_gaps.whole("fs1")
    told.after(10).heard("fs1")
    told.after(5).lost("fs1", closed=closed)
    told.after(60).lost("fs1", closed=True)  # an attempt that failed
    told.after(1).heard("fs1")  # it speaks again, and may have said much meanwhile
    assert seconds(told.event_gaps) == since
    assert told.event_gaps.gap("fs1") == since * SECOND_US
    told.after(1).whole("fs1")
    assert told.event_gaps.gap("fs1") is None
    assert seconds(told.after(1)) == 78
