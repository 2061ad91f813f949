"""Who is alive: each worker holds a lease in Redis and renews it. The calls of one that fell silent are adopted.

A worker that was itself silent for too long (stopped, its hub hung) may have been taken for dead: its lease has lapsed,
and before it does anything it has to look which calls are still its own. A worker that has only just heard from Redis
(again) does not yet judge workers of other hosts.

A lease is Redis's to end, by the clock of its host. A worker whose own lease is gone before it can have run out by the
worker's monotonic clock knows that the clock there was set forward, or that Redis lost its latest writes: all leases
may be gone. It then judges no other worker until it has heard from Redis for long enough again, and looks which calls
are its own, as after any lapse.

A worker that cannot reach Redis sees no difference between a Redis that is away for all, where its calls have to
go on, and a way to Redis that is broken for itself alone, where others adopt them as soon as its lease has run out. Its
own monotonic clock tells when that is: from then on it is cut off, and drives only calls whose loss it would hear of in
another way: a worker that takes a call over says so to the call's switch as well (`SwitchLinks.announce`), and all
workers hear every switch. A call on a switch that has not been heard without a break since then is held.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import cache, partial
from typing import Any, Final

import gevent
import orjson

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys, queue_script
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Newer

LEASE_S = 3.0  # a worker silent for so long is dead
BEAT_S = 1.0
# A worker must have heard from Redis for so long before it judges others by their silence (seconds).
STEADY_S = LEASE_S + 2 * BEAT_S
_LEASE_MS = int(LEASE_S * 1000)
HEARD: Final = Kind("Heard")
# The lease's value after a worker has ended in order, and how long it is kept (seconds).
_GONE = b"gone"
_GONE_S = 86_400


@cache
def _here() -> str:
    """The name of this host and its process namespace, in which process ids can be compared."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def worker_name(nonce: str) -> str:
    """This process's name among all workers: host, pid, and what no earlier process of this pid had."""
    return f"{platform.node()}/{os.getpid()}/{_here()}.{nonce}"


def host_of(worker: str) -> str:
    """The host of a worker of this name."""
    return worker.partition("/")[0]


class Lease(Enum):
    """The state of this worker's own lease. A lapsed one stays so until the worker knows which calls are its own."""

    NONE = auto()
    HELD = auto()
    LAPSED = auto()


class Workers:
    """This worker's own lease, and those of the others.

    Args:
        on_lapsed: called when the lease was lost: others may have our calls. Until `confirmed` it stays lapsed.
        on_held: called at each renewal, and at each that Redis did not answer: what was held may be looked at again.
        steady_s: see STEADY_S.
        heard: until when this worker has heard everything each switch said; written with each renewal.
        version: of the queues that this worker knows; the lease's value, 1 in the leases of before there were others.
    """

    def __init__(
        self,
        pipeline: RedisPipeline,
        worker: str,
        on_lapsed: Callable[[], object] = lambda: None,
        on_held: Callable[[], object] = lambda: None,
        steady_s: float = STEADY_S,
        heard: Callable[[], Mapping[str, Instant]] = dict,
        version: int = queue_script.VERSION,
    ) -> None:
        self._pipeline = pipeline
        self._worker = worker
        self._on_lapsed = on_lapsed
        self._on_held = on_held
        self._steady_s = steady_s
        self._heard = heard
        self._version = version
        self._resigned = False
        self._lease = Lease.NONE
        self._held_until = float("inf")
        self._steady_since = float("inf")
        self._is_away = False  # Redis did not answer the last renewal

    def start(self) -> None:
        """Take the lease, and renew it from now on."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while not self._resigned:
            self.beat()
            gevent.sleep(clock.until_tick(BEAT_S))

    def beat(self) -> None:
        """Take the lease, or renew it."""
        lease = keys.worker(self._worker)
        if self._resigned or self._lease is Lease.LAPSED:
            return
        self._tell_heard()
        # Each time: another worker may have buried this one, which had been silent, after it had come back.
        self._pipeline.submit("SADD", keys.workers(), self._worker, on_reply=_ignore)
        if self._lease is Lease.HELD:
            renewed = partial(self._renewed, clock.monotonic())
            self._pipeline.submit("SET", lease, self._version, "XX", "PX", _LEASE_MS, on_reply=renewed)
        else:
            taken = partial(self._taken, clock.monotonic())
            self._pipeline.submit("SET", lease, self._version, "PX", _LEASE_MS, on_reply=taken)

    def _tell_heard(self) -> None:
        if heard := self._heard():
            told = orjson.dumps(HEARD.tagged({**heard}))
            self._pipeline.submit("HSET", keys.heard(), self._worker, told, on_reply=_ignore)

    @property
    def has_its_calls(self) -> bool:
        """Whether no other worker may have our calls: the lease holds."""
        return self._lease is not Lease.LAPSED and not self._has_run_out

    @property
    def lapsed(self) -> bool:
        """Whether others may have our calls, and Redis can tell which."""
        return self._lease is Lease.LAPSED or (self._has_run_out and not self._is_away)

    @property
    def cut_off_since(self) -> float | None:
        """When the lease ran out (monotonic seconds), while Redis does not answer us; None if that is not so."""
        return self._held_until if self._has_run_out and self._is_away else None

    @property
    def _has_run_out(self) -> bool:
        return clock.monotonic() > self._held_until

    def confirmed(self) -> None:
        """The worker knows which calls are its own: take the lease anew."""
        self._lease, self._held_until = Lease.NONE, float("inf")
        self.beat()

    def resign(self) -> None:
        """This worker ends: the next one that looks adopts what it leaves. Waits for Redis.

        Raises:
            LiveStateError: Redis is away; the lease runs out by itself.
        """
        self._resigned = True
        self._tell_heard()
        self._pipeline.ask("SADD", keys.workers(), self._worker)  # what is not among the workers is not looked for
        self._pipeline.ask("SET", keys.worker(self._worker), _GONE, "EX", _GONE_S)

    def _taken(self, sent: float, _reply: Any, trouble: LiveStateError | None) -> None:
        if trouble is None:
            self._lease = Lease.HELD
            self._note_held(sent)

    def _renewed(self, sent: float, reply: Any, trouble: LiveStateError | None) -> None:
        if self._lease is not Lease.HELD:
            return  # an earlier beat's answer has settled it
        self._is_away = trouble is not None
        if trouble is not None:  # the pipeline has told of it; the lease runs out by itself
            self._steady_since = float("inf")
            self._on_held()
        elif reply is None:
            self._lease, self._steady_since = Lease.LAPSED, float("inf")
            self._on_lapsed()
        else:
            self._note_held(sent)

    def _note_held(self, sent: float) -> None:
        self._held_until = sent + LEASE_S
        self._steady_since = min(self._steady_since, sent)
        self._on_held()

    # --- others

    def is_alive(self, worker: str) -> bool:
        """Whether a worker lives. On our own host the system knows at once, of others Redis after LEASE_S.

        Raises:
            LiveStateError: Redis is away.
        """
        if worker == self._worker:
            return True
        if _is_of_this_host(worker) and not _runs(int(worker.split("/")[1])):
            return False
        lease = self._pipeline.ask("GET", keys.worker(worker))
        if lease is None:
            return not self.is_steady or not self._is_leased()
        return bool(lease != _GONE)

    @property
    def is_steady(self) -> bool:
        """Whether this worker has heard from Redis for long enough to judge others by their silence."""
        return clock.monotonic() > self._steady_since + self._steady_s

    def _is_leased(self) -> bool:
        """Whether our own lease is there. If it is not, before its time, Redis has lost more leases than one: its
        clock was set forward, or its last second is gone. What is missing then says nothing of who lives.
        """
        return self._lease is not Lease.HELD or self._has_run_out or has_lease(self._pipeline, self._worker)

    def may_run(self, worker: str) -> bool:
        """Whether a worker that counts as dead may run on all the same: cut off from Redis, stopped, or hung. Waits for
        Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        if worker in ("", self._worker) or (_is_of_this_host(worker) and not _runs(int(worker.split("/")[1]))):
            return False
        return bool(self._pipeline.ask("GET", keys.worker(worker)) != _GONE)

    def dead(self) -> list[str]:
        """Workers that have died and may have left calls. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        return [worker for worker in self._known() if not self.is_alive(worker)]

    def others(self) -> list[str]:
        """Workers that live, besides this one, with a lease that says so. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        leased = (w for w in self._known() if w != self._worker and self._pipeline.ask("EXISTS", keys.worker(w)))
        return [worker for worker in leased if self.is_alive(worker)]

    def older(self) -> list[str]:
        """Workers that live, or may, and know only an older version of the queues than this one. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        others = [worker for worker in self._known() if worker != self._worker and self.is_alive(worker)]
        leases = {worker: self._pipeline.ask("GET", keys.worker(worker)) for worker in others}
        return [worker for worker, lease in leases.items() if lease != _GONE and int(lease or 1) < self._version]

    def heard(self, worker: str) -> Mapping[str, Instant]:
        """Until when a worker that has died heard everything each switch said; of one of a later version that is not
        known. Waits for Redis.

        Of ourselves nothing: what was said of a call of ours without a driver was not heard.

        Raises:
            LiveStateError: Redis is away.
        """
        text = None if worker == self._worker else self._pipeline.ask("HGET", keys.heard(), worker)
        try:
            found = {} if text is None else HEARD.read(orjson.loads(text))
        except Newer:
            return {}
        return {switch: Instant(at) for switch, at in found.items()}

    def bury(self, worker: str) -> None:
        """Nothing is left of this worker. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        self._pipeline.ask("SREM", keys.workers(), worker)
        self._pipeline.ask("HDEL", keys.heard(), worker)

    def _known(self) -> list[str]:
        return sorted(name.decode() for name in self._pipeline.ask("SMEMBERS", keys.workers()))


def has_lease(pipeline: RedisPipeline, worker: str) -> bool:
    """Whether Redis says that this worker lives. Waits for Redis.

    Raises:
        LiveStateError: Redis is away.
    """
    return pipeline.ask("GET", keys.worker(worker)) not in (None, _GONE)


def _ignore(_reply: object, _trouble: LiveStateError | None) -> None:
    """It is said again with the next lease; the pipeline has told of the trouble."""


def _is_of_this_host(worker: str) -> bool:
    host, _, rest = worker.partition("/")
    pid, _, place = rest.partition("/")
    return host == platform.node() and pid.isdigit() and place.partition(".")[0] in ("", _here())


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
