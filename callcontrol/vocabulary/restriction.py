"""Restrictions: what a payer may not do outside for now, because a limit was passed or a person has said so.

One stands for each limit of a payer; of several in force the strictest counts. Each change is kept, and of two changes
of one limit the later counts: so a person's release is a change as well, and keeps the limit from acting until its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

import orjson

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable

KIND: Final = Kind("Restriction")
# The limit of what a person has restricted.
BY_HAND: Final = "by-hand"


class Level(StrEnum):
    """How far it goes, the mildest first."""

    RELEASED = "released"  # a person lets the payer call: the limit does not act until the end
    WARN = "warn"  # people are told, calls go on
    ASK_PIN = "ask_pin"  # calls of the classes need the PIN of the extension's voicemail box
    BLOCK_CLASS = "block_class"  # no calls of the classes; running ones end
    BLOCK_OUTGOING = "block_outgoing"  # no calls outside but to emergency services and free numbers; running ones end

    @property
    def rank(self) -> int:
        """The stricter, the larger."""
        return tuple(Level).index(self)

    @property
    def blocks(self) -> bool:
        """Whether calls are refused, and running ones ended."""
        return self in (Level.BLOCK_CLASS, Level.BLOCK_OUTGOING)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction of a payer, or its release.

    Attributes:
        payer: `extension:101`, or `tenant`.
        limit: the name of the limit that was passed, BY_HAND: of none. Without blanks.
        classes: of numbers (`vocabulary/direction.py`) that it is for; () for all.
        at: since when.
        until: None: until a person ends it.
        by: who has set it: `limit`, or a person, such as `jan (command)`.
        why: the limit, its value and what was seen; a person's reason.
    """

    tenant: str
    payer: str
    limit: str
    level: Level
    classes: tuple[str, ...]
    at: Instant
    until: Instant | None
    by: str
    why: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose it is, and of which limit."""
        return self.tenant, self.payer, self.limit

    def is_in_force(self, now: Instant) -> bool:
        """Whether it counts at this moment. One of a host whose clock is ahead counts at once."""
        return self.until is None or now < self.until

    def concerns(self, direction: str) -> bool:
        """Whether it is for numbers of this class."""
        return self.level is Level.BLOCK_OUTGOING or not self.classes or direction in self.classes


@dataclass(frozen=True, slots=True)
class RestrictPayer:
    """What a decision returns where a payer has passed a limit; the daemon carries it out. Said again it changes
    nothing, and neither does what is milder than what is in force for this limit, or a limit from which a person has
    released the payer.

    Attributes:
        limit: its name, the same each time; without blanks.
        until: None: until a person ends it.
        why: the limit, its value and what was seen, for people.
    """

    payer: str
    limit: str
    level: Level
    classes: tuple[str, ...]
    until: Instant | None
    why: str


# Of a tenant, by payer.
Restrictions = Mapping[str, Sequence[Restriction]]


def by_payer(restrictions: Iterable[Restriction]) -> Restrictions:
    """Those of one tenant, by payer."""
    found: dict[str, list[Restriction]] = {}
    for one in restrictions:
        found.setdefault(one.payer, []).append(one)
    return found


def strictest(restrictions: Iterable[Restriction], direction: str, now: Instant) -> Restriction | None:
    """The strictest that is in force for numbers of this class; None: there is none."""
    found = (one for one in restrictions if one.is_in_force(now) and one.concerns(direction))
    return max((one for one in found if one.level is not Level.RELEASED), key=lambda one: one.level.rank, default=None)


def is_released(restrictions: Iterable[Restriction], limit: str, now: Instant) -> bool:
    """Whether a person has released the payer from this limit."""
    found = (one for one in restrictions if one.limit == limit and one.is_in_force(now))
    return any(one.level is Level.RELEASED for one in found)


def to_json(restriction: Restriction) -> bytes:
    """As it is stored; `from_json(to_json(r)) == r`."""
    return orjson.dumps(KIND.tagged(asdict(restriction)))


def from_json(data: bytes) -> Restriction:
    """Read it back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is none.
    """
    try:
        return restriction_from(KIND.read(orjson.loads(data)))
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no restriction: {type(error).__name__}: {error}") from error


def restriction_from(told: Mapping[str, Any]) -> Restriction:
    """Of its fields as JSON has them.

    Raises:
        KeyError, TypeError, ValueError: they are none.
    """
    known = {field.name: told[field.name] for field in fields(Restriction)}
    until = known["until"]
    return Restriction(
        **{
            **known,
            "level": Level(known["level"]),
            "classes": tuple(map(str, known["classes"])),
            "at": Instant(int(known["at"])),
            "until": None if until is None else Instant(int(until)),
        }
    )
