"""What a supervisor did, told by workers one after the other."""

from __future__ import annotations

from itertools import pairwise

from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode

BEGAN = Instant(1_800_000_000 * SECOND_US)


def later(seconds: int) -> Instant:
    return Instant(BEGAN + seconds * SECOND_US)


def test_a_worker_that_takes_over_with_a_clock_behind_tells_no_mode_before_the_one_before() -> None:
    record = ListeningRecord("acme", "l1", "extension:101", "extension:102", "c1", "fs1", BEGAN)
    record = record.doing(Mode.LISTEN, "extension:102", later(4)).doing(Mode.BARGE, "extension:102", later(9))
    behind = record.doing(Mode.WHISPER, "extension:102", later(6)).paused(later(7)).over(later(8), ListeningEnd.HUNG_UP)
    assert [(span.began, span.ended) for span in behind.spans] == [
        (later(4), later(9)),
        (later(9), later(9)),
        (later(9), later(9)),
    ]
    assert behind.ended == later(9)


def test_in_order_each_mode_ends_as_the_next_one_begins() -> None:
    record = ListeningRecord("acme", "l1", "extension:101", "extension:102", "c1", "fs1", BEGAN)
    for second, mode in enumerate((Mode.LISTEN, Mode.WHISPER, Mode.BARGE), start=1):
        record = record.doing(mode, "extension:102", later(second))
    record = record.over(later(5), ListeningEnd.HUNG_UP)
    assert all(one.ended == following.began for one, following in pairwise(record.spans))
    assert (record.spans[-1].ended, record.ended) == (later(5), later(5))
