"""What is said to callers and agents, as sequences of sound files.

Here stands what a queue says; `moments`, `duties`, `emergencies`, `amounts`, `menus`, `mailboxes`, `leaving`,
`refusals`, `credit`, `rooms` and `surveys` hold the rest. One file per language holds its grammar. The words
themselves, and the voice that speaks them, stand in `freeswitch-xml/sounds/queue_prompts.yaml` and
`spoken_prompts.yaml`; the files lie below the switch's sounds as `FOLDER/LANGUAGE/NAME.wav`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from callcontrol.routing.speech import (
    amounts,
    credit,
    duties,
    emergencies,
    leaving,
    mailboxes,
    menus,
    moments,
    parking,
    refusals,
    rooms,
    surveys,
)
from callcontrol.routing.speech.amounts import CURRENCIES, amount, duration
from callcontrol.routing.speech.credit import credit_used_up
from callcontrol.routing.speech.duties import Holder, on_duty
from callcontrol.routing.speech.file_string import as_file_string
from callcontrol.routing.speech.grammar import Noun, counted, number
from callcontrol.routing.speech.languages import GRAMMARS, Files, files
from callcontrol.routing.speech.mailboxes import (
    MailboxHint,
    MailboxPhrase,
    left_at,
    left_by,
    mailbox_hint,
    mailbox_phrase,
    message_counts,
    message_number,
    until_day,
)
from callcontrol.routing.speech.menus import MenuPhrase, menu_phrase
from callcontrol.routing.speech.moments import (
    Standing,
    override_end,
    override_set,
    override_taken_back,
    reopening,
    until,
)
from callcontrol.routing.speech.parking import place_said
from callcontrol.routing.speech.refusals import refusal_sentence
from callcontrol.routing.speech.rooms import RoomPhrase, room_phrase
from callcontrol.routing.speech.surveys import SurveyPhrase, survey_phrase
from callcontrol.vocabulary.language import LANGUAGES, Language

LAST_POSITION = 999  # beyond it no number is said
LONGEST_MINUTES = 60  # beyond it: more than an hour
KEYS = tuple("0123456789*#")

_KEY_NAMES = {"*": "key-star", "#": "key-hash"}


class Phrase(StrEnum):
    """Sentences that are always the same; the value is the file's name."""

    GREETING = "greeting"  # thank you for calling
    ALL_BUSY = "all-busy"  # all our agents are busy, please hold
    CALLBACK_PROMISED = "callback-promised"  # to the caller: we will call you back soon
    CALLBACK_REFUSED = "callback-refused"  # to the caller, who cannot be called back and waits on
    CALLBACK_NOTED = "callback-noted"  # to the caller: a callback to this number is noted already
    CALLING_BACK = "calling-back"  # to the agent: this is a callback, we are calling the customer
    CALLER_GONE = "caller-gone"  # to the agent: the caller has hung up
    ACCEPT = "accept"  # to an external agent: press one to accept the call
    RECORDED = "recorded"  # to those who talk: this conversation is recorded


class Hint(StrEnum):
    """What a key can be for; the value is the file's name."""

    VOICEMAIL = "hint-voicemail"  # to leave a message, press …
    CALLBACK = "hint-callback"  # to be called back, press …
    DECLINE = "hint-decline"  # to an external agent, after Phrase.ACCEPT: to decline it, press …
    OBJECT = "hint-object"  # to those who talk, after Phrase.RECORDED: if you do not agree, press …


def phrase(language: Language, name: Phrase) -> Files:
    """A sentence that is always the same."""
    return files(language, (name,))


def key_hint(language: Language, hint: Hint, key: str) -> Files:
    """Which key does this.

    Raises:
        ValueError: the key is none of KEYS.
    """
    if key not in KEYS:
        raise ValueError(f"{key!r} is no key of a phone")
    return files(language, (hint, _KEY_NAMES.get(key, f"number-{key}")))


def position(language: Language, n: int) -> Files:
    """Where the caller stands: 1 is next; above LAST_POSITION only that there are very many before.

    Raises:
        ValueError: n is below 1; who is not in a queue has no position in it.
    """
    if n < 1:
        raise ValueError(f"{n} is no position in a queue")
    if n == 1:
        return files(language, ("position-next",))
    if n > LAST_POSITION:
        return files(language, ("position-far",))
    return files(language, ("position", *number(n), *GRAMMARS[language].after_position))


def expected_wait(language: Language, minutes: int) -> Files:
    """How long the caller will probably wait: below 1 less than a minute, above LONGEST_MINUTES more than an hour."""
    if minutes < 1:
        return files(language, ("wait-under-minute",))
    if minutes > LONGEST_MINUTES:
        return files(language, ("wait-over-hour",))
    return files(language, ("wait", *counted(GRAMMARS[language], minutes, Noun.MINUTE)))


def waited(language: Language, seconds: int) -> Files:
    """To the agent: how long the caller has waited. Below 0 (a clock was set back) counts as 0."""
    minutes, rest = divmod(max(seconds, 0), 60)
    if (minutes, rest) > (LONGEST_MINUTES, 0):
        return files(language, ("waited-over-hour",))
    grammar = GRAMMARS[language]
    spoken = counted(grammar, minutes, Noun.MINUTE) if minutes else ()
    if rest or not minutes:
        spoken += counted(grammar, rest, Noun.SECOND)
    return files(language, ("waited", *spoken))


def from_menu(language: Language, heard: Language) -> Files:
    """To the agent: the caller comes from a menu that was heard in the language `heard`."""
    return files(language, (f"from-menu-{heard}",))


@cache
def all_files(language: Language) -> frozenset[str]:
    """Every file that any of these functions can ask for."""
    return frozenset(file for spoken in _everything(language) for file in spoken)


def _everything(language: Language) -> Iterator[Files]:
    yield from (phrase(language, name) for name in Phrase)
    yield from (key_hint(language, hint, key) for hint in Hint for key in KEYS)
    yield from (position(language, n) for n in range(1, LAST_POSITION + 2))
    yield from (expected_wait(language, n) for n in range(LONGEST_MINUTES + 2))
    yield from (waited(language, n) for n in range(LONGEST_MINUTES * 60 + 2))
    yield from (from_menu(language, heard) for heard in LANGUAGES)
    yield from moments.everything(language)
    yield from duties.everything(language)
    yield from emergencies.everything(language)
    yield from amounts.everything(language)
    yield from menus.everything(language)
    yield from mailboxes.everything(language)
    yield from leaving.everything(language)
    yield from refusals.everything(language)
    yield from credit.everything(language)
    yield from parking.everything(language)
    yield from rooms.everything(language)
    yield from surveys.everything(language)


__all__ = [
    "CURRENCIES",
    "KEYS",
    "LAST_POSITION",
    "LONGEST_MINUTES",
    "Files",
    "Hint",
    "Holder",
    "MailboxHint",
    "MailboxPhrase",
    "MenuPhrase",
    "Phrase",
    "RoomPhrase",
    "Standing",
    "SurveyPhrase",
    "all_files",
    "amount",
    "as_file_string",
    "credit_used_up",
    "duration",
    "expected_wait",
    "from_menu",
    "key_hint",
    "left_at",
    "left_by",
    "mailbox_hint",
    "mailbox_phrase",
    "menu_phrase",
    "message_counts",
    "message_number",
    "on_duty",
    "override_end",
    "override_set",
    "override_taken_back",
    "phrase",
    "place_said",
    "position",
    "refusal_sentence",
    "reopening",
    "room_phrase",
    "survey_phrase",
    "until",
    "until_day",
    "waited",
]
