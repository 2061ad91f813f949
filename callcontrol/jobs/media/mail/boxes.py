"""What is told of voicemail boxes: each message, a day's, a lock; and what becomes of a message that was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from callcontrol.config.mail_settings import BoxMail
from callcontrol.config.settings import Tenant
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.mail.telling import HOUR_US, LOOK_BACK_US, MAX_AT_ONCE, Telling, mails_to, senders
from callcontrol.kinds.targets.voicemail.settings import BLOCK, Voicemail
from callcontrol.vocabulary.mail import LeftMessage, MailFacts, MailKind
from callcontrol.vocabulary.mailbox import BoxChange, Changed, Counts, MessageState, SetState
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of

# A message that is not in storage, or not written down, after so long is told without.
WAIT_US: Final = 15 * 60 * SECOND_US
# A summary that could not be made at its hour is made later, but not so late.
LATE_US: Final = 12 * HOUR_US


class Boxes(Protocol):
    """The boxes as they stand now. Both raise LiveStateError where Redis is away."""

    def counts(self, tenant: str) -> Mapping[str, Counts]:
        """What the lamps of a tenant's boxes show."""

    def put(self, tenant: str, box: str, change: BoxChange) -> Changed:
        """Change a box."""


def boxes_with_mail(telling: Telling) -> Iterator[tuple[str, Tenant, str, Voicemail, BoxMail]]:
    """Tenant, box and what is to be sent, of all boxes that send mails."""
    for name, tenant in senders(telling.settings()):
        for key, box in BLOCK.of(tenant).items():
            if box.mail is not None:
                yield name, tenant, key, box, box.mail


def transcribed_in(tenant: Tenant) -> list[str]:
    """The boxes whose messages are written down, as target texts."""
    return [f"voicemail:{key}" for key, box in BLOCK.of(tenant).items() if box.transcribe]


def tell_messages(telling: Telling, boxes: Boxes) -> bool:
    """Queue mails about messages; True if there may be more."""
    more = False
    for name, tenant, key, box, mail in boxes_with_mail(telling):
        if not mail.each:
            continue
        found = telling.rows("messages_to_mail", _which(telling.now(), name, key, box, mail))
        new = _new_in(boxes, name, key) if found else -1
        for row in found:
            facts = _facts(row, key, new, mail.attach)
            about, source = row["media_id"], f"voicemail:{key}"
            telling.tell(mails_to(mail, name, tenant, MailKind.VOICEMAIL, about, source, facts))
        more = more or len(found) == MAX_AT_ONCE
    return more


def tell_locked(telling: Telling) -> bool:
    """Queue mails about boxes that were locked; each lock is told once. Nothing is left to be done at once."""
    since, locked = Instant(telling.now() - LOOK_BACK_US), dict[str, dict[str, dict[str, Any]]]()
    for name, tenant, key, _, mail in boxes_with_mail(telling):
        if name not in locked:
            found = telling.rows("locked_boxes", {"tenant": name, "since": datetime_of(since)})
            locked[name] = {row["box"]: row for row in found}
        if (row := locked[name].get(key)) is not None:
            at = instant_of(row["at"])
            facts, about = MailFacts(place=key, number=row["number"], at=at), f"{key}/{at}"
            telling.tell(mails_to(mail, name, tenant, MailKind.LOCKED, about, f"voicemail:{key}", facts))
    return False


def _which(now: Instant, tenant: str, key: str, box: Voicemail, mail: BoxMail) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "owner": f"voicemail:{key}",
        "since": datetime_of(Instant(now - LOOK_BACK_US)),
        "waited": datetime_of(Instant(now - WAIT_US)),
        "without_sound": mail.attach == "none",
        "transcribe": box.transcribe,
        "limit": MAX_AT_ONCE,
    }


def _facts(row: Mapping[str, Any], place: str, new: int, attach: str) -> MailFacts:
    return MailFacts(
        place=place,
        number=row["caller"],
        name=row["name"],
        at=instant_of(row["began_at"]),
        length_ms=row["length_ms"] or 0,
        new=new,
        media_id=row["media_id"],
        attach=attach,
    )


def _new_in(boxes: Boxes, tenant: str, box: str) -> int:
    """New messages in the box; -1: Redis does not say."""
    try:
        return boxes.counts(tenant).get(box, Counts()).new
    except (LiveStateError, ValueError):
        return -1


def tell_days(telling: Telling, boxes: Boxes) -> bool:
    """Queue the summaries that are due; nothing is left to be done at once."""
    for name, tenant, key, _, mail in boxes_with_mail(telling):
        day = _day_due(telling.now(), mail, ZoneInfo(tenant.zone))
        if day is None:
            continue
        since, until = day
        which = {"tenant": name, "owner": f"voicemail:{key}", "limit": MAX_AT_ONCE}
        found = telling.rows("messages_between", {**which, "since": since, "until": until})
        if found:
            facts = MailFacts(
                place=key, day=f"{until:%Y-%m-%d}", new=_new_in(boxes, name, key), messages=_listed(found)
            )
            about, source = f"{key}/{facts.day}", f"voicemail:{key}"
            telling.tell(mails_to(mail, name, tenant, MailKind.DAILY, about, source, facts))
    return False


def _day_due(now: Instant, mail: BoxMail, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """From which moment to which a summary tells that is due now; None: none is. Days have the length they have."""
    if mail.daily is None:
        return None
    today = datetime_of(now, zone).date()
    until = datetime.combine(today, time.fromisoformat(mail.daily), zone)
    if not 0 <= now - instant_of(until) < LATE_US:
        return None
    return datetime.combine(today - timedelta(days=1), until.timetz(), zone), until


def _listed(rows: list[dict[str, Any]]) -> tuple[LeftMessage, ...]:
    return tuple(
        LeftMessage(instant_of(row["began_at"]), row["caller"], row["name"], row["length_ms"] or 0) for row in rows
    )


def follow_mails(telling: Telling, boxes: Boxes) -> bool:
    """Where every address was sent its mail, the message is kept or gone, as the box has it; True if there are more.

    Raises:
        OutOfReach: Redis is away.
    """
    found = telling.rows("told_everyone", {"limit": MAX_AT_ONCE})
    for row in found:
        tenant, box = row["tenant"], row["source"].partition(":")[2]
        state = _state_after(telling, tenant, box)
        if state is not MessageState.NEW:
            try:
                boxes.put(tenant, box, SetState(row["about"], state))
            except LiveStateError as error:
                raise OutOfReach(f"Redis: {error}") from error
        telling.change("note_followed", {"tenant": tenant, "about": row["about"]})
    return len(found) == MAX_AT_ONCE


def _state_after(telling: Telling, tenant: str, box: str) -> MessageState:
    settings = telling.settings().tenants.get(tenant)
    found = None if settings is None else BLOCK.of(settings).get(box)
    return MessageState.NEW if found is None or found.mail is None else MessageState(found.mail.after)
