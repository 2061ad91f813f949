"""The switch's own records of legs that the ledger has: they lie in `done/` for as long as the calls are kept."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.freeswitch.cdr_folder import DONE
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.moment import Instant

DAY_US: Final = 86_400_000_000
MOST: Final = 5_000  # of a step

log = logging.getLogger("callcontrol.retention")


def forget_done(settings: Settings, now: Instant) -> None:
    """Delete those that are older, in the folders that are seen here."""
    before_s = (now - settings.retention.calls * DAY_US) / 1_000_000
    for name, switch in settings.switches.items():
        if switch.cdrs is None:
            continue
        try:
            count = aside(_deleted, Path(switch.cdrs) / DONE, before_s)
        except OSError as error:
            log.error("records of %s that are kept no longer stay: %s", name, error)
            continue
        if count:
            log.info("%d records of %s that the ledger has are kept no longer", count, name)


def _deleted(folder: Path, before_s: float) -> int:
    """How many were deleted.

    Raises:
        OSError: one could not be.
    """
    count = 0
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return 0
    with entries:
        for entry in entries:
            if count < MOST and entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before_s:
                Path(entry.path).unlink(missing_ok=True)
                count += 1
    return count
