"""What a voicemail box says to the person who listens to it by phone: how many messages there are, from whom each is
and since when, which key does what.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum

from callcontrol.routing.speech import moments
from callcontrol.routing.speech.amounts import MOST
from callcontrol.routing.speech.grammar import THOUSAND, Clips, Noun, counted, number
from callcontrol.routing.speech.languages import CALENDARS, GRAMMARS, Files, files
from callcontrol.vocabulary.language import Language

KEYS = tuple("0123456789*")
_KEY_CLIPS = {"*": "key-star"}


class MailboxPhrase(StrEnum):
    """Sentences of a box that are always the same; the value is the clip."""

    NO_MESSAGES = "mailbox/no-messages"
    FULL = "mailbox/full"  # no caller can leave a message before some are deleted
    KEPT = "mailbox/kept"
    DELETED = "mailbox/deleted"
    RESTORED = "mailbox/restored"
    TAKEN = "mailbox/taken"
    TAKEN_BY_ANOTHER = "mailbox/taken-by-another"
    DONE = "mailbox/done"
    SENT = "mailbox/sent"
    SAVED = "mailbox/saved"
    DEFAULT_USED = "mailbox/default-used"  # the greeting of the settings is heard again
    IN_USE = "mailbox/in-use"  # this greeting is what callers hear; `until a day` may follow
    NOTHING_RECORDED = "mailbox/nothing-recorded"
    NO_MORE = "mailbox/no-more"  # there is no message after this one, or before it
    NOT_HERE = "mailbox/not-here"  # the sound could not be brought to this switch
    ONE_MOMENT = "mailbox/one-moment"  # it is being brought
    NO_CALL_BACK = "mailbox/no-call-back"
    FAILED = "mailbox/failed"
    ENTER_BOX = "mailbox/enter-box"
    NO_SUCH_BOX = "mailbox/no-such-box"
    ENTER_PIN = "mailbox/enter-pin"
    WRONG_PIN = "mailbox/wrong-pin"
    LOCKED = "mailbox/locked"
    NEW_PIN = "mailbox/new-pin"
    REPEAT_PIN = "mailbox/repeat-pin"
    PINS_DIFFER = "mailbox/pins-differ"
    WEAK_PIN = "mailbox/weak-pin"
    PIN_CHANGED = "mailbox/pin-changed"
    SPEAK = "mailbox/speak"  # a tone follows, then it is recorded
    TOO_SHORT = "mailbox/too-short"
    ENTER_DATE = "mailbox/enter-date"
    NO_SUCH_DAY = "mailbox/no-such-day"


class MailboxHint(StrEnum):
    """What a key is for; the value is the clip, which the key follows."""

    AGAIN = "mailbox/hint-again"
    KEEP = "mailbox/hint-keep"
    DELETE = "mailbox/hint-delete"
    RESTORE = "mailbox/hint-restore"
    PREVIOUS = "mailbox/hint-previous"
    CALL_BACK = "mailbox/hint-call-back"
    NEXT = "mailbox/hint-next"
    FORWARD = "mailbox/hint-forward"
    TAKE = "mailbox/hint-take"
    DONE = "mailbox/hint-done"
    NEW = "mailbox/hint-new"
    KEPT = "mailbox/hint-kept"
    DELETED = "mailbox/hint-deleted"
    GREETINGS = "mailbox/hint-greetings"
    PIN = "mailbox/hint-pin"
    BACK = "mailbox/hint-back"
    NORMAL = "mailbox/hint-normal"
    AWAY = "mailbox/hint-away"
    BUSY = "mailbox/hint-busy"
    NAME = "mailbox/hint-name"
    HEAR = "mailbox/hint-hear"
    RECORD = "mailbox/hint-record"
    USE = "mailbox/hint-use"
    DEFAULT = "mailbox/hint-default"
    SAVE = "mailbox/hint-save"
    SEND = "mailbox/hint-send"


def mailbox_phrase(language: Language, name: MailboxPhrase) -> Files:
    """A sentence of a box."""
    return files(language, (name,))


def mailbox_hint(language: Language, hint: MailboxHint, key: str) -> Files:
    """Which key does this: "Delete it: three".

    Raises:
        ValueError: the key is none of KEYS.
    """
    if key not in KEYS:
        raise ValueError(f"{key!r} is no key of a mailbox")
    return files(language, (hint, _KEY_CLIPS.get(key, f"number-{key}")))


def message_counts(language: Language, new: int, kept: int) -> Files:
    """How many messages there are: "You have three new messages and two kept messages".

    Raises:
        ValueError: one of them is negative, or above MOST.
    """
    if not 0 <= new <= MOST or not 0 <= kept <= MOST:
        raise ValueError(f"{new} and {kept} are no numbers of messages")
    if not new and not kept:
        return mailbox_phrase(language, MailboxPhrase.NO_MESSAGES)
    grammar = GRAMMARS[language]
    of_new = counted(grammar, new, Noun.NEW_MESSAGE) if new else ()
    of_kept = counted(grammar, kept, Noun.KEPT_MESSAGE) if kept else ()
    both: Clips = ("mailbox/and",) if new and kept else ()
    return files(language, ("mailbox/you-have", *of_new, *both, *of_kept))


def message_number(language: Language, n: int) -> Files:
    """The message's place: "Message twelve". Above 999 only its last three digits are said."""
    return files(language, ("mailbox/message", *number(n % THOUSAND)))


def left_by(language: Language, digits: str) -> Files:
    """From whom a message is, digit by digit; what is no digit is left out. Without any it is a withheld number."""
    said = tuple(f"number-{digit}" for digit in digits if digit in "0123456789")
    return files(language, ("mailbox/from", *said) if said else ("mailbox/from-withheld",))


def left_at(language: Language, moment: datetime, now: datetime) -> Files:
    """When a message was left: "yesterday at eight thirty". Both by the clocks of one zone."""
    clock = CALENDARS[language].at(moments.minute_of(moment))
    return files(language, (*_day(language, moment.date(), now.date()), *clock))


def until_day(language: Language, day: date) -> Files:
    """Behind `IN_USE`: until this day of the year."""
    return files(language, CALENDARS[language].until_date(day))


def _day(language: Language, day: date, today: date) -> Clips:
    match (today - day).days:
        case 0:
            return ("hours/today",)
        case 1:
            return ("mailbox/yesterday",)
        case ago if 1 < ago < moments.WEEK_DAYS:
            return (f"hours/weekday-{day.isoweekday()}",)
    return CALENDARS[language].on_date(day)


def everything(language: Language) -> Iterator[Files]:
    """Every way in which any of these can come out, as far as its files differ."""
    yield from (mailbox_phrase(language, name) for name in MailboxPhrase)
    yield from (mailbox_hint(language, hint, key) for hint in MailboxHint for key in KEYS)
    for n in range(200):
        yield message_counts(language, n, n)
        yield message_number(language, n)
    yield left_by(language, "")
    yield left_by(language, "0123456789")
    now = datetime(2027, 7, 6, 12)
    yield from (left_at(language, datetime(2027, 7, day, hour), now) for day in range(1, 7) for hour in range(24))
