"""Files of texts that no configuration asks for any more go, after a while.

A folder of sounds may serve several hosts, each with a configuration of its own in force, and a call may be about to
play a text that a reload has just taken away. So the daemon of each host marks what its configuration asks for, once a
day, by the file's time; what no host has marked for KEPT_DAYS is removed. Only files that say that they are ours are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callcontrol.config.checks.texts import texts_in
from callcontrol.config.settings import Settings
from callcontrol.edges.speech.texts import RATES_HZ, folder_of, origin_of, path_of
from callcontrol.vocabulary.moment import DAY_S

# Longer than a host that has the folder too is down, or kept out of use.
KEPT_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Texts:
    """Files of texts in the folder of sounds: how many there are, and how many were removed just now."""

    files: int = 0
    removed: int = 0


def keep(settings: Settings, now_s: float) -> Texts:
    """Mark the files of this configuration, and remove those that none has asked for in KEPT_DAYS.

    Raises:
        OSError: a file cannot be marked, or removed; none is removed before all are marked.
    """
    folder = folder_of(settings)
    wanted = {path_of(folder, said, rate_hz) for _, said in texts_in(settings) for rate_hz in RATES_HZ}
    there = list(_files(folder))
    for path in there:
        if path in wanted:
            os.utime(path, (now_s, now_s))
    old = [path for path in there if path not in wanted and path.stat().st_mtime < now_s - KEPT_DAYS * DAY_S]
    removed = [path for path in old if origin_of(path)]
    for path in removed:
        path.unlink()
    return Texts(len(there) - len(removed), len(removed))


def _files(folder: Path) -> Iterator[Path]:
    for rate_hz in RATES_HZ:
        yield from (folder / "said" / str(rate_hz)).glob("*.wav")
