"""What a daemon's /metrics say."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from callcontrol.simulator.stories.stage import Stage

_PLAIN = re.compile(r"^(callcontrol_\w+) ([0-9.e+]+)$", re.MULTILINE)
# Workers write some of them once a second (seconds).
FRESH_S = 1.2


def numbers_of(stage: Stage, since: Mapping[str, float] | None = None) -> Mapping[str, float]:
    """Every sample that has no labels, or how much it has grown since it was read before."""
    time.sleep(FRESH_S)
    found = {name: float(value) for name, value in _PLAIN.findall(stage.daemon.metrics())}
    return {name: value - (since or {}).get(name, 0.0) for name, value in found.items()}
