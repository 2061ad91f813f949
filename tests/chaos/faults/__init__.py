"""All faults: one file and one line here for each. A fault is caused and healed before `strike` returns its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.chaos.faults import (
    daemon,
    disk,
    postgres,
    redis,
    restart,
    sigterm,
    slow,
    spool,
    stopped,
    strangers,
    switch,
    upgrade,
    web,
    worker,
    workers,
)
from tests.chaos.world import World

Fault = Callable[[World], str]

FAULTS: Mapping[str, Fault] = {
    "worker": worker.strike,
    "workers": workers.strike,
    "daemon": daemon.strike,
    "stopped": stopped.strike,
    "sigterm": sigterm.strike,
    "restart": restart.strike,
    "upgrade": upgrade.strike,
    "redis": redis.strike,
    "postgres": postgres.strike,
    "spool": spool.strike,
    "disk": disk.strike,
    "switch": switch.strike,
    "slow": slow.strike,
    "strangers": strangers.strike,
    "web": web.strike,
}
