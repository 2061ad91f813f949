"""Where several processes keep one set of metrics: a file for each kind of metric and instance, added up when read.

The files are named by the worker's instance, not by its process: a worker started as the instance of a dead one goes
on counting where that one stopped, and there are never more files than instances. What the dead one's gauges said is
removed by the supervisor (`forget`); every gauge therefore has one of the `live` modes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import metrics, multiprocess, values

from callcontrol.edges.meter_room import RoomyDict
from callcontrol.edges.unpatched import new_lock

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own name for it
SLOT = "CALLCONTROL_SLOT"


def environment(folder: Path, instance: int | str) -> Mapping[str, str]:
    """What a worker has to find in its environment, to keep its metrics there."""
    return {FOLDER: str(folder), SLOT: str(instance)}


class _Identity:
    """What names the files of this process; prometheus_client takes its values to other files when it has changed."""

    instance = ""

    def __call__(self) -> str:
        return self.instance


_identity = _Identity()


def use(environ: Mapping[str, str] = os.environ) -> None:
    """Keep the metrics of this process in files, if its environment says so. To be called before the first is made.

    Work that is done aside counts too: see `unpatched.py`.
    """
    metrics.Lock = values.Lock = new_lock  # type: ignore[assignment, attr-defined]  # as a factory
    if FOLDER in environ:
        change_instance(environ)
        values.MmapedDict = RoomyDict  # type: ignore[attr-defined]  # MultiProcessValue looks it up there
        values.ValueClass = values.MultiProcessValue(_identity)  # type: ignore[no-untyped-call]  # it has no types


def change_instance(environ: Mapping[str, str] = os.environ) -> None:
    """From the next value on, the metrics of this process are those of the instance that its environment names."""
    _identity.instance = environ[SLOT]


def forget(folder: Path, instance: int) -> None:
    """No worker is this instance any more: its gauges say nothing. What was counted stays."""
    multiprocess.mark_process_dead(instance, str(folder))  # type: ignore[no-untyped-call]  # it has no types
