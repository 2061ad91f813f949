"""The stores as commands reach them: the configured ones, or those the daemon embeds in its data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcontrol.config.settings import Settings
from callcontrol.edges.embedded import running_address
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rules import RuleStore

TIMEOUT_S = 2.0


@contextmanager
def live_state(settings: Settings) -> Iterator[RedisPipeline]:
    """Redis, for one command.

    Raises:
        StoreAway: Redis is the embedded one, and it does not run.
    """
    address = settings.redis.url or running_address(Path(settings.data) / "redis")
    if not address:
        raise StoreAway("Redis is the daemon's embedded one, which does not run: start `callcontrol serve`")
    pipeline = RedisPipeline(connect(address, TIMEOUT_S))
    try:
        yield pipeline
    finally:
        pipeline.stop(TIMEOUT_S)


@contextmanager
def rule_store(settings: Settings) -> Iterator[RuleStore]:
    """The rules set at run time, for one command.

    Raises:
        StoreAway: as `live_state`.
    """
    with live_state(settings) as pipeline:
        yield RuleStore(pipeline)


@contextmanager
def override_store(settings: Settings) -> Iterator[OverrideStore]:
    """What is set by hand over schedules and duties, for one command.

    Raises:
        StoreAway: as `live_state`.
    """
    with live_state(settings) as pipeline:
        yield OverrideStore(pipeline)
