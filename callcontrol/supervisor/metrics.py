"""/metrics: the sum of what the workers keep in their files, and what only the supervisor knows."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from callcontrol.supervisor.views import View, WorkerState

# callcontrol_build_info
BUILD = {"version": metadata.version("callcontrol"), "python": platform.python_version()}

# A file begins with how much of it is used; a shorter one says nothing.
BEGUN_BYTES = 8


class OfWorkers(Collector):
    """Whether the workers live, and how often they died."""

    def __init__(self, look: Callable[[], View]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """prometheus_client's way of asking."""
        view = self._look()
        slots = view.slots
        up = GaugeMetricFamily("callcontrol_worker_up", "Whether the worker of a slot takes calls", labels=["slot"])
        restarts = CounterMetricFamily(
            "callcontrol_worker_restarts", "Workers of a slot that died and were replaced", labels=["slot"]
        )
        for one in slots:
            up.add_metric([str(one.slot)], float(one.state is WorkerState.READY))
            restarts.add_metric([str(one.slot)], one.restarts)
        yield up
        yield restarts
        yield from _of_jobs(view)
        yield from _of_forks(view)
        yield GaugeMetricFamily("callcontrol_workers", "Workers there should be", value=len(slots))
        yield InfoMetricFamily("callcontrol_build", "What runs here", value=BUILD)
        yield from _of_configuration(view)
        yield GaugeMetricFamily(
            "callcontrol_door_open", "Whether a connection to the call port is answered", value=float(not view.door)
        )
        yield CounterMetricFamily(
            "callcontrol_supervisor_log_lines_dropped",
            "As callcontrol_log_lines_dropped_total, of the supervisor's own log",
            value=view.log_lines_dropped,
        )
        yield CounterMetricFamily(
            "callcontrol_probes_refused",
            "Connections for metrics and probes that were ended before their answer: too slow, or too many",
            value=view.probes_refused,
        )


def _of_jobs(view: View) -> Iterator[Metric]:
    current = [one for one in view.jobs if one.current]
    yield GaugeMetricFamily("callcontrol_jobs", "Processes there should be beside the workers", value=len(current))
    up = sum(one.state is WorkerState.READY for one in current)
    yield GaugeMetricFamily("callcontrol_jobs_up", "How many of them run", value=up)
    restarts = sum(one.restarts for one in current)
    yield CounterMetricFamily("callcontrol_job_restarts", "How often one of them died and was replaced", value=restarts)


def _of_forks(view: View) -> Iterator[Metric]:
    up = float(bool(view.forks.pid))
    yield GaugeMetricFamily("callcontrol_fork_server_up", "Whether the process that forks workers can do so", value=up)
    starts = CounterMetricFamily(
        "callcontrol_process_starts", "Workers and jobs started, by the fork server or without it", labels=["by"]
    )
    starts.add_metric(["fork"], view.forks.forked)
    starts.add_metric(["exec"], view.forks.executed)
    yield starts


def _of_configuration(view: View) -> Iterator[Metric]:
    standing = view.configuration
    reloads = CounterMetricFamily("callcontrol_config_reloads", "Reloads of the configuration", labels=["result"])
    reloads.add_metric(["accepted"], standing.accepted_count)
    reloads.add_metric(["refused"], standing.refused_count)
    yield reloads
    refused = float(bool(standing.refused))
    yield GaugeMetricFamily(
        "callcontrol_config_refused", "Whether the folder has mistakes and so is not in force", value=refused
    )
    yield GaugeMetricFamily(
        "callcontrol_said_files",
        "Files of spoken texts in the folder of sounds, as of the last look",
        value=standing.texts,
    )
    processes = (*view.workers, *view.jobs)
    others = sum(one.configuration not in ("", str(standing.version)) for one in processes)
    yield GaugeMetricFamily(
        "callcontrol_config_behind", "Workers that live under another configuration than the one in force", value=others
    )
    info = GaugeMetricFamily(
        "callcontrol_config_info", "The configuration in force: when it was accepted, which files", labels=["version"]
    )
    info.add_metric([str(standing.version)], 1.0)
    yield info


class OfWrittenFiles(MultiProcessCollector):
    """Passes over files in which nothing was written yet, such as those that a full disk left empty."""

    def collect(self) -> Iterable[Metric]:
        """prometheus_client's way of asking."""
        files = [str(file) for file in Path(self._path).glob("*.db") if _size_of(file) >= BEGUN_BYTES]
        found: Iterable[Metric] = self.merge(files, accumulate=True)  # type: ignore[no-untyped-call]  # it has no types
        return found


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # the worker is gone: its file was removed since the folder was listed
        return 0


def empty_folder(data: Path) -> Path:
    """Where this daemon's workers keep their metrics. Those of an earlier daemon are removed: counters begin at 0."""
    folder = data / "metrics"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def exposition(folder: Path, look: Callable[[], View]) -> bytes:
    """All of it, in Prometheus's text format."""
    registry = CollectorRegistry()
    OfWrittenFiles(registry, str(folder))  # type: ignore[no-untyped-call]  # it has no types
    registry.register(OfWorkers(look))
    return generate_latest(registry)
