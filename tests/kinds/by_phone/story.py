"""A person in a box, told key by key: the stores answer at once, and all that is played is read back as words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import BoxChanged, BoxFound, PinChecked, SoundBrought
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, Event, KeyPressed, Stored, TimerFired
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.voicemail.by_phone.visit import KEY_TIMER, InBox
from callcontrol.routing.facts import Facts
from callcontrol.simulator.stories.spoken import Spoken
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.mailbox import (
    AddMessage,
    Box,
    BoxChange,
    Changed,
    ChangeReply,
    Counts,
    Done,
    Message,
    MessageState,
    SetState,
    Take,
)
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.pin import PinVerdict
from callcontrol.vocabulary.trail import Noted, StepEnded
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts
from tests.tidy.tree import ROOT

PIN = "5927"
WORDS = Spoken(ROOT / "freeswitch-xml" / "sounds")
BOXES = """voicemail:
  '101': {greeting: hello.wav, from_outside: ["+48 600 100 200"]}
  '102': {announce: after, messages: 2}
  '103': {announce: off}
  office: {people: [101, 102], number: 500}
"""


def known(dialled: str, by: str = "101", more: str = "", language: str = "en") -> Facts:
    """An extension dials this."""
    written = TENANT.replace("voicemail:\n  '101': {greeting: hello.wav}\n", BOXES)
    written = written.replace("numbers:\n", f"language: {language}\n{more}numbers:\n")
    return facts(dialled, tenant=written, caller=Caller(by, extension=by))


def message(n: int, caller: str = "+48221234567", ago_s: int = 3_600, **more: Any) -> Message:
    """A message that was left so long ago."""
    left = Message(f"m{n}", caller, "", Instant(NOW - ago_s * SECOND_US), 4_000, "fs1", f"/rec/m{n}.wav")
    return replace(left, **more)


class BoxStory(Story):
    """A call that comes into a box. Boxes are those of the tenant by name, their PIN is PIN."""

    def __init__(self, facts: Facts, boxes: Mapping[str, Box] | None = None) -> None:
        super().__init__(facts)
        self.boxes = None  # they are answered here
        self.stored: dict[str, Box] = dict(boxes or {})
        self.verdicts: list[PinVerdict] = []
        self.heard: list[str] = []
        self.done: list[Command] = []
        self.pins: dict[str, str] = {}
        self.trouble = ""
        self.gone_files: set[str] = set()
        self.brought: dict[str, str] = {}  # by media id: where the switch has it then

    def then(self, event: Event, after_s: float = 1) -> Self:
        super().then(event, after_s)
        commands = self.commands
        self.done += commands
        for command in commands:
            if isinstance(command, do.Play):
                self.heard.append(WORDS.heard(command.file).strip("“”").removesuffix("."))
            elif (answer := self._answer(command)) is not None:
                self.then(answer, 0)
        return self

    def listens(self) -> Self:
        """All that is played is heard to its end."""
        while isinstance(state := self.call.state, InBox) and state.playing and state.sound:
            self.call = decode(encode(self.call))  # as it is saved
            self.then(AppEnded(state.playing, missing=state.sound in self.gone_files))
        return self

    def press(self, keys: str) -> Self:
        for key in keys:
            self.heard = [] if self.call.state.keeps_keys else self.heard
            self.then(KeyPressed(key))
        return self

    def hears(self, keys: str = "") -> list[str]:
        """What is heard, to its end, after these keys."""
        self.press(keys)
        heard = self.listens().heard
        self.heard = []
        return heard

    def speaks(self, ms: int) -> Self:
        """After the tone, for so long, and then hash."""
        self.listens()
        state = self.call.state
        assert isinstance(state, InBox)
        assert state.playing
        assert any(isinstance(one, do.Record) for one in self.done), "nothing records"
        self.then(KeyPressed("#"))
        assert do.StopPlaying(all=True) in self.commands
        return self.then(AppEnded(state.playing, recorded_ms=ms))

    def waits(self) -> Self:
        """Nothing is pressed for a while."""
        return self.then(TimerFired(KEY_TIMER), 7)

    def is_late(self) -> Self:
        return self.then(TimerFired(STEP_TIMER), 10)

    @property
    def notes(self) -> list[str]:
        return [one.what for one in self.entries(Noted)]

    @property
    def outcome(self) -> str:
        return [one.outcome.value for one in self.entries(StepEnded)][-1]

    @property
    def media(self) -> list[MediaChange]:
        return [one.change for one in self.done if isinstance(one, do.NoteMedia)]

    def box(self, name: str = "101") -> Box:
        return self.stored.get(name, Box())

    def states(self, name: str = "101") -> list[tuple[str, MessageState]]:
        return [(one.id, one.state) for one in self.box(name).messages]

    def _answer(self, command: Command) -> Event | None:
        match command:
            case in_box.LookAtBox(box):
                return BoxFound(box, None if self.trouble else self.box(box), self.trouble)
            case in_box.ChangeBox(box, change):
                return BoxChanged(box, change, None if self.trouble else self._changed(box, change), self.trouble)
            case in_box.SetGreeting(box, kind, greeting):
                if greeting is not None and not self.trouble:
                    there = self.box(box)
                    self.stored[box] = replace(there, greetings={**there.greetings, kind: greeting})
                return Stored(self.trouble)
            case in_box.CheckPin(box, pin):
                verdict = (
                    self.verdicts.pop(0) if self.verdicts else PinVerdict.RIGHT if pin == PIN else PinVerdict.WRONG
                )
                return PinChecked(box, verdict)
            case in_box.BringSound(media_id) if media_id in self.brought:
                path = self.brought[media_id]
                return SoundBrought(media_id, path, "" if path else "storage is away")
            case in_box.SetPin(box, pin):
                self.pins[box] = pin
                return Stored(self.trouble)
            case _:
                return None

    def _changed(self, box: str, change: BoxChange) -> Changed:
        there = self.box(box)
        match change:
            case AddMessage(left) if there.message(left.id) is not None:
                return Changed(ChangeReply.THERE, Counts())
            case AddMessage(left):
                self.stored[box] = replace(there, messages=(*there.messages, left))
                return Changed(ChangeReply.DONE, Counts())
            case SetState(of, to):
                return self._with(box, of, lambda one: replace(one, state=to))
            case Take(of, by):
                found = there.message(of)
                if found is not None and found.taken_by not in ("", by):
                    return Changed(ChangeReply.TAKEN, Counts(), found.taken_by)
                return self._with(box, of, lambda one: replace(one, taken_by=by))
            case Done(of, by):
                return self._with(box, of, lambda one: replace(one, done_by=by, state=MessageState.KEPT))
            case _:
                raise AssertionError(change)

    def _with(self, box: str, of: str, change: Callable[[Message], Message]) -> Changed:
        there = self.box(box)
        if there.message(of) is None:
            return Changed(ChangeReply.GONE, Counts())
        messages = tuple(change(one) if one.id == of else one for one in there.messages)
        self.stored[box] = replace(there, messages=messages)
        return Changed(ChangeReply.DONE, Counts())
