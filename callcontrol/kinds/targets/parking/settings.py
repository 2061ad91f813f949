"""The block `parking:` of a tenant's file: lots of numbered places at which callers wait to be fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from callcontrol.config.fields import Flag, matching, refusal, text_in
from callcontrol.config.frozen import Frozen, RingSeconds, Seconds
from callcontrol.config.kinds import Block
from callcontrol.config.queue_fields import SingleMusic
from callcontrol.config.settings import Tenant
from callcontrol.config.target_fields import TargetText
from callcontrol.kinds.inside_numbers import InsideNumber
from callcontrol.vocabulary.target import Target

MAX_PLACES: Final = 100  # of a lot
_SPAN: Final = re.compile(r"([0-9]{2,6})-([0-9]{2,6})")


@dataclass(frozen=True, slots=True)
class ParkingTarget(Target):
    """A parking lot: the caller waits at one of its places."""

    kind: ClassVar[str] = "parking"


@dataclass(frozen=True, slots=True)
class ParkingPlaceTarget(Target):
    """A numbered place: who is transferred there waits at it, who dials it takes the caller there."""

    kind: ClassVar[str] = "parking_place"


@dataclass(frozen=True, slots=True)
class ParkingReturnTarget(Target):
    """The phone of an extension to which a parked caller goes; `name` is `LOT/PLACE/EXTENSION`."""

    kind: ClassVar[str] = "parking_return"


def _read_places(value: object) -> tuple[str, ...]:
    right = "write numbers, or a span such as 701-709"
    parts = value if isinstance(value, (list, tuple)) else text_in(value, right).split(",")
    return tuple(place for part in parts for place in _span(text_in(part, right).strip(), right))


def _span(text: str, right: str) -> Iterator[str]:
    found = _SPAN.fullmatch(text)
    if found is None:
        yield matching("[0-9]{2,6}", "{} is no number of a place", right)(text)
        return
    first, last = found.groups()
    if len(first) != len(last) or first > last:
        raise refusal(f"{text!r} is no span of places", "write the smaller number first, with as many digits")
    if int(last) - int(first) >= MAX_PLACES:
        raise refusal(f"{text!r} are more than {MAX_PLACES} places", "write fewer, or several lots")
    yield from (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))


_ONE = {"type": ["string", "integer"], "pattern": "^[0-9]{2,6}(-[0-9]{2,6})?$"}
Places = Annotated[
    tuple[str, ...],
    BeforeValidator(_read_places),
    Field(min_length=1, max_length=MAX_PLACES),
    WithJsonSchema(
        {"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}], "description": "numbers, or spans"}
    ),
]


class ParkingLot(Frozen):
    """Places at which callers are parked, until a phone dials the place."""

    number: InsideNumber | None = Field(
        default=None,
        description="a caller transferred to this number is parked at the next free place; the transferor hears which",
    )
    places: Places = Field(description="numbers of the places, such as 701-709; each is dialled from any phone")
    music: SingleMusic = Field(
        default="local_stream://default", description="what a parked caller hears: a sound file or a stream"
    )
    after: Seconds = Field(default=120, description="seconds after which the extension is rung that parked the caller")
    ring: RingSeconds = Field(default=20, description="how long that phone rings, in seconds")
    overflow: TargetText | None = Field(
        default=None, description="where the caller goes if that is not answered; default: the tenant's last resort"
    )
    tell: Flag = Field(
        default=True, description="the parker's phone rings and hears the place, unless the parker chose the place"
    )


BLOCK: Final = Block("parking", ParkingLot)


def lot_with(digits: str, tenant: Tenant) -> tuple[str, ParkingLot] | None:
    """The lot that has this place."""
    lots = BLOCK.of(tenant).items()
    return next(((name, lot) for name, lot in lots if digits in lot.places), None)


def lot_at(digits: str, tenant: Tenant) -> str:
    """The lot that is reached by this number, "" if none is."""
    return next((name for name, lot in BLOCK.of(tenant).items() if lot.number == digits), "")
