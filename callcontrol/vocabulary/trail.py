"""The trail: what a call leaves behind, entry by entry. Written by control, folded into records by billing.

Entries are frozen and only ever appended. They are saved with the call in Redis and explain every decision afterwards;
no decision is read from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, overload

from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.bundled import Bundled
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.demand import Skills
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.leg import Role, RoleTaken
from callcontrol.vocabulary.menu_visit import MenuEntry
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import InterruptionEntry, MoveEntry
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.recording import RecordingNoted
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.survey import Surveyed

LOCATION: Final = "location "


@fast_init
@dataclass(frozen=True, slots=True)
class Arrived:
    """A call reached us.

    Attributes:
        channel: uuid of the A leg; "" for a callback, which has none.
        leg_of: the call for which we dialled this channel, and which was not known any more when it was transferred:
            there it is a leg, booked and paid for to its end; "" for a channel that came by itself.
    """

    at: Instant
    call_id: str
    switch: str
    worker: str
    channel: str
    tenant: str
    caller: Caller
    dialled: str
    leg_of: str = ""
    kind: Literal["arrived"] = "arrived"


@fast_init
@dataclass(frozen=True, slots=True)
class Routed:
    """The call was sent to a target, and why: `number`, `rule busy`, `list member 2`, `last resort`, …

    Attributes:
        source: file:line, or who set the rule and when; of an emergency call where the phone stands, as
            `location workshop` (LOCATION and the place's name), "" where that is not known.
    """

    at: Instant
    target: str
    why: str
    source: str = ""
    kind: Literal["routed"] = "routed"


@dataclass(frozen=True, slots=True)
class Passed:
    """A target that was not tried, and why: blocked, no price, offline, loop, hop limit, no trunk.

    Attributes:
        reason: why a number is not dialled outside; None: another kind of reason.
    """

    at: Instant
    target: str
    why: str
    source: str = ""
    reason: RefusalReason | None = None
    kind: Literal["passed"] = "passed"


@fast_init
@dataclass(frozen=True, slots=True)
class Dialled:
    """A leg was sent out.

    Attributes:
        to: what rings, as a target text (`extension:101`, `number:+48…`, `sip:…`).
        address: SIP account, number or URI that was dialled.
        payer: who is billed for the leg: `extension:101` (owner of the rule) or `tenant`; "" for internal legs.
        direction: the class of the number that is dialled; None: no number is.
        role: what for; None: a version before noted it.
    """

    at: Instant
    leg_id: str
    to: str
    address: str
    trunk: str = ""
    shown: str = ""
    payer: str = ""
    direction: Direction | None = None
    role: Role | None = None
    kind: Literal["dialled"] = "dialled"


@dataclass(frozen=True, slots=True)
class LegFound:
    """A leg that an earlier worker sent out and could not save: what the channel itself told of it at its end.

    Attributes:
        at: when the channel came to be, by the switch's clock.
        to, address, trunk, shown, payer, direction: as of a dialled leg; `to` is "" where the channel does not tell.
    """

    at: Instant
    leg_id: str
    to: str
    address: str
    trunk: str = ""
    shown: str = ""
    payer: str = ""
    direction: Direction | None = None
    kind: Literal["leg_found"] = "leg_found"


@fast_init
@dataclass(frozen=True, slots=True)
class LegEnded:
    """A channel of the call is gone; times are the switch's own.

    Attributes:
        stamps: None when the leg never became a channel (unknown gateway, phone not registered).
        hung_up_by: `caller`, `callee`, `switch` (timeout, cancel, our command) or "".
        estimated: the end is the best we know, not the switch's own word: the last sign of life, never later.
        why: of an estimate: what it is taken from.
    """

    at: Instant
    leg_id: str
    cause: str
    outcome: Outcome
    stamps: Stamps | None
    hung_up_by: str = ""
    estimated: bool = False
    why: str = ""
    kind: Literal["leg_ended"] = "leg_ended"


@fast_init
@dataclass(frozen=True, slots=True)
class Bridged:
    """This leg hears the caller, or (`with_leg`) another leg of the call in a callback."""

    at: Instant
    leg_id: str
    with_leg: str = ""
    kind: Literal["bridged"] = "bridged"


@dataclass(frozen=True, slots=True)
class JoinedOutside:
    """The caller hears a leg of another call: the colleague whom the transferor asked; `party` as far as is known."""

    at: Instant
    leg_id: str
    party: str
    kind: Literal["joined_outside"] = "joined_outside"


@dataclass(frozen=True, slots=True)
class Parted:
    """The conversation that went on is over, though both its legs may live: a party was transferred."""

    at: Instant
    kind: Literal["parted"] = "parted"


@dataclass(frozen=True, slots=True)
class Moved:
    """This leg, which was rung for the call, was transferred: the call leads it from here on, in the caller's place."""

    at: Instant
    leg_id: str
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is over: what came of it."""

    at: Instant
    step: str  # ring, announcement, voicemail, hangup, setting
    outcome: Outcome
    detail: str = ""
    kind: Literal["step_ended"] = "step_ended"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording was made (voicemail)."""

    at: Instant
    box: str
    path: str
    kind: Literal["recorded"] = "recorded"


@dataclass(frozen=True, slots=True)
class Noted:
    """Anything else that explains the call: a setting changed by star code, stores away, a connection lost."""

    at: Instant
    what: str
    kind: Literal["noted"] = "noted"


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The caller is led in this language from here on, and why: `language_for 2`, `key 1 of menu:main`, …"""

    at: Instant
    language: Language
    why: str
    source: str = ""  # file:line
    kind: Literal["language_chosen"] = "language_chosen"


@dataclass(frozen=True, slots=True)
class Demanded:
    """What the caller has asked for by keys, all of it from here on: skills, priority, label; why as above."""

    at: Instant
    skills: Skills
    priority: int
    label: str
    why: str
    source: str = ""  # file:line
    kind: Literal["demanded"] = "demanded"


@dataclass(frozen=True, slots=True)
class Queued:
    """The caller has a place in a queue.

    Attributes:
        joined: since when the caller waits; earlier than `at` if an earlier place was taken up.
        took_up: "" | `came_back` | `callback`: which earlier place it is; `goes_on`: this visit's.
    """

    at: Instant
    queue: str
    ticket: str
    joined: Instant
    position: int
    took_up: str = ""
    kind: Literal["queued"] = "queued"


@dataclass(frozen=True, slots=True)
class Offered:
    """The caller was offered to an agent, whose phone rings at these legs (none: it could not be rung)."""

    at: Instant
    offer: str
    queue: str
    agent: str
    legs: tuple[str, ...]
    kind: Literal["offered"] = "offered"


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """How the offer ended for this agent; `leg`: of one who had answered when the caller left, which is no miss."""

    at: Instant
    offer: str
    agent: str
    how: OfferEnd
    detail: str = ""
    leg: str = ""
    kind: Literal["offer_ended"] = "offer_ended"


@dataclass(frozen=True, slots=True)
class LeftQueue:
    """The caller left the queue.

    Attributes:
        wait_ms: from `joined` to here.
        detail: the agent who answered, the target the caller went to, or what else describes how.
    """

    at: Instant
    queue: str
    how: Leaving
    wait_ms: int
    detail: str = ""
    kind: Literal["left_queue"] = "left_queue"


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed a key while waiting."""

    at: Instant
    key: str
    kind: Literal["pressed"] = "pressed"


@dataclass(frozen=True, slots=True)
class WrapUpBegan:
    """The agent's wrap-up after this conversation, as it was planned; the agent may end or prolong it."""

    at: Instant
    offer: str
    agent: str
    until: Instant
    kind: Literal["wrap_up_began"] = "wrap_up_began"


QueueEntry = Queued | Offered | OfferEnded | LeftQueue | Pressed | WrapUpBegan
Conversation = Bridged | JoinedOutside | Parted | RecordingNoted
ChoiceEntry = LanguageChosen | Demanded
LegEntry = Dialled | LegFound | LegEnded | Bundled | Moved | RoleTaken
Entry = (
    Arrived
    | Routed
    | Passed
    | LegEntry
    | Conversation
    | StepEnded
    | Recorded
    | Noted
    | ChoiceEntry
    | QueueEntry
    | MenuEntry
    | Surveyed
    | MoveEntry
    | InterruptionEntry
)


class Trail(Sequence[Entry]):
    """The entries of a call, in order; an immutable value.

    Adding entries costs the same however long the trail is: a longer trail shares the list of the one it continues,
    which looks at its own entries only.
    """

    __slots__ = ("_entries", "_length")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = list(entries)
        self._length = len(self._entries)

    def adding(self, entries: Iterable[Entry]) -> Trail:
        """The trail with these entries at its end."""
        longer = Trail.__new__(Trail)
        # Where another trail has continued this one already, the list is its own.
        shared = self._entries if len(self._entries) == self._length else self._entries[: self._length]
        shared.extend(entries)
        longer._entries, longer._length = shared, len(shared)
        return longer

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Entry]:
        return islice(self._entries, self._length)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        if isinstance(index, slice):
            return tuple(self._entries[one] for one in range(*index.indices(self._length)))
        return self._entries[range(self._length)[index]]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Trail):
            return self._length == other._length and all(one == two for one, two in zip(self, other, strict=True))
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Trail({list(self)!r})"
