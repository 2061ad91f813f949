"""The sound files there are, and how long they last."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from callcontrol.simulator import sounds


@dataclass(slots=True)
class Media:
    """What files there are.

    Attributes:
        durations_s: how long these last, whatever else is known of them. missing: these do not exist.
        folder: where names without a leading / are looked for (`sound_prefix` of the switch); files last as long as
            they do there, and those that are not there do not exist. None: every file lasts `default_s`.
        recordings: what is recorded below this folder becomes a file, of a moment's silence; None: nothing does.
    """

    durations_s: dict[str, float] = field(default_factory=dict)
    missing: set[str] = field(default_factory=lambda: {"local_stream://nosuch"})
    folder: Path | None = None
    default_s: float = 2.0
    recordings: Path | None = None

    def begin_file(self, path: str) -> None:
        """Something is recorded into this file from now on."""
        if self.recordings is not None and Path(path).is_relative_to(self.recordings):
            Path(path).write_bytes(sounds.silent_file())

    def duration_s(self, path: str) -> float | None:
        """Seconds, FOREVER for what never ends, None for what does not exist."""
        if path in self.missing:
            return None
        if path in self.durations_s:
            return self.durations_s[path]
        if path.startswith("file_string://"):
            return sounds.joined_s([self.duration_s(one) for one in path.partition("://")[2].split("!")])
        if "://" in path:
            return sounds.stream_s(path, self.default_s)
        if self.folder is None:
            return self.default_s
        return sounds.file_s(self.folder / path)

    def path_of(self, path: str) -> str:
        """How the switch writes a file in its events: with the folder it was found in, and its ending."""
        return path if self.folder is None or "://" in path else str(sounds.with_ending(self.folder / path))
