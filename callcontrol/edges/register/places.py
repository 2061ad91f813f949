"""What the register says of a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Holds(StrEnum):
    """What can stand in a column."""

    NOTHING = "nothing"  # of a person: ids, times, amounts, words of ours, names of the configuration
    NUMBER = "number"  # a number, by itself or within a target, an address, a sentence of ours
    NAME = "name"  # a name that goes with the number of its row
    DOCUMENT = "document"  # JSON with numbers in it
    WORDS = "words"  # typed or said by people: a number may be written there in any way
    VOICE = "voice"  # where a sound file is, or what was heard in it: goes with the file


# Where a number is looked for and replaced.
SEARCHED: Final = (Holds.NUMBER, Holds.DOCUMENT, Holds.WORDS)


class Period(StrEnum):
    """How long rows are kept: a word of `retention:`, or why they have no end of their own."""

    CALLS = "calls"
    MISSED = "missed"
    MAILS = "mails"
    MEDIA = "media"
    LISTENINGS = "listenings"
    ACCOUNTS = "accounts"
    AUDIT = "audit"
    WITH_OWNER = "with_owner"  # goes with the row or file it is about
    COUNTS = "counts"  # no person is in it: it stays
    STATE = "state"  # how things are now: it changes with them


class Eraser(StrEnum):
    """What takes a number out."""

    PSEUDONYM = "pseudonym"  # `callcontrol erase` puts a pseudonym in its place
    DELETED = "deleted"  # `callcontrol erase` deletes it
    FILE = "file"  # it goes with its sound file, which `callcontrol erase` orders to be deleted
    ENDS = "ends"  # it goes by itself with the call under way; what comes of it later loses the number on its way
    NONE = "none"  # no number can be there
    TOLD = "told"  # it is out of reach: `callcontrol erase` names it, its owner has to act


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A table of the ledger.

    Attributes:
        owner: who answers for it.
        columns: each column there is.
        age: the column by which rows grow old; "": they do not.
        call: what a row's call is found by, for holds; "": it is of no call.
        only: what has to hold as well for a row to go, as SQL.
        is_monthly: it has a partition for each month.
        eraser: of numbers in it.
    """

    name: str
    owner: str
    period: Period
    columns: Mapping[str, Holds]
    age: str = ""
    call: str = ""
    only: str = ""
    is_monthly: bool = False
    eraser: Eraser = Eraser.PSEUDONYM

    def of(self, *holds: Holds) -> tuple[str, ...]:
        """The columns that hold one of these."""
        return tuple(name for name, what in self.columns.items() if what in holds)

    @property
    def searched(self) -> tuple[str, ...]:
        """The columns in which a number is looked for."""
        return self.of(*SEARCHED)


def columns(**by_kind: str) -> Mapping[str, Holds]:
    """`columns(number="caller dialled", nothing="tenant")`: columns by what they hold."""
    return MappingProxyType({name: Holds(kind) for kind, names in by_kind.items() for name in names.split()})


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Keys of Redis.

    Attributes:
        made_by: the function of `live_state/keys.py` that names them.
        holds: what can stand in name or value.
        ends: when they go by themselves.
        finder: how a number is found in them.
    """

    made_by: str
    owner: str
    holds: Holds
    ends: str
    eraser: Eraser
    finder: str = ""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Files of this host, of a switch, or of others.

    Attributes:
        where: the setting, or the folder below `data:`.
    """

    name: str
    where: str
    owner: str
    holds: Holds
    ends: str
    eraser: Eraser
    finder: str = ""
