"""What Redis holds: the owner of each call, and what is left at the end. Redis may be away at any time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from tests.chaos.centre import TENANT

ANSWER_S = 2.0
TENANTS = (TENANT, "")
# Queue keys of callers who wait, of offers, and of conversations.
_TRANSIENT = ("ticket:*", "offer:*", "elsewhere:*", "callbacks:*")
# The reservation of a dead leg is released at the latest this long after the end of its lease (seconds).
SWEPT_US = 90_000_000
_NOT_ALIVE = frozenset("TtZXx")  # states in /proc/PID/stat: stopped, traced, dead


@contextmanager
def connected(url: str) -> Iterator[Redis]:
    """A client with short timeouts and without retries."""
    client = Redis.from_url(url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, retry=Retry(NoBackoff(), 0))
    try:
        yield client
    finally:
        client.close()


def directed(redis: Redis) -> Mapping[str, str] | None:
    """Every call and its worker ("": none); None: Redis does not answer."""
    found: dict[str, str] = {}
    try:
        for tenant in TENANTS:
            with redis.pipeline(transaction=True) as pipeline:  # a call that is saved in between has an owner, too
                pipeline.hkeys(keys.calls(tenant))
                pipeline.hgetall(keys.owners(tenant))
                names, owners = pipeline.execute()
            # the entry that a first channel has beside its call is no call (edges/live_state/keys.py)
            found |= {c.decode(): owners.get(c, b"").decode() for c in names if owners.get(c) != b"-"}
    except RedisError:
        return None
    return found


def _hash(redis: Redis, name: str) -> dict[str, str]:
    found: Any = redis.hgetall(name)  # redis-py's types allow for answers that this client never gives
    return {key.decode(): value.decode() for key, value in found.items()}


def is_alive(worker: str) -> bool:
    """Whether the process of this name runs: neither dead nor stopped. A name is host/pid/nonce."""
    try:
        stat = Path(f"/proc/{worker.split('/')[1]}/stat").read_text()
    except (OSError, IndexError):
        return False
    return stat.rpartition(")")[2].split()[0] not in _NOT_ALIVE


def left(url: str) -> dict[str, tuple[str, ...]]:
    """What should be gone when there is no call: its name and the keys.

    Raises:
        RedisError: Redis does not answer.
    """
    with connected(url) as redis:
        found = {
            "a call in Redis": tuple(c for t in TENANTS for c in _hash(redis, keys.calls(t))),
            "an owner in Redis": tuple(c for t in TENANTS for c in _hash(redis, keys.owners(t))),
        }
        lapsed = redis.zrangebyscore(f"{keys.credit(TENANT)}:due", 0, int(clock.now()) - SWEPT_US)
        found["credit reserved for longer than its lease"] = tuple(str(leg) for leg in lapsed)
        for pattern in _TRANSIENT:
            names = redis.scan_iter(f"{_escaped(keys.queues(TENANT))}:{pattern}", count=1000)
            found[f"{pattern.rstrip(':*')} in Redis"] = tuple(sorted(name.decode() for name in names))
    return {what: names for what, names in found.items() if names}


def _escaped(key: str) -> str:
    return key.replace("[", "\\[").replace("*", "\\*")
