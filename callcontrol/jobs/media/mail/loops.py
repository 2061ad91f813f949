"""The loops of mail in the media job: what is to be told, what is sent, what comes back, and how it all stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.mails import MailQueue, Ready
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.jobs.media.loops import Loop, OutOfReach
from callcontrol.jobs.media.mail.bounces import BounceTaker, BounceWatch
from callcontrol.jobs.media.mail.boxes import Boxes, follow_mails, tell_days, tell_locked, tell_messages
from callcontrol.jobs.media.mail.emergencies import tell_emergencies
from callcontrol.jobs.media.mail.sending import MailSender
from callcontrol.jobs.media.mail.sounds import KeptSounds, Shelf
from callcontrol.jobs.media.mail.telling import Telling, tell_missed
from callcontrol.jobs.media.mail.transcribing import Transcriber
from callcontrol.vocabulary.mail import DAY_S
from callcontrol.vocabulary.moment import SECOND_US, Instant

SEND_S: Final = 2.0
TELL_S: Final = 30.0
TELL_MESSAGES_S: Final = 5.0
FIGURES_S: Final = 15.0
LISTEN_S: Final = 5.0
# Longer than anything within is let take: a mail has its own deadline, and there may be many.
SENDING_S: Final = 4 * 3600.0
TRANSCRIBING_S: Final = 2 * 3600.0


def mail_loops(
    name: str, settings: Callable[[], Settings], connects: Callable[[], Ready], shelf: Shelf, boxes: Boxes
) -> tuple[Loop, ...]:
    """The loops of this process.

    Args:
        name: of this process, in the queue's leases.
        connects: makes a connection to the ledger; each loop has its own.
        shelf: where kept files are.
        boxes: as they stand now.
    """

    def telling() -> Telling:
        return Telling(settings, connects())

    def queue() -> MailQueue:
        return MailQueue(connects())

    sender = MailSender(settings, queue(), KeptSounds(settings, shelf, telling()), name)
    missed, messages, followed, emergencies = telling(), telling(), telling(), telling()
    transcriber = Transcriber(telling(), shelf, name)
    bounces = BounceWatch(settings, BounceTaker(settings, queue()))
    return (
        Loop("mail", SEND_S, _within_reach(sender.step), SENDING_S),
        Loop("missed_calls", TELL_S, _within_reach(lambda: tell_missed(missed))),
        Loop("message_mails", TELL_MESSAGES_S, _within_reach(lambda: _tell_boxes(messages, boxes))),
        Loop("emergency_mails", TELL_MESSAGES_S, _within_reach(lambda: tell_emergencies(emergencies))),
        Loop("mail_follows", TELL_S, _within_reach(lambda: follow_mails(followed, boxes))),
        Loop("transcripts", TELL_MESSAGES_S, _within_reach(transcriber.step), TRANSCRIBING_S),
        Loop("mail_upkeep", FIGURES_S, _within_reach(MailUpkeep(settings, queue()).step)),
        Loop("bounces", LISTEN_S, bounces.look),
    )


def _tell_boxes(telling: Telling, boxes: Boxes) -> bool:
    tell_days(telling, boxes)
    tell_locked(telling)
    return tell_messages(telling, boxes)


class MailUpkeep:
    """Gives up what could not be sent in its time, forgets what ended long ago, and shows how mails stand."""

    def __init__(
        self, settings: Callable[[], Settings], queue: MailQueue, now: Callable[[], Instant] = clock.now
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._now = now

    def step(self) -> bool:
        """All of it once; nothing is left to be done at once."""
        mail = self._settings().mail
        if mail.server is None:
            return False
        now, keep_us = self._now(), mail.keep_days * DAY_S * SECOND_US
        self._queue.expire(now)
        self._queue.forget(Instant(now - keep_us))
        counts, oldest, dead = self._queue.figures()
        for state, count in counts.items():
            meters.mails.labels(state.value).set(count)
        meters.mail_oldest_seconds.set(0 if oldest is None else max(0, now - oldest) / SECOND_US)
        meters.mail_dead_addresses.set(dead)
        return False


def _within_reach(step: Callable[[], bool]) -> Callable[[], bool]:
    """The step; Postgres being away is nothing that is wrong with it."""

    def tried() -> bool:
        try:
            return step()
        except LedgerAway as error:
            raise OutOfReach(f"Postgres: {error}") from error

    return tried
