"""Supervision: a supervisor listens to a conversation of the tenant's people, whispers to one of them, talks with both,
or takes the conversation over. Each is a mode of one listening, which is kept in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

import orjson

from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable

KIND: Final = Kind("ListeningRecord")


class Mode(StrEnum):
    """What a supervisor does."""

    LISTEN = "listen"  # hears both, is heard by none
    WHISPER = "whisper"  # is heard by the tenant's own person alone
    BARGE = "barge"  # is heard by both
    TAKE_OVER = "take_over"  # talks with the other party, and the tenant's person leaves


# The key, and the digit in the star code, of each.
KEYS: Final[Mapping[str, Mode]] = {"1": Mode.LISTEN, "2": Mode.WHISPER, "3": Mode.BARGE, "4": Mode.TAKE_OVER}


class ListeningEnd(StrEnum):
    """Why a listening is over."""

    HUNG_UP = "hung_up"  # the supervisor hung up
    CALL_ENDED = "call_ended"
    OUT_OF_SCOPE = "out_of_scope"  # the other party went where the supervisor has no right
    WITHDRAWN = "withdrawn"  # the right is in force no more
    TAKEN_OVER = "taken_over"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SupervisedTalk:
    """A conversation as its call tells of it.

    Attributes:
        call: its id.
        switch: where its channels are.
        customer: the channel of the other party, which is followed.
        leg: the channel of the tenant's own person, at which is listened; "": the other party talks with none now.
        extension: of that person, "" for an agent at a number outside.
        queue: the queue whose agent talks, or in which the other party waits; "": none.
        party: the other party, as a target text, as far as is known.
        recorded: the recording that is written at `leg`, "" for none.
        is_whisperable: whether what is said to `leg` alone is on no recording.
        is_takable: whether the call can go on without the channel of the tenant's person, and a worker directs it.
        room: the conference room in which that person is: a supervisor cannot be at such a conversation. "": none.
    """

    call: str
    switch: str
    customer: str
    leg: str = ""
    extension: str = ""
    queue: str = ""
    party: str = ""
    recorded: str = ""
    is_whisperable: bool = True
    is_takable: bool = True
    room: str = ""


@dataclass(frozen=True, slots=True)
class ModeSpan:
    """For how long a supervisor did what, and at whom (a target text). `ended` None: it goes on."""

    mode: Mode
    whom: str
    began: Instant
    ended: Instant | None = None


@dataclass(frozen=True, slots=True)
class ListeningRecord:
    """What a supervisor did, from the first word heard to the end.

    Attributes:
        listening_id: the supervisor's own call.
        supervisor, whom: target texts; `whom`: whose conversation it was at first.
        call_id: the call that was listened to.
        queue: of that conversation, "" for none.
        reason: why, in words; "" where none was given.
        revision: of two of one listening the higher one is true.
    """

    tenant: str
    listening_id: str
    supervisor: str
    whom: str
    call_id: str
    switch: str
    began: Instant
    queue: str = ""
    reason: str = ""
    spans: tuple[ModeSpan, ...] = ()
    ended: Instant | None = None
    how: ListeningEnd | None = None
    revision: int = 0

    @property
    def mode(self) -> Mode | None:
        """What the supervisor does now; None: nothing, the other party talks with none or it is over."""
        last = self.spans[-1] if self.spans else None
        return last.mode if last is not None and last.ended is None else None

    def doing(self, mode: Mode, whom: str, now: Instant) -> ListeningRecord:
        """With this from now on; the very same where nothing changes."""
        last = self.spans[-1] if self.spans else None
        if last is not None and last.ended is None and (last.mode, last.whom) == (mode, whom):
            return self
        before, began = self._paused(now), self._not_before(now)
        return replace(self, spans=(*before, ModeSpan(mode, whom, began)), revision=self.revision + 1)

    def paused(self, now: Instant) -> ListeningRecord:
        """Nothing is heard from now on; the very same where nothing was."""
        if self.mode is None:
            return self
        return replace(self, spans=self._paused(now), revision=self.revision + 1)

    def over(self, now: Instant, how: ListeningEnd) -> ListeningRecord:
        """It is over; the very same if it was."""
        if self.ended is not None:
            return self
        ended = self._not_before(now)
        return replace(self, spans=self._paused(now), ended=ended, how=how, revision=self.revision + 1)

    def _paused(self, now: Instant) -> tuple[ModeSpan, ...]:
        ended = self._not_before(now)
        return tuple(replace(span, ended=ended) if span.ended is None else span for span in self.spans)

    def _not_before(self, now: Instant) -> Instant:
        """Now, or what is known to have been already: the clock of a worker that has taken over may be behind."""
        last = self.spans[-1] if self.spans else None
        return max(now, self.began if last is None else last.ended or last.began)


def to_json(listening: ListeningRecord) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(l)) == l`, but for characters that cannot be stored."""
    told = asdict(listening)
    return orjson.dumps(KIND.tagged({**told, "reason": storable(listening.reason)}))


def from_json(data: bytes) -> ListeningRecord:
    """Read a listening back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is none.
    """
    try:
        told = KIND.read(orjson.loads(data))
        known = {field.name: told[field.name] for field in fields(ListeningRecord) if field.name in told}
        how = known.get("how")
        spans = tuple(map(span_from, known.get("spans", ())))
        return ListeningRecord(**{**known, "spans": spans, "how": None if how is None else ListeningEnd(how)})
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no listening: {type(error).__name__}: {error}") from error


def span_from(told: Mapping[str, Any]) -> ModeSpan:
    """Of its fields as JSON has them.

    Raises:
        KeyError, TypeError, ValueError: they are none.
    """
    ended = told["ended"]
    return ModeSpan(
        Mode(told["mode"]), str(told["whom"]), Instant(int(told["began"])), None if ended is None else Instant(ended)
    )
