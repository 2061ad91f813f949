"""A channel: one leg of a call, which rings, is answered, hears keys and is hung up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gevent.event import Event as Signal

from callcontrol.simulator import signalling, sip_variables, stamps
from callcontrol.simulator.cdr import write_cdr
from callcontrol.simulator.channel_values import STATE_NUMBERS, ChannelValues
from callcontrol.simulator.core import Core
from callcontrol.simulator.digit_codes import DigitCodes
from callcontrol.simulator.ears import FarEnd
from callcontrol.simulator.profile import CallerProfile
from callcontrol.simulator.running import Running

# How a key came (switch_channel.c, switch_channel_dequeue_dtmf): by RFC 4733, or by SIP INFO.
VOICE_PATH, SIGNALLING = "RTP", "ENDPOINT"


@dataclass(frozen=True, slots=True)
class Order:
    """A `sendmsg` of a controller: run an application, or hang up."""

    app: str
    argument: str = ""
    app_uuid: str = ""
    lock: bool = False
    loops: int = 1
    hangup_cause: str = ""


class ChannelThread(Protocol):
    """What others may ask of a channel's thread (its Session)."""

    wake: Signal
    actions: deque[tuple[str, str]]

    def go(self, state: str) -> None:
        """Leave whatever runs for another state."""

    def queue(self, order: Order) -> None:
        """Take an order."""

    def execute(self, app: str, argument: str = "", app_uuid: str = "") -> None:
        """Run one application."""

    def break_application(self, *, flush: bool) -> None:
        """End the file being played; `flush` forgets the orders in line too."""


class Channel(ChannelValues):
    """One leg, and who it is joined with."""

    core: Core[Channel]

    def __init__(self, core: Core[Channel], profile: CallerProfile, variables: dict[str, str], far_end: FarEnd) -> None:
        super().__init__(core, profile, variables)
        self.far_end = far_end
        self.has_media = False
        self.ring_ready = False
        self.early_media = False
        self.answered = False
        self.held = False
        self.partner: Channel | None = None
        self.session: ChannelThread | None = None
        self.dialled: sip_variables.Dialled | None = None
        self.is_dialling = False
        self.heir: Channel | None = None  # who gets what this channel dials: its user has left, see transferor.py
        self.told_of_transfer: Callable[[bool], None] | None = None  # the transferor, who is kept: transfer_answer.py
        self.waiters: list[Signal] = []
        self.on_answered: list[Callable[[], None]] = []
        self.on_down: list[Callable[[], None]] = []
        self.finished = Signal()
        self.holders = 0
        self.recordings: dict[str, Running] = {}  # by path, see recordings.py
        self.digits: list[str] = []
        self.unheard_digits: list[tuple[str, str]] = []
        self.keeps_keys = False  # what runs takes none
        self.listener_orders: deque[str] = deque()  # of `sendevent` with this uuid, see eavesdropping.py
        self.codes: DigitCodes | None = None
        self._disposition = ""

    # --- states ------------------------------------------------------------------------------------------------

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
        """Something changed: wake all that wait for this channel."""
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

    def note_digit(self, digit: str, source: str = VOICE_PATH) -> None:
        """The far end pressed a key."""
        if self.down:
            return
        if self.codes is not None:  # whatever runs, they take the key first (switch_core_session_recv_dtmf)
            self.codes.feed(digit)
        else:
            self.take_digit(digit, source)

    def take_digit(self, digit: str, source: str) -> None:
        """A key that is no part of a code."""
        if self.keeps_keys or (self.is_dialling and self.get("origination_cancel_key") is None):
            self.unheard_digits.append((digit, source))  # nothing takes them while its bridge rings
        else:
            self._hear(digit, source)

    def hear_digits(self) -> None:
        """What was pressed meanwhile is taken now."""
        digits, self.unheard_digits = self.unheard_digits, []
        for digit, source in digits:
            self._hear(digit, source)

    def _hear(self, digit: str, source: str) -> None:
        if self.down:
            return
        detail = {"DTMF-Digit": digit, "DTMF-Duration": "1120", "DTMF-Source": source}
        self.fire("DTMF", after=detail, basic=True)
        self.digits.append(digit)
        self.poke()
        if self.partner is not None:
            self.partner.far_end.told("digits", digit=digit)

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
        if contact := self.get("sip_redirect_contact"):
            detail["contact"] = contact
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
        self.session = self.partner = self.heir = self.told_of_transfer = None
