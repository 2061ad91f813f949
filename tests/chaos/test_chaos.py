"""A short run of `make chaos`: three faults under a small load, and no findings."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.accounts import findings, talked_us
from tests.chaos.centre import EXPORTED
from tests.chaos.run import Options, run

BLOWS = ("worker", "redis", "sigterm")


@pytest.mark.timeout(600)
def test_faults_heal_and_there_are_no_findings() -> None:
    told: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cc-chaos-") as folder:
        Path(folder).chmod(0o711)
        evidence = run(Options(1, BLOWS, per_s=10.0, pause_s=(0.5, 1.0)), Path(folder), told.append)
    assert findings(evidence) == ()
    assert Counter(blow.fault for blow in evidence.blows) == Counter(BLOWS)
    assert len(told) == len(BLOWS)
    assert [blow.fault for blow in evidence.blows if blow.recovered_us is None] == []
    recorded = {row.call_id for row in evidence.calls}
    assert len(recorded) == len(evidence.calls) > 50
    # On a host without a free core the switch may find no worker in time: such a caller hears the last resort.
    assert all(one.was_refused for one in evidence.callers if one.call_id not in recorded)
    assert {one.what: bool(one.lines) for one in evidence.exports} == dict.fromkeys(EXPORTED, True)
    assert set(evidence.contacts.values()) >= {"spoke", "missed"}
    ours, switchs = talked_us(evidence)
    assert ours == switchs > 0
