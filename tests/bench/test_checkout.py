"""Another revision beside this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from callcontrol.simulator.stories.stage import running_from
from tests.bench.checkout import NoSuchRevision, checked_out


def test_a_process_started_from_a_checkout_runs_its_code() -> None:
    with checked_out("HEAD") as files:
        where = "import callcontrol.edges.clock as found; print(found.__file__)"
        said = subprocess.check_output([sys.executable, "-c", where], text=True, **running_from(files))
        assert Path(said.strip()).is_relative_to(files.resolve())
    assert not files.exists()


def test_a_revision_that_is_not_known_is_named() -> None:
    with pytest.raises(NoSuchRevision, match="no-such-revision"), checked_out("no-such-revision"):
        pass
