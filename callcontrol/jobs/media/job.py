"""The media job's process: its loops, until it is told to end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from gevent.event import Event

from callcontrol.config.settings import Settings
from callcontrol.jobs.media.loops import Loop, Runner
from callcontrol.jobs.media.mail.loops import mail_loops

STOP_S = 10.0  # what a step may still take at the end

log = logging.getLogger("callcontrol.media")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What loops are made of.

    Attributes:
        name: this process, by which leases know it.
        settings: those in force, whichever they are at the moment.
        postgres_dsn, redis_url: the stores.
    """

    name: str
    settings: Callable[[], Settings]
    postgres_dsn: str
    redis_url: str


def loops_of(context: JobContext) -> tuple[Loop, ...]:
    """Every loop of the job: what is to be done with media is a line here."""
    return mail_loops(context.name, context.settings, context.postgres_dsn)


class MediaJob:
    """The loops, and how they are ended.

    Attributes:
        stopped: set to end it.
    """

    def __init__(self, context: JobContext) -> None:
        self.stopped = Event()
        self._runner = Runner(loops_of(context))

    def run(self) -> int:
        """Until `stopped` is set; returns the exit status."""
        self._runner.start()
        log.info("the media job runs: %s", ", ".join(loop.name for loop in self._runner.loops) or "nothing to do")
        self.stopped.wait()
        self._runner.stop(STOP_S)
        return 0
