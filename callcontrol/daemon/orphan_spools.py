"""Records that wait in a spool without a worker: of an instance that is no longer used, of a worker that ended before
Postgres had them, of a daemon with a single spool. The worker that gets the folder's lock carries them into the ledger.

    data/spool/<instance>      the spool (of media: data/media-spool/<instance>) of the worker at this instance
    data/spool/<instance>-1 …  its next one, while an earlier worker of the instance still holds that one
    data/spool/*.spool         of a daemon before instances
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import gevent
from gevent.event import Event

from callcontrol.daemon.spool_writer import SpoolWriter
from callcontrol.edges.containment import contained
from callcontrol.edges.spool import Spool, SpoolInUse, SpoolLimits
from callcontrol.edges.threads import aside

log = logging.getLogger("callcontrol.records")

LOOK_EVERY_S = 5.0
WAIT_S = 1.0
# How many earlier workers of an instance may still hold their spools: those that drain or whose records are carried.
MAX_HELD = 64

Signature = tuple[tuple[str, int, int], ...]


def spool_of(root: Path, instance: int, limits: SpoolLimits) -> Spool:
    """A spool for the worker at this instance: the instance's own, or the next one that is free.

    Raises:
        SpoolInUse: MAX_HELD are held.
    """
    for number in range(MAX_HELD):
        try:
            return Spool(root / (f"{instance}-{number}" if number else f"{instance}"), limits)
        except SpoolInUse as error:
            log.info("%s", error)
    raise SpoolInUse(f"{MAX_HELD} spools of instance {instance} in {root} are in use: earlier workers do not end")


class OrphanSpools:
    """Carries other workers' records into the ledger, one folder at a time.

    Args:
        root: the folder of all spools.
        own: the folder of this worker's.
        open_writer: opens the spool in a folder, with a way to the ledger; raises SpoolInUse.
    """

    def __init__(self, root: Path, own: Path, open_writer: Callable[[Path], SpoolWriter]) -> None:
        self._root = root
        self._own = own
        self._open = open_writer
        self._writer: SpoolWriter | None = None
        self._done: dict[Path, Signature] = {}
        self._left_in: dict[Path, int] = {}
        self._stopping = Event()
        self._greenlet: gevent.Greenlet | None = None

    @property
    def depth(self) -> int:
        """Records of others that this worker carries now, and Postgres does not have yet."""
        return self._writer.state().depth if self._writer is not None else 0

    @property
    def left(self) -> int:
        """Records in all these folders that wait for a later version of this program, as far as was looked."""
        return sum(self._left_in.values())

    def start(self) -> None:
        """Look from now on; first when the other workers have had time to open their spools."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self, deadline_s: float) -> None:
        """Let go of the folder that is carried; what is left in it waits for the next worker."""
        self._stopping.set()
        if self._greenlet is not None:
            self._greenlet.join(deadline_s)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                for folder in aside(self._left):
                    with contained("record", f"what was left in {folder} could not be carried on"):
                        self._carry(folder)
            except OSError as error:  # the worker of a folder also removes files from it while we look
                log.info("the spools cannot be looked at now: %s", error)

    def _left(self) -> list[Path]:
        """Folders with records in them, as far as can be seen from outside."""
        folders = (self._root, *sorted(path for path in self._root.iterdir() if path.is_dir()))
        seen = {folder: _signature(folder) for folder in folders if folder != self._own}
        self._left_in = {folder: left for folder, left in self._left_in.items() if seen.get(folder)}
        return [folder for folder, signature in seen.items() if signature and self._done.get(folder) != signature]

    def _carry(self, folder: Path) -> None:
        try:
            self._writer = writer = self._open(folder)
        except SpoolInUse as error:
            log.debug("%s", error)
            return
        except OSError as error:
            log.error("records in %s cannot be read: %s", folder, error)
            return
        if writer.state().depth:
            log.warning("%d records were left in %s: they are carried into the ledger", writer.state().depth, folder)
            writer.start()
        while not (self._stopping.is_set() or writer.drained(WAIT_S)):
            log.debug("records of %s still wait", folder)
        self._left_in[folder] = writer.state().left
        self._writer = None
        writer.stop(WAIT_S)
        self._done[folder] = aside(_signature, folder)


def _signature(folder: Path) -> Signature:
    """What the files look like: a spool that was empty and did not change is empty."""
    found = [(path.name, path.stat()) for path in sorted(folder.glob("*.spool"))]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)
