"""Where a file cannot be written, the error says which. The largest size of a file stands for a full disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nfrom pathlib import Path\n"
WRITERS = {
    "supervisor.pid": "from callcontrol.supervisor import pid_file\nwith pid_file.held(Path({0!r})): pass",
    "address.new": (
        "from callcontrol.edges.embedded.private import write_private\nwrite_private(Path({0!r}) / 'address', 'a')"
    ),
    "lock": "from callcontrol.edges.spool_files import lock_folder\nlock_folder(Path({0!r}))",
    "in_force.new": (
        "from callcontrol.edges.config_snapshot import keep, snapshot_of\n"
        "keep(Path({0!r}) / 'in_force.json', snapshot_of({{'a': 'b'}}, 1))"
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_told_with_the_file(name: str, tmp_path: Path) -> None:
    code = NO_ROOM + WRITERS[name].format(str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"[Errno 27] File too large: '{tmp_path / name}'" in done.stderr, done.stderr
