"""`python -m tests.freeswitch [WORD …]`: the stories whose file name holds one of the words (default: all), on a real
FreeSWITCH. One line each; the exit status is 1 if one came out otherwise than told. Without a FreeSWITCH or SIPp it
says that it skips.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from callcontrol.simulator.stories.player import Player
from callcontrol.simulator.stories.story import Story, read_stories
from tests.freeswitch.phones import PhoneFailed
from tests.freeswitch.scenarios import CannotTell
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import find_freeswitch
from tests.tidy.tree import TESTS

KEEP = "KEEP"  # the folder with all logs, kept if this variable names one


def main(words: list[str]) -> int:
    """The exit status."""
    binary = find_freeswitch()
    if binary is None or not os.access(binary, os.X_OK):
        if binary is not None:
            print(f"test-freeswitch: {binary} cannot be run", file=sys.stderr)
            return 1
        print("test-freeswitch: SKIPPED, no freeswitch binary found (name one: make test-freeswitch FREESWITCH=/path)")
        return 0
    if shutil.which("sipp") is None:
        print("test-freeswitch: SKIPPED, no sipp in PATH (on Debian: apt install sip-tester)")
        return 0
    stories = [s for s in read_stories(TESTS / "stories") if s.only != "simulator" and _is_wanted(s, words)]
    with tempfile.TemporaryDirectory(prefix="callcontrol-switch-", ignore_cleanup_errors=True) as made:
        folder = Path(os.environ.get(KEEP, made))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        with RealStage(binary, folder) as stage:
            failed = [story.file for story in stories if not _play(stage.player, story)]
    print(f"{len(stories) - len(failed)} of {len(stories)} stories came out as told on {binary}")
    return 1 if failed else 0


def _is_wanted(story: Story, words: list[str]) -> bool:
    return not words or any(word in story.file for word in words)


def _play(player: Player, story: Story) -> bool:
    began = time.monotonic()
    try:
        differences: tuple[str, ...] = player.play(story).differences
    except (CannotTell, PhoneFailed, TimeoutError) as error:
        differences = (str(error),)
    print(f"{'FAILED' if differences else 'passed'} {time.monotonic() - began:5.1f} s  {story.file}: {story.name}", flush=True)
    for difference in differences:
        print(f"         {difference}", flush=True)
    return not differences


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
