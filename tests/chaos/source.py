"""The code that the daemon runs: an older version until it is upgraded, as `pip install` puts one in its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.checkout import checked_out
from tests.tidy.tree import ROOT

# The last version whose saved values had no versions.
BEFORE_VERSIONS = "9d65d98"
EXAMPLE = ROOT / "deploy" / "example"


class Source:
    """A folder whose `callcontrol` is the package of one version or another.

    Args:
        folder: the folder; None: the daemon runs this version from the beginning.
        example: the example configuration of the version it begins with, which every later one reads.
        revision: the older version.
    """

    def __init__(self, folder: Path | None, example: Path, revision: str = "") -> None:
        self.folder = folder
        self.example = example
        self._older = revision

    def upgrade(self) -> str:
        """From now on, what is started runs this version; returns what was upgraded."""
        older, self._older = self._older, ""
        if self.folder is None or not older:
            return "from this version to this version"
        new = self.folder / "new"
        new.symlink_to(ROOT / "callcontrol")
        new.replace(self.folder / "callcontrol")
        return f"from {older} to this version"


@contextmanager
def source_of(revision: str, folder: Path) -> Iterator[Source]:
    """The older version's code, to be upgraded.

    Args:
        revision: "": this version from the beginning.

    Raises:
        NoSuchRevision: git does not know it.
    """
    if not revision:
        yield Source(None, EXAMPLE)
        return
    with checked_out(revision) as checkout:
        folder.mkdir()
        (folder / "callcontrol").symlink_to(checkout / "callcontrol")
        yield Source(folder, checkout / EXAMPLE.relative_to(ROOT), revision)
