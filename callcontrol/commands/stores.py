"""The stores as commands reach them: the configured ones, or those the daemon embeds in its data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcontrol.config.settings import Settings
from callcontrol.edges.embedded import running_address
from callcontrol.edges.live_state.pipe import Pipe, connect
from callcontrol.edges.live_state.rules import RuleStore

TIMEOUT_S = 2.0


def redis_address(settings: Settings) -> str:
    """URL of the Redis the daemon uses; of an embedded one that is not running, an address nobody answers at."""
    return (
        settings.redis.url or running_address(Path(settings.data) / "redis") or "unix:///nonexistent/callcontrol-redis"
    )


@contextmanager
def rule_store(settings: Settings) -> Iterator[RuleStore]:
    """The rules set at run time, for one command."""
    pipe = Pipe(connect(redis_address(settings), TIMEOUT_S))
    try:
        yield RuleStore(pipe)
    finally:
        pipe.stop(TIMEOUT_S)
