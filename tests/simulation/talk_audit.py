"""The final audit of conversations: the segments of records, and how long the switches had channels joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from callcontrol.vocabulary.moment import SECOND_US
from tests.simulation.broken import Broken
from tests.simulation.records_twin import LedgerTwin
from tests.simulation.switch_twin import SwitchTwin

# A worker hears of each joining and parting so much later at most, or orders it so much sooner (microseconds).
SLACK_US = SECOND_US * 3 // 20

_Pair = frozenset[str]


def compare(switches: Iterable[SwitchTwin], ledger: LedgerTwin, *, whole: bool) -> int:
    """Each conversation stands in the segments of a record, and in none for longer or shorter than it lasted; returns
    the microseconds of all. Two calls may have it: a caller's, and that of the phone that picked the caller up.

    Args:
        whole: everything that was done and told arrived, and in time.

    Raises:
        Broken: they do not agree.
    """
    bridged, talks = _bridged(switches)
    told, segments = _told(ledger)
    if whole:
        for (call, pair), told_us in told.items():
            if abs(bridged[pair] - told_us) > SLACK_US * (talks[pair] + segments[call, pair]):
                raise Broken(f"{_named(pair)} were joined for {_text(bridged[pair])}, not {_text(told_us)}", call)
        for pair in sorted(bridged.keys() - {pair for _, pair in told}, key=sorted):
            if bridged[pair] > SLACK_US * talks[pair]:
                raise Broken(f"{_named(pair)} were joined for {_text(bridged[pair])}, and no segment says so")
    return sum(bridged.values())


def _bridged(switches: Iterable[SwitchTwin]) -> tuple[Counter[_Pair], Counter[_Pair]]:
    """By pair of channels: for how long the switch had them joined, and how often."""
    lasted, times = Counter[_Pair](), Counter[_Pair]()
    for switch in switches:
        for channel in switch.every.values():
            for talk in channel.talks:
                if channel.id == min(talk.channels):  # both have it
                    ended = talk.ended if talk.ended is not None else channel.ended
                    assert ended is not None
                    lasted[talk.channels] += ended - talk.began
                    times[talk.channels] += 1
    return lasted, times


def _told(ledger: LedgerTwin) -> tuple[Counter[tuple[str, _Pair]], Counter[tuple[str, _Pair]]]:
    """The same by call, as its segments say."""
    lasted, times = Counter[tuple[str, _Pair]](), Counter[tuple[str, _Pair]]()
    for record in ledger.calls.values():
        # of conversations in conference rooms `room_promises.py` knows
        for segment in (
            one for one in record.call.segments if one.other_leg or not one.party.startswith("conference:")
        ):
            place = record.call.call_id, frozenset((segment.leg_id, segment.other_leg))
            lasted[place] += segment.ended - segment.began
            times[place] += 1
    return lasted, times


def _named(pair: _Pair) -> str:
    return " and ".join(sorted(pair))


def _text(length_us: int) -> str:
    return f"{length_us / SECOND_US:.2f} s"
