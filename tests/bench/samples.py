"""Where a worker's processor time goes, of its stack at many moments. Pure: names of files in, shares out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

Counts = Counter[str]

SAVED, UNSAVED = "saved", "unsaved"  # whether a worker tells Redis where its calls stand

REST = "rest"
# What a file does for the saving of calls; the innermost that is known here decides.
_PARTS = {
    "encode": ("/live_state/codec.py",),
    "save": ("/live_state/calls.py",),
    "pipe": ("/live_state/", "/redis/", "/hiredis/"),
    REST: ("/callcontrol/",),
}


def part_of(files: Iterable[str]) -> str:
    """Which part a moment belongs to.

    Args:
        files: those of the stack, innermost first.
    """
    for file in files:
        for part, names in _PARTS.items():
            if any(name in file for name in names):
                return part
    return REST


def shares(samples: Mapping[str, int]) -> Mapping[str, float]:
    """Of all moments, the share of each part; 0 for all where there are none."""
    total = sum(samples.values())
    return {part: samples.get(part, 0) / total if total else 0.0 for part in _PARTS}
