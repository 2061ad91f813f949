"""Another revision of this repository beside the one that runs, for as long as it is needed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tidy.tree import ROOT


class NoSuchRevision(LookupError):
    """Git does not know the revision; the message is git's."""


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """The files of a revision in a folder of their own; nothing of the repository is changed.

    Raises:
        NoSuchRevision: git does not know it.
    """
    with tempfile.TemporaryDirectory(prefix="callcontrol-revision-") as made:
        Path(made).chmod(0o755)
        archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True)
        if archive.returncode:
            raise NoSuchRevision(archive.stderr.decode(errors="replace").strip())
        subprocess.run(["tar", "--extract"], cwd=made, input=archive.stdout, check=True)
        yield Path(made)
