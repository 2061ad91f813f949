"""Message waiting lamps (RFC 3842) on a real switch: what the phone receives, and how soon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mailboxes import BOX, MESSAGE, OWNER
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, wait
from tests.freeswitch.stage import RealStage

ACCOUNT: Final = OWNER.partition("@")[0]
LIT: Final = ("yes", "1/0")
DARK: Final = ("no", "0/0")
# Limit in seconds from the end of the message, or the phone's registration, to the lamp; includes a daemon's start.
TOLD_S: Final = 5.0
DAEMON_S: Final = 30.0
# The keys that request, hear and delete the message, with their times in seconds.
PRESSES: Final = ((0.5, "1"), (9.0, "3"))


def lamps_follow_a_box(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a message lights the lamp within seconds; it is right after restarts of phone and daemon, and goes out"""
    arrange(stage, {})
    if (before := lamp(stage)) not in (None, DARK):
        yield f"the box {BOX} should be empty, the lamp shows {before}"
    placed = [stage.world.place(MESSAGE)]
    stage.world.wait_until_over(placed, OVER_S)
    yield from _told(stage, LIT, 0, "a message was left", TOLD_S)
    yield from _told(stage, LIT, _restarted(stage), "the phone was restarted", TOLD_S)
    count = len(_summaries(stage))
    stage.daemon.kill()
    stage.daemon.start()
    yield from _told(stage, LIT, count, "the daemon was killed and is back", DAEMON_S)
    yield from _told(stage, LIT, _restarted(stage), "the phone was restarted with the next daemon", TOLD_S)
    placed.append(stage.world.place(PlacedCall("", "*97", extension=OWNER, presses=PRESSES, hangup_after_s=13)))
    stage.world.wait_until_over(placed, OVER_S)
    yield from _told(stage, DARK, len(_summaries(stage)) - 1, "the message was heard and deleted", TOLD_S)


def lamp(stage: RealStage) -> tuple[str, str] | None:
    """What the phone shows: whether messages wait, and new/old counts; None: it received no NOTIFY."""
    told = _summaries(stage)
    return told[-1] if told else None


def _summaries(stage: RealStage) -> list[tuple[str, str]]:
    return list(stage.world.summaries(ACCOUNT))


def _restarted(stage: RealStage) -> int:
    """Register the phone again; returns how many NOTIFYs it had received before."""
    stage.world.register(ACCOUNT, online=False)
    count = len(_summaries(stage))
    stage.world.register(ACCOUNT, online=True)
    return count


def _told(stage: RealStage, expected: tuple[str, str], after: int, when: str, within_s: float) -> Iterator[str]:
    """Wait until the phone has received more than `after` NOTIFYs and shows the expected lamp."""

    def is_so() -> bool:
        return len(_summaries(stage)) > after and lamp(stage) == expected

    try:
        wait(is_so, "the lamp is right", within_s)
    except TimeoutError:
        yield f"{when}: {expected} expected within {within_s:.0f} s, told {_summaries(stage)[after:]}"


LAMPS: Final[tuple[Mishap, ...]] = (lamps_follow_a_box,)
