"""`python -m tests.freeswitch [WORD …]`: plays stories and mishaps on a real FreeSWITCH.

It plays those whose name contains one of the words (default: all), and prints one line for each with the differences;
the exit status is 1 if there are any. Without FreeSWITCH or SIPp (which registers the phones) it prints that it skips.
KEEP=/folder keeps the logs of the switch, the daemon and each phone; TIMES=20 plays each 20 times.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from callcontrol.simulator.stories.story import Story, read_stories
from tests.freeswitch.across import ACROSS
from tests.freeswitch.audio import Microphones, can_listen
from tests.freeswitch.blinks import BLINKS
from tests.freeswitch.busy_lamps import BUSY_LAMPS
from tests.freeswitch.chains import CHAINS
from tests.freeswitch.clicks import CLICKS
from tests.freeswitch.configuration import here_not_there
from tests.freeswitch.credits import CREDITS
from tests.freeswitch.emergencies import EMERGENCIES
from tests.freeswitch.files import FILES, file_differences
from tests.freeswitch.holding import HOLDINGS
from tests.freeswitch.joins import JOINS
from tests.freeswitch.key_transfers import KEY_TRANSFERS
from tests.freeswitch.lamps import LAMPS
from tests.freeswitch.mailboxes import MAILBOXES
from tests.freeswitch.mailed import MAILED
from tests.freeswitch.messages import MESSAGES
from tests.freeswitch.mishaps import MISHAPS
from tests.freeswitch.moved import MOVED
from tests.freeswitch.moved_limits import MOVED_LIMITS
from tests.freeswitch.neighbour import phones_at_another_switch
from tests.freeswitch.orphans import STRAYS
from tests.freeswitch.panel import NotDone
from tests.freeswitch.panel_changes import PANEL_CHANGES
from tests.freeswitch.panel_clicks import PANEL_CLICKS
from tests.freeswitch.panel_supervision import PANEL_SUPERVISION
from tests.freeswitch.parkings import PARKINGS
from tests.freeswitch.phones import PhoneFailed
from tests.freeswitch.recorded_rooms import RECORDED_ROOMS
from tests.freeswitch.refer_deaths import REFER_DEATHS
from tests.freeswitch.replacing import REPLACING
from tests.freeswitch.resting import RESTS
from tests.freeswitch.returning import RETURNS
from tests.freeswitch.rooms import ROOMS
from tests.freeswitch.shown import SHOWN
from tests.freeswitch.stage import RealStage
from tests.freeswitch.supervised_clicks import SUPERVISED_CLICKS
from tests.freeswitch.supervisors import SUPERVISORS
from tests.freeswitch.surveys import SURVEYS
from tests.freeswitch.switch import find_freeswitch
from tests.freeswitch.takeovers import TAKEOVERS
from tests.freeswitch.talks import TALKS
from tests.freeswitch.tones import HEARS, tone_differences
from tests.freeswitch.transfers import TRANSFERS
from tests.freeswitch.without_redis import WITHOUT_REDIS
from tests.freeswitch.world import CannotTell
from tests.tidy.tree import TESTS

KEEP = "KEEP"  # the folder with all logs, kept if this variable names one
TIMES = "TIMES"  # how often each is played; default 1


def main(words: list[str]) -> int:
    """The exit status."""
    binary = find_freeswitch()
    if binary is not None and not os.access(binary, os.X_OK):
        print(f"test-freeswitch: {binary} cannot be run", file=sys.stderr)
        return 1
    missing = _missing(binary)
    if binary is None or missing:
        print(f"test-freeswitch: SKIPPED, {missing}")
        return 0
    with tempfile.TemporaryDirectory(prefix="callcontrol-switch-", ignore_cleanup_errors=True) as made:
        folder = Path(os.environ.get(KEEP, made))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        with RealStage(binary, folder) as stage, Microphones() as microphones:
            times = range(int(os.environ.get(TIMES, "1")))
            came_out = [
                came_out
                for _ in times
                for came_out in (*_stories(stage, microphones, words), *_mishaps(stage, microphones, words))
            ]
    print(f"{sum(came_out)} of {len(came_out)} came out as expected on {binary}")
    return 0 if all(came_out) else 1


def _missing(binary: Path | None) -> str:
    """What the run needs and is missing, as a sentence; "" if nothing is missing."""
    if binary is None:
        return "no freeswitch binary found (name one: make test-freeswitch FREESWITCH=/path/to/freeswitch)"
    if shutil.which("sipp") is None:
        return "no sipp in PATH (on Debian: apt install sip-tester)"
    if not can_listen():
        return "sounds are sent and heard through raw sockets: run as root, or with CAP_NET_RAW"
    return ""


def _stories(stage: RealStage, microphones: Microphones, words: list[str]) -> Iterator[bool]:
    for file in (TESTS / "stories").glob("*.yaml"):
        (stage.stories / file.name).write_text(here_not_there(file.read_text(encoding="utf-8"), stage.ports), "utf-8")
    for story in read_stories(stage.stories):
        if story.only != "simulator" and _is_wanted(story.file, words):
            yield _tell(f"{story.file}: {story.name}", partial(_play, stage, microphones, story))


def _mishaps(stage: RealStage, microphones: Microphones, words: list[str]) -> Iterator[bool]:
    every = (
        *MISHAPS,
        *EMERGENCIES,
        *SHOWN,
        *TAKEOVERS,
        *SURVEYS,
        *SUPERVISORS,
        *CLICKS,
        *MAILBOXES,
        *TRANSFERS,
        *KEY_TRANSFERS,
        *REFER_DEATHS,
        *REPLACING,
        *ACROSS,
        *WITHOUT_REDIS,
        *PARKINGS,
        *HOLDINGS,
        *ROOMS,
        *RECORDED_ROOMS,
        *STRAYS,
        *JOINS,
        *RESTS,
        *RETURNS,
        *BLINKS,
        *MESSAGES,
        *MAILED,
        *LAMPS,
        *BUSY_LAMPS,
        *TALKS,
        *CREDITS,
        *MOVED,
        *CHAINS,
        *MOVED_LIMITS,
        *PANEL_CHANGES,
        *PANEL_CLICKS,
        *SUPERVISED_CLICKS,
        *PANEL_SUPERVISION,
        phones_at_another_switch,
    )
    for mishap in every:
        if _is_wanted(mishap.__name__, words):
            microphones.clear()
            stage.player.forget_what_was_set()
            yield _tell(f"{mishap.__name__}: {mishap.__doc__}", partial(mishap, stage, microphones))


def _play(stage: RealStage, microphones: Microphones, story: Story) -> Iterator[str]:
    microphones.clear()
    played = stage.player.play(story)
    yield from played.differences
    if story.file in FILES:
        yield from file_differences(FILES[story.file], played.calls, stage.recordings)
    yield from tone_differences(HEARS.get(story.file, ()), stage.world.listening_ports(), microphones)


def _is_wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def _tell(name: str, play: Callable[[], Iterable[str]]) -> bool:
    """Play, print the differences, and return whether there were none."""
    began = time.monotonic()
    try:
        differences = [*play()]
    except (CannotTell, NotDone, PhoneFailed, TimeoutError) as error:
        differences = [str(error)]
    word = "FAILED" if differences else "passed"
    print(f"{word} {time.monotonic() - began:5.1f} s  {name}", *differences, sep="\n         ", flush=True)
    return not differences


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
