"""Which calls of the history are meant: one value for the command line, the panel and the API.

What the words mean in the ledger is said in `edges/ledger/queries_search.sql`; how a call's type follows from what it
has, in the comment of the function `call_type` (`schema_27.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from callcontrol.vocabulary.counted import Counted
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from, text_of
from callcontrol.vocabulary.reach import Reach


class CallType(StrEnum):
    """What a call is to its tenant: each call has one type, the first of these that holds."""

    OUT = "out"  # a phone of the tenant's called a number outside, or a customer was called back
    FORWARDED = "forwarded"  # answered at a number outside: of a rule, a target or an agent
    INTERNAL = "internal"  # a phone of the tenant's called, and the call stayed inside
    IN = "in"  # from outside, and answered: by a person, an announcement, a star code
    MISSED = "missed"  # from outside, and no person and no announcement answered: also with a message left


class BadPlace(ValueError):
    """The text is no place in a list of calls; the message says what would be one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of calls, behind this call: the list goes on there, whatever was added in front of it.

    Attributes:
        call_id: "": behind no call, but before all that arrived at this moment.
    """

    at: Instant
    call_id: str

    def __str__(self) -> str:
        return f"{text_of(self.at)}/{self.call_id}"


def place_from(text: str) -> Place:
    """Read what `str(place)` has written.

    Raises:
        BadPlace: it is none.
    """
    at, slash, call_id = text.partition("/")
    right = "give what was told at the end of the list before"
    try:
        moment = instant_from(at)
    except BadMoment as error:
        raise BadPlace(f"{text!r} is no place in a list of calls: {right}") from error
    if not slash:
        raise BadPlace(f"{text!r} is no place in a list of calls, it lacks what is behind the time: {right}")
    return Place(moment, call_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: all that match everything given.

    Numbers are in normal form; one that ends in `*` stands for all that begin so.

    Attributes:
        number: the caller, the number dialled, or one the call was carried on to.
        caller: who called.
        called: the number dialled, or one the call was carried on to.
        extension: it called, or one of its phones was rung.
        since, until: arrival in [since, until).
        refusal: a number outside was not dialled for this reason.
        direction: with a leg to a number of this class.
        queue: the call was in it.
        agent: the agent spoke with the caller.
        survey_from, survey_to: the caller answered a survey, with a score from this one to that one.
        cost_from, cost_to: the call costs at least, at most so much, in this `currency`; None: in any.
        counted: only those that this figure of a report counts.
        weekday, hour: from Monday, 0 to 6, and 0 to 23: on the clocks of `zone`, as reports count them by hours.
        call_id: only this one, by its id or by that of any of its channels.
        limit: the latest so many; None: all of them.
        after: only those behind this place.
        reach: only calls that have to do with one of these; None: any.
        oldest_first: the earliest instead of the latest, and in this order.
    """

    tenant: str | None = None
    number: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    outcome: str | None = None
    refusal: str | None = None
    direction: str | None = None
    limit: int | None = 20
    call_id: str | None = None
    caller: str | None = None
    called: str | None = None
    extension: str | None = None
    type: CallType | None = None
    queue: str | None = None
    agent: str | None = None
    survey_from: int | None = None
    survey_to: int | None = None
    cost_from: Decimal | None = None
    cost_to: Decimal | None = None
    currency: str | None = None
    after: Place | None = None
    oldest_first: bool = False
    reach: Reach | None = None
    counted: Counted | None = None
    weekday: int | None = None
    hour: int | None = None
    zone: str = "UTC"
