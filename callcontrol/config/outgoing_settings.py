"""Calls to numbers outside: how phones dial them, who may call which, and what is blocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from callcontrol.config.call_classes import BlockedClass, RightClass
from callcontrol.config.fields import E164, Flag, Identifier, Prefix, Region, ShortDigits, ShowText, described, matching
from callcontrol.config.frozen import Frozen
from callcontrol.config.outgoing_limits import CallLimit

MAX_RIGHTS: Final = 20
MAX_BLOCKS: Final = 50
MAX_PREFIXES: Final = 20
MAX_LIMITS: Final = 20

DialledPrefix = Annotated[
    str,
    BeforeValidator(matching("[0-9]{1,4}", "{} is no prefix", "write one to four digits, such as 9")),
    described("digits dialled before a number", "^[0-9]{1,4}$", "integer"),
]
AreaCode = Annotated[
    str,
    BeforeValidator(matching("[1-9][0-9]{0,5}", "{} is no area code", "write its digits without 0, such as 22")),
    described("an area code without the digit dialled before it", "^[1-9][0-9]{0,5}$", "integer"),
]


class WithinHours(Frozen):
    """In force always, or only while opening hours are open or closed."""

    during: Identifier | None = Field(default=None, description="in force only while these opening hours are open")
    outside: Identifier | None = Field(default=None, description="in force only while these opening hours are closed")


class Right(WithinHours):
    """Classes of numbers that may be called."""

    classes: tuple[RightClass, ...] = Field(min_length=1, description="classes of numbers, or all")
    pin: Flag = Field(default=False, description="only once the caller has entered the PIN of the extension's box")


class CallBlock(WithinHours):
    """Numbers that are not called, though there is a right to."""

    classes: tuple[BlockedClass, ...] = Field(default=(), description="all numbers of these classes")
    prefixes: tuple[Prefix, ...] = Field(default=(), description="numbers that begin so (E.164 digits)")
    countries: tuple[Region, ...] = Field(default=(), description="numbers of these countries")
    numbers: tuple[E164, ...] = Field(default=(), description="these numbers")


class CallChoice(Frozen):
    """What a prefix chooses for the call that is dialled with it."""

    trunk: Identifier | None = Field(default=None, description="the trunk it goes through, and no other")
    show: ShowText = Field(default="", description="the number shown: caller, company or a number")


class Outgoing(Frozen):
    """Which numbers an extension calls: itself, by forwards, and by transfers."""

    rights: tuple[Right, ...] | None = Field(
        default=None,
        max_length=MAX_RIGHTS,
        description="which classes of numbers may be called; not written: the tenant's. Numbers of this system and "
        "freephone numbers need no right",
    )
    blocks: tuple[CallBlock, ...] = Field(
        default=(), max_length=MAX_BLOCKS, description="what is not called all the same, besides what the tenant blocks"
    )
    limits: tuple[CallLimit, ...] = Field(
        default=(),
        max_length=MAX_LIMITS,
        description="the most a call may cost and the longest it may last, by class; the first entry that says it "
        "counts, then the tenant's, then the default",
    )


class TenantOutgoing(Outgoing):
    """How a tenant's phones call numbers outside."""

    rights: tuple[Right, ...] | None = Field(
        default=None,
        max_length=MAX_RIGHTS,
        description="which classes of numbers extensions without rights of their own may call; not written: all",
    )
    blocks: tuple[CallBlock, ...] = Field(
        default=(), max_length=MAX_BLOCKS, description="what no extension, queue or rule of this tenant calls"
    )
    limits: tuple[CallLimit, ...] = Field(
        default=(),
        max_length=MAX_LIMITS,
        description="the most a call may cost and the longest it may last, by class, where no entry of the extension "
        "says it; the first entry that says it counts, then the default",
    )
    area: AreaCode | None = Field(
        default=None, description="area code of its phones: numbers dialled without one are read as numbers there"
    )
    short_numbers: tuple[ShortDigits, ...] = Field(
        default=(), description="short numbers of its carriers, besides those of its country"
    )
    prefixes: Mapping[DialledPrefix, CallChoice] = Field(
        default_factory=dict,
        max_length=MAX_PREFIXES,
        description="digits dialled before a number outside: a line out, a trunk, or a number shown for this call",
    )
    barring: Flag = Field(
        default=False, description="whether extensions may block calls of their own by star code, with their PIN"
    )
    prefix_needed: Flag = Field(
        default=False, description="numbers outside are dialled with one of the prefixes, or with +; not without"
    )
