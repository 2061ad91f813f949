"""What came of a caller's recording: a message in the box and its media row together, a missed caller, or a failure."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.events import LegGone
from callcontrol.control.step_result import PlainResult
from callcontrol.kinds.targets.voicemail.settings import VoicemailTarget
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.mailbox import AddMessage, Message
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Noted, Recorded, StepEnded

# `record` hangs its channel up with this cause where the file cannot be written (mod_dptools.c, record_function).
NOT_WRITTEN = "DESTINATION_OUT_OF_ORDER"


@dataclass(frozen=True, slots=True)
class Recording:
    """A message that is recorded, or was.

    Attributes:
        began: when; 0: not known.
    """

    box: str
    media_id: str
    path: str
    began: Instant

    @property
    def owner(self) -> str:
        """The box as a target text."""
        return text_of(VoicemailTarget(self.box))

    def change(self, call: Call, state: MediaState, facts: Facts, cause: str = "", length_ms: int = 0) -> MediaChange:
        """The medium has come into this state."""
        return MediaChange(
            media_id=self.media_id,
            tenant=call.tenant,
            state=state,
            at=facts.now,
            cause=cause,
            kind=MediaKind.MESSAGE,
            call_id=call.id,
            channel=call.led,
            switch=call.switch,
            path=self.path,
            owner=self.owner,
            caller=call.led_party.number,
            length_ms=length_ms or None,
        )

    def over(self, call: Call, recorded_ms: int, minimum_ms: int, facts: Facts) -> PlainResult:
        """The recording has ended by itself, or by key."""
        if not recorded_ms:
            return self.failed(call, "nothing was recorded", facts)
        if recorded_ms < minimum_ms:
            return self.missed(call, f"spoke for {recorded_ms} ms, a message has {minimum_ms} ms at least", facts)
        return self._left(call, recorded_ms, facts)

    def hung_up(self, call: Call, event: LegGone, recording: bool, minimum_ms: int, facts: Facts) -> PlainResult:
        """The caller's channel has ended. A recording that cannot be written ends it too: that is not the caller's
        doing.
        """
        if event.recorded_ms >= max(minimum_ms, 1):
            return self._left(call, event.recorded_ms, facts)
        if recording and event.cause == NOT_WRITTEN and event.hung_up_by != "caller":
            return self.failed(call, "the switch cannot write it: nothing was recorded", facts, unwritable=True)
        if event.estimated and not event.recorded_ms:
            return self._unheard(call, recording, facts)
        while_ = f"after {event.recorded_ms} ms of speech" if recording else "during the greeting"
        return self.missed(call, f"hung up {while_}", facts)

    def _unheard(self, call: Call, recording: bool, facts: Facts) -> PlainResult:
        """The channel's end was not heard. The row stays open, and the media job closes it by its file: another worker
        may have closed it, and could not save that.
        """
        if recording:
            return self.failed(call, "nothing was recorded", facts)[0], ()
        return self.missed(call, "hung up during the greeting", facts)[0], ()

    def missed(self, call: Call, how: str, facts: Facts) -> PlainResult:
        """The caller has left no message: a missed caller."""
        why = f"no message for {self.owner}: the caller {how}"
        ended = StepEnded(facts.now, "voicemail", Outcome.MISSED, self.box)
        return call.noting(Noted(facts.now, why), ended), self._lost(call, why, facts)

    def failed(self, call: Call, what: str, facts: Facts, *, unwritable: bool = False) -> PlainResult:
        """There is no message, and that is our fault."""
        why = f"{what} for {self.owner} into {self.path}"
        ended = StepEnded(facts.now, "voicemail", Outcome.FAILED, self.box)
        return call.noting(Noted(facts.now, why), ended), self._lost(call, why, facts, unwritable=unwritable)

    def _lost(self, call: Call, why: str, facts: Facts, *, unwritable: bool = False) -> tuple[do.NoteMedia]:
        return (do.NoteMedia(self.change(call, MediaState.LOST, facts, why), unwritable),)

    def _left(self, call: Call, recorded_ms: int, facts: Facts) -> PlainResult:
        closed = self.change(call, MediaState.CLOSED, facts, "recorded", recorded_ms)
        ended = StepEnded(facts.now, "voicemail", Outcome.VOICEMAIL, self.box)
        into_the_box = in_box.ChangeBox(self.box, AddMessage(self._message(call, recorded_ms, facts)))
        noted = call.noting(Recorded(facts.now, self.box, self.path), ended)
        return noted, (do.NoteMedia(closed), into_the_box)

    def _message(self, call: Call, recorded_ms: int, facts: Facts) -> Message:
        caller = call.led_party
        return Message(
            id=self.media_id,
            caller="" if caller.anonymous else caller.number,
            name="" if caller.anonymous else caller.name,
            at=self.began or Instant(facts.now - recorded_ms * 1000),
            length_ms=recorded_ms,
            switch=call.switch,
            path=self.path,
        )
