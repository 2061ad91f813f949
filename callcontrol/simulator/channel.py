"""A channel: one leg of a call, with its states, variables, times and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gevent.event import Event as Signal

from callcontrol.simulator import signalling, sip_variables, stamps
from callcontrol.simulator.cdr import write_cdr
from callcontrol.simulator.core import Core
from callcontrol.simulator.ears import FarEnd
from callcontrol.simulator.events import Event
from callcontrol.simulator.profile import TIME_HEADERS, CallerProfile

if TYPE_CHECKING:
    from callcontrol.simulator.session import Session

STATE_NUMBERS = {
    "CS_NEW": 0,
    "CS_INIT": 1,
    "CS_ROUTING": 2,
    "CS_SOFT_EXECUTE": 3,
    "CS_EXECUTE": 4,
    "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6,
    "CS_CONSUME_MEDIA": 7,
    "CS_HIBERNATE": 8,
    "CS_RESET": 9,
    "CS_HANGUP": 10,
    "CS_REPORTING": 11,
    "CS_DESTROY": 12,
}
_PREFIX = "variable_"
_ARRAY = "ARRAY::"
_CODEC = {
    "Channel-Read-Codec-Name": "PCMU",
    "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000",
    "Channel-Write-Codec-Name": "PCMU",
    "Channel-Write-Codec-Rate": "8000",
    "Channel-Write-Codec-Bit-Rate": "64000",
}


class Channel:
    """One leg. `state` is what it is to be, `running` what its thread is doing, as in the real core."""

    def __init__(self, core: Core, profile: CallerProfile, variables: dict[str, str], far_end: FarEnd) -> None:
        self.core = core
        self.profile = profile
        self.variables = variables
        self.far_end = far_end
        self.uuid = profile.uuid
        self.name = profile.channel_name
        self.outbound = profile.direction == "outbound"
        self.running = "CS_INIT"
        self.state = "CS_ROUTING"
        self.callstate = "DOWN"
        self.shown_state = "CS_INIT"  # `show channels` never gets to hear of a hang-up while the session lingers
        self.shown_callstate = "DOWN"
        self.answer_state = "ringing"
        self.cause = ""
        self.has_codec = not self.outbound
        self.has_media = False
        self.ring_ready = False
        self.early_media = False
        self.answered = False
        self.held = False
        self.hit_dialplan = not self.outbound
        self.call_uuid = self.uuid
        self.other_headers: dict[str, str] = {}
        self.partner: Channel | None = None
        self.session: Session | None = None
        self.dialled: sip_variables.Dialled | None = None
        self.is_dialling = False
        self.heir: Channel | None = None  # who gets what this channel dials: its user has left, see transferor.py
        self.waiters: list[Signal] = []
        self.on_answered: list[Callable[[], None]] = []
        self.on_down: list[Callable[[], None]] = []
        self.finished = Signal()
        self.holders = 0
        self.respond_code = 0  # what `respond` asked for
        self.digits: list[str] = []
        self._disposition = ""
        self._caller_headers: dict[str, str] | None = None

    # --- variables ---------------------------------------------------------------------------------------------

    def get(self, name: str) -> str | None:
        """A variable's value, None when it is not set."""
        return self.variables.get(_PREFIX + name)

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; it moves to the end, as in the real core. None or "" unsets it."""
        key = _PREFIX + name
        self.variables.pop(key, None)
        if value:
            self.variables[key] = value

    def update(self, values: Mapping[str, str]) -> None:
        """Set several variables; they move to the end."""
        self.put({_PREFIX + name: value for name, value in values.items()})

    def put(self, values: Mapping[str, str]) -> None:
        """Set several variables that carry their `variable_` prefix already; they move to the end."""
        for key in values.keys() & self.variables.keys():
            del self.variables[key]
        self.variables.update(values)

    def push(self, name: str, value: str) -> None:
        """Add a value to a variable that may hold several (`ARRAY::a|:b`)."""
        before = self.variables.get(_PREFIX + name)
        if before is None:
            self.set(name, value)
        else:
            joined = before if before.startswith(_ARRAY) else _ARRAY + before
            self.variables[_PREFIX + name] = f"{joined}|:{value}"

    def is_true(self, name: str) -> bool:
        """Whether a variable says yes in one of the switch's ways."""
        return truth(self.get(name))

    # --- events ------------------------------------------------------------------------------------------------

    def touch(self) -> None:
        """The profile changed: its headers are made anew."""
        self._caller_headers = None

    def show_callee(self, other: CallerProfile) -> None:
        """Whom this channel is connected to, as its own far end is told."""
        mine = self.profile
        if (mine.callee_name, mine.callee_number) != (other.callee_name, other.callee_number):
            mine.callee_name, mine.callee_number = other.callee_name, other.callee_number
            self.touch()

    def stamp(self, what: str, at_us: int) -> None:
        """Note when something happened: one of the fields of Times."""
        setattr(self.profile.times, what, at_us)
        if self._caller_headers is not None:
            self._caller_headers[TIME_HEADERS[what]] = str(at_us)
        if what in ("progress", "progress_media") and self.other_headers.get("Other-Type") == "originator":
            self.other_headers[TIME_HEADERS[what].replace("Caller", "Other-Leg", 1)] = str(at_us)

    def basic_headers(self) -> dict[str, str]:
        """The headers without variables (switch_channel_event_set_basic_data)."""
        found = {
            "Channel-State": self.running,
            "Channel-Call-State": self.callstate,
            "Channel-State-Number": str(STATE_NUMBERS[self.state]),
            "Channel-Name": self.name,
            "Unique-ID": self.uuid,
            "Call-Direction": self.profile.direction,
            "Presence-Call-Direction": self.profile.direction,
            "Channel-HIT-Dialplan": "true" if self.hit_dialplan else "false",
            "Channel-Call-UUID": self.call_uuid,
            "Answer-State": self.answer_state,
        }
        if self.cause:
            found["Hangup-Cause"] = self.cause
        if self.has_codec:
            found.update(_CODEC)
        if self._caller_headers is None:
            self._caller_headers = self.profile.headers("Caller")
        return {**found, **self._caller_headers, **self.other_headers}

    def fire(
        self,
        name: str,
        before: dict[str, str] | None = None,
        after: dict[str, str] | None = None,
        *,
        basic: bool = False,
        calling: tuple[str, str, str] | None = None,
    ) -> None:
        """Fire an event of this channel; `before` stands ahead of the channel's headers, `after` behind them."""
        bus = self.core.bus
        takers = bus.takers(name, self.uuid) if bus.is_asked_for(name) else ()
        if not takers:
            return
        headers = self.core.head.headers(name, calling)
        headers.update(before or {})
        headers.update(self.basic_headers())
        if not basic:
            headers.update(self.variables)
        headers.update(after or {})
        event = Event(name, headers)
        for taker in takers:
            taker.offer(event)

    # --- states ------------------------------------------------------------------------------------------------

    @property
    def down(self) -> bool:
        """Whether it has been hung up."""
        return bool(self.cause)

    def run_state(self, state: str) -> None:
        """The channel's thread enters a state and says so."""
        self.running = state
        if STATE_NUMBERS[state] > STATE_NUMBERS[self.state] or not self.down:
            self.state = state
        if STATE_NUMBERS[state] < STATE_NUMBERS["CS_HANGUP"]:
            self.shown_state = state
        self.fire("CHANNEL_STATE", basic=True)
        self.poke()

    def set_callstate(self, callstate: str) -> None:
        """The call state as `show calls` has it; events that announce a change are fired before it."""
        if self.callstate != callstate:
            self.callstate = callstate
            if callstate != "HANGUP":
                self.shown_callstate = callstate
            self.fire("CHANNEL_CALLSTATE", basic=True)

    def unwatch(self, signal: Signal) -> None:
        """Wake this one no more; a destroyed channel has forgotten it already."""
        if signal in self.waiters:
            self.waiters.remove(signal)

    def poke(self) -> None:
        """Something changed: wake whoever waits for this channel."""
        for signal in self.waiters:
            signal.set()
        if self.session is not None:
            self.session.wake.set()

    def mark_ringing(self) -> None:
        """180: CHANNEL_PROGRESS, once."""
        if self.ring_ready or self.early_media or self.answered or self.down:
            return
        self.ring_ready = True
        if not self.outbound:
            self.set("sip_to_tag", self.core.ids.tag())
        if not self.profile.times.progress:
            now_us = self.core.timeline.now_us()
            self.stamp("progress", now_us)
            signalling.note_progress(self, "progress", now_us)
        signalling.note_reply(self)
        self.fire("CHANNEL_PROGRESS")
        self.set_callstate("RINGING")
        self.far_end.told("ringing")
        self.poke()

    def mark_early_media(self) -> None:
        """183: CHANNEL_PROGRESS_MEDIA, once."""
        if self.early_media or self.answered or self.down:
            return
        self.early_media = self.has_media = self.has_codec = True
        now_us = self.core.timeline.now_us()
        self.stamp("progress_media", now_us)
        signalling.note_progress(self, "progress_media", now_us)
        signalling.note_reply(self)
        self.answer_state = "early"
        self.put(sip_variables.of_media(self.core.ids))
        self.set("endpoint_disposition", "EARLY MEDIA")
        self.fire("CHANNEL_PROGRESS_MEDIA")
        self.set_callstate("EARLY")
        self.far_end.told("early_media")
        self.poke()

    def mark_answered(self) -> None:
        """200: CHANNEL_ANSWER, once."""
        if self.answered or self.down:
            return
        self.answered = self.has_codec = True
        self.stamp("answered", self.core.timeline.now_us())
        self.answer_state = "answered"
        if self.outbound:
            self.put(sip_variables.of_answered_leg(self.core.ids))
            signalling.note_reply(self)
        elif not self.has_media:
            self.put(sip_variables.of_media(self.core.ids))
        self.has_media = True
        self.fire("CHANNEL_ANSWER")
        self.set_callstate("ACTIVE")
        self.set("endpoint_disposition", "ANSWER")
        if not self.outbound:
            self.core.timeline.call_soon(self._note_ack)
        self.far_end.told("answered")
        for callback in list(self.on_answered):
            callback()
        self.poke()

    def _note_ack(self) -> None:
        """The far end's ACK brings the dialog's last words."""
        for name in ("sip_from_tag", "sip_call_id", "sip_full_via", "sip_from_display", "sip_full_from"):
            self.set(name, self.get(name))
        tag = self.core.ids.tag()
        self.set("sip_to_tag", tag)
        self.set("sip_cseq", "1")
        self.set("sip_full_to", f"{self.get('sip_full_to') or ''};tag={tag}")

    def note_digit(self, digit: str) -> None:
        """The far end pressed a key."""
        if self.down:
            return
        detail = {"DTMF-Digit": digit, "DTMF-Duration": "1120", "DTMF-Source": "RTP"}
        self.fire("DTMF", after=detail, basic=True)
        self.digits.append(digit)
        self.poke()

    # --- the end -----------------------------------------------------------------------------------------------

    def hangup(self, cause: str, disposition: str = "", code: int = 0) -> None:
        """Hang up. `disposition` says how when the far end did it: recv_bye, recv_cancel, recv_refuse with `code`."""
        if self.down:
            return
        self.cause = cause
        signalling.note_end(self, disposition, code)
        if self.partner is not None:
            follows = self.other_headers.get("Other-Type") == "originator"
            self.set("last_bridge_role", "originatee" if follows else "originator")
        self.state = "CS_HANGUP"
        self.answer_state = "hangup"
        self._disposition = disposition
        self.fire("CHANNEL_HANGUP")
        if disposition == "recv_bye":
            self.set("sip_hangup_disposition", disposition)
        for callback in list(self.on_down):
            callback()
        if self.session is None:
            self.core.timeline.call_soon(self.finish)
        self.poke()

    def finish(self) -> None:
        """The last states of the channel, to CHANNEL_DESTROY."""
        if self.finished.is_set():
            return
        self.run_state("CS_HANGUP")
        if not self._disposition:
            self._disposition = self._own_disposition()
            signalling.note_message(self, self._disposition)
        self._tell_far_end()
        self.stamp("hungup", self.core.timeline.now_us())
        self.set_callstate("HANGUP")
        self.run_state("CS_REPORTING")
        self._report()
        self.finished.set()
        self.poke()
        self.release()

    def _own_disposition(self) -> str:
        if self.answered:
            return "send_bye"
        return "send_cancel" if self.outbound else "send_refuse"

    def _tell_far_end(self) -> None:
        code = signalling.final_code(self) if self._disposition == "send_refuse" else 0
        detail = {"cause": self.cause, "by": self._disposition}
        if code:
            detail["code"] = str(code)
        self.far_end.told("hangup", **detail)

    def _report(self) -> None:
        cdrs = self.core.cdrs if self.get("process_cdr") != "false" else None
        if cdrs is None and not self.core.bus.takers("CHANNEL_HANGUP_COMPLETE", self.uuid):
            return
        p = self.profile
        last_app, last_arg = self.get("current_application") or "", self.get("current_application_data") or ""
        self.put(stamps.at_the_end(p.times, self.cause, p.name, p.number, last_app, last_arg))
        if self._disposition.startswith("send_"):
            self.set("sip_hangup_disposition", self._disposition)
        if self.has_media:
            self.put(sip_variables.OF_RTP)
        if self._disposition == "send_cancel":
            self.put(sip_variables.OF_CANCEL)
        if cdrs is not None:
            write_cdr(self, cdrs)
        self.fire("CHANNEL_HANGUP_COMPLETE", before={"Hangup-Cause": self.cause})

    def release(self) -> None:
        """Leave the table, unless an event socket still lingers on the session."""
        if self.finished.is_set() and self.holders == 0 and self.running != "CS_DESTROY":
            self.running = self.state = "CS_DESTROY"
            self.core.dismiss(self)
            self.fire("CHANNEL_DESTROY")
            self._let_go()

    def _let_go(self) -> None:
        """Nothing of a destroyed channel points back at it: it goes at once, without the garbage collector."""
        self.waiters.clear()
        self.on_answered.clear()
        self.on_down.clear()
        self.session = self.partner = self.heir = None


def truth(value: str | None) -> bool:
    """switch_true: yes, on, true, t, enabled, active, allow or a number that is not 0."""
    if value is None:
        return False
    word = value.strip().lower()
    return word in ("yes", "on", "true", "t", "enabled", "active", "allow") or (word.isdigit() and int(word) != 0)
