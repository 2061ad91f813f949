"""A switch of a simulated run: what callers meet (`switch_callers.py`), what its own connection is asked, its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.credit_commands import ComeBack, EndAt, LookAtAnswer, WarnPayer
from callcontrol.control.events import AppEnded, LegBridged, LegHeard, LegHolds, LegKey
from callcontrol.control.key_transfer import KeyTransfer
from callcontrol.control.transfer_commands import JoinAsThird, KeepLeg, ListenForCodes, Part, TransferOrder
from callcontrol.control.transfer_events import CodePressed
from callcontrol.edges.freeswitch.arrival import HELD_CONTEXT, TRANSFER_CONTEXT
from callcontrol.edges.freeswitch.leg_commands import BACK_CONTEXT, COMES_BACK_S, PARK_S, LegOrder
from callcontrol.kinds.targets.conference.conferring import InRoom
from tests.simulation.channel import Channel, Leading
from tests.simulation.race import Legs, Race
from tests.simulation.switch_callers import SwitchCallers

WHISPER_S = 2.5
# A shorter join counts as no conversation, whatever the delay of events (seconds).
SURELY_UNTALKED_S = 0.3


class SwitchTwin(SwitchCallers):
    """One switch."""

    def originate(
        self,
        call: Call,
        legs: Legs,
        on_won: Callable[[str], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """Ring legs; an answered one is parked. A colleague called by DTMF code, or a guest of a
        conference room, is not rung for a queue."""

        def won(channel: Channel) -> None:
            self._park(channel)
            on_won(channel.id)

        for_queue = not isinstance(call.state, KeyTransfer | InRoom)
        Race(self, call.id, call.tenant, legs, for_queue=for_queue, on_won=won, on_lost=on_lost)

    def _park(self, channel: Channel) -> None:
        """Park the leg until a worker acts or the time is over; the event says if a playback has ended."""
        self.unpark(channel)
        channel.parked = True
        channel.said = self.agenda.after(PARK_S, lambda: self.hang_up(channel, "NORMAL_CLEARING", "switch"))
        channel.timers.append(channel.said)
        if channel.was_heard:
            self._tell_all(channel, LegHeard(channel.id))

    def _tell_all(self, channel: Channel, event: LegHeard | LegHolds | LegKey | CodePressed) -> None:
        for taker in self.takers:
            taker.heard(self.name, channel.call, event)

    def ask(self, command: LegOrder, call: Call) -> bool:
        """An api command; whether it was carried out."""
        self.told(call.id, f"asked: {command}")
        match command:
            case do.KillLeg(leg, cause):
                return self._kill(leg, cause)
            case do.Join(first, second):
                return self._join_if_there(first, second, lasts=command.comes_back)
            case do.Whisper(leg, file, hang_up):
                return self._whisper(leg, file, hang_up)
            case do.BringBack():
                return self.transfer(call.caller_channel, call.destination)
            case EndAt(leg, at_s, number):
                return self._end_credit(leg, at_s, number)
            case WarnPayer(leg) | LookAtAnswer(leg):
                return leg in self.channels
            case ComeBack():
                return self._come_back(call.led)
            case ListenForCodes() | KeepLeg() | JoinAsThird() | Part():
                return self._move(command, call)
            case _:
                raise AssertionError(f"{type(command).__name__}: no tenant of the simulation records conversations")

    def _kill(self, leg: str, cause: str) -> bool:
        channel = self.channels.get(leg)
        if channel is None:
            return False
        self.hang_up(channel, cause, "switch")
        return True

    def _end_credit(self, leg: str, at_s: int, number: int) -> bool:
        channel = self.channels.get(leg)
        if channel is not None:
            self.end_credit_at(channel, number, at_s)
        return True

    def _come_back(self, led: str) -> bool:
        channel = self.channels.get(led)
        if channel is not None:
            channel.comes_back_until_s = float("inf")
        return channel is not None

    def _join_if_there(self, first: str, second: str, *, lasts: bool) -> bool:
        """`uuid_bridge`: whom either talks with is left by it. Those who talk with each other are joined anew, and
        what was to follow their conversation does not (CF_TRANSFER: switch_ivr_bridge.c, audio_bridge_thread).
        """
        one, other = self.channels.get(first), self.channels.get(second)
        if one is None or other is None:
            return False
        if one.peer is other:
            one.part(self.wall())
        left = one.peer
        for channel in (one, other):
            self.unpark(channel)
            self._leaves_partner(channel)
        running, one.running = one.running, None
        if one.running_timer is not None:
            one.running_timer.cancel()
        one.queue.clear()
        # who is taken over from an agent has talked
        is_first = other.bridged is None and not other.dialled.startswith("*53*")
        one.holds = other.holds = False
        self._join(one, other)
        if isinstance(running, do.Play | do.Record):
            self._tell(one, AppEnded(running.app_id))
        elif isinstance(running, Leading) and left and other.dialled.startswith("*53*"):
            self._tell(one, self._bridge_ended(one, running, "SUCCESS"))
        if one.is_caller:
            one.joined_s = self.agenda.now_s if is_first else 0.0  # who joins again has talked
            one.joined_by = one.connection.process if one.connection else None
            one.comes_back_until_s = float("inf") if lasts else self.agenda.now_s + COMES_BACK_S - 0.5
            self._tell(one, LegBridged(other.id, self.wall(), answered=other.answered))
        return True

    def _leaves_partner(self, channel: Channel) -> None:
        left = channel.part(self.wall())
        if left is not None:
            self._parted(left)

    def _whisper(self, leg: str, file: str, hang_up: bool) -> bool:
        """Play something to a leg that is in no bridge; what it was played until then ends."""
        channel = self.channels.get(leg)
        if channel is None:
            return False
        self.unpark(channel)
        self._leaves_partner(channel)
        if "=-1" in file or "://-1" in file or file.startswith("local_stream://"):
            return True  # until something else is ordered
        then = partial(self.hang_up, channel, "NORMAL_CLEARING", "switch") if hang_up else partial(self._heard, channel)
        channel.said = self.agenda.after(WHISPER_S, then)
        channel.timers.append(channel.said)
        return True

    def _heard(self, channel: Channel) -> None:
        channel.was_heard = True
        self._park(channel)

    # --- transfers by keys

    def _move(self, command: TransferOrder, call: Call) -> bool:
        channel = self.channels.get(command.leg_id)
        if channel is None:
            return False
        match command:
            case ListenForCodes(_, realm, codes):
                channel.codes[realm], channel.realm = codes, realm
            case KeepLeg(_, on):
                channel.stays = on
            case Part():
                channel.stays = True
                return self._part(call)
            case JoinAsThird(_, other):
                self.unpark(channel)
                listened_to = self.channels.get(other)
                if listened_to is None:
                    self._park(channel)
                else:
                    listened_to.on_end.append(lambda: self._park(channel) if channel.lives else None)
        return True

    def _part(self, call: Call) -> bool:
        """The led channel goes through the dialplan, out of its conversation; the other one is parked."""
        led = self.channels.get(call.led)
        if led is None:
            return False
        if led.peer is not None:
            running, led.running = led.running, None
            if isinstance(running, Leading):
                self._tell(led, self._bridge_ended(led, running, "SUCCESS"))
            led.moved_s, led.comes_back_until_s = self.agenda.now_s, 0.0
            self._leaves_partner(led)
        return self.transfer(led.id, call.destination)

    def press_at(self, channel: Channel, keys: str) -> None:
        """Press a code, or other keys, at a phone."""
        if not channel.lives:
            return
        if keys in channel.codes.get(channel.realm, ()):
            partner = channel.peer.id if channel.peer is not None else ""
            return self._tell_all(channel, CodePressed(channel.id, keys, partner, self.wall()))
        for key in keys:
            self._tell_all(channel, LegKey(channel.id, key))

    def transfer(self, id_: str, destination: str) -> bool:
        """A caller's channel goes through the dialplan again; False: it is not there."""
        channel = self.channels.get(id_)
        if channel is None:
            return False
        if channel.peer is not None:
            return True  # no caller of this asks for a transfer within a conversation
        channel.variables["variable_transfer_history"] = "bl_xfer"
        channel.variables["Caller-Context"] = BACK_CONTEXT
        channel.dialled = destination
        running, channel.running = channel.running, None
        if channel.running_timer is not None:
            channel.running_timer.cancel()
        channel.queue.clear()
        if (mixed := self.mixers.member_of(channel)) is not None:
            self.mixers.leave(mixed[1])
        self.eavesdropping.stop(channel)
        if isinstance(running, do.Play | do.Record):
            self._tell(channel, AppEnded(running.app_id))
        channel.connection = None  # superseded: it stays open and silent
        self._go(channel, 0)
        return True

    def refer(self, by: Channel, to: str) -> None:
        """The phone at this leg sends its caller to a number (REFER), and the switch ends that leg."""
        self._leave(by, to, TRANSFER_CONTEXT, "BLIND_TRANSFER")

    def refer_attended(self, by: Channel, asking: Channel) -> None:
        """The phone at this leg joins its caller with the colleague it talks with in a call of its own (REFER with
        Replaces), and leaves both calls.
        """
        party, colleague = by.peer, asking.peer
        if party is None or colleague is None or not (by.lives and asking.lives and party.is_caller):
            return
        by.joined_with = colleague.id
        for one in (by, asking):
            one.part(self.wall())
        for one in (party, asking):
            running, one.running = one.running, None
            one.queue.clear()
            if isinstance(running, do.Bridge):
                self._tell(one, self._bridge_ended(one, running, "SUCCESS"))
        party.comes_back_until_s = 0.0
        self._join(party, colleague)
        account = colleague.who.replace("@", "%")
        self._tell(party, LegBridged(colleague.id, self.wall(), account, answered=colleague.answered))
        self.hang_up(asking, "ATTENDED_TRANSFER", "switch")
        self.hang_up(by, "NORMAL_CLEARING", "callee")

    def hold(self, by: Channel, *, on: bool = True) -> None:
        """The phone at this leg holds its caller, or takes the caller back."""
        if by.lives and by.peer is not None:
            by.holds = on
            self._tell_all(by, LegHolds(by.id, on, self.wall()))

    def leave_held(self, by: Channel) -> None:
        """The phone at this leg hangs up while it holds its caller (`hold_hangup_xfer_exten`)."""
        if by.holds and by.peer is not None:
            self._leave(by, HELD_CONTEXT, HELD_CONTEXT, "NORMAL_CLEARING")
        else:
            self.hang_up(by, "NORMAL_CLEARING", "callee")

    def _leave(self, by: Channel, to: str, context: str, cause: str) -> None:
        moved = by.peer
        if not by.lives or moved is None or not moved.is_caller:
            return
        by.part(self.wall())
        running, moved.running = moved.running, None
        if isinstance(running, Leading):
            self._tell(moved, self._bridge_ended(moved, running, "SUCCESS"))
        moved.queue.clear()
        moved.variables |= {
            "Caller-Context": context,
            "variable_cc_again": "false",
            "variable_transfer_history": "bl_xfer",
            "variable_last_bridge_to": by.id,
        }
        moved.dialled, moved.connection, moved.moved_s = to, None, self.agenda.now_s
        moved.comes_back_until_s = 0.0
        self.hang_up(by, cause, "callee")
        self._go(moved, 0)

    def _parted(self, peer: Channel) -> None:
        """A leg that is to stay is parked; a caller who has just been joined with the other one goes through the
        dialplan again.
        """
        if peer.lives and peer.stays:
            self._park(peer)
        elif peer.lives and self.agenda.now_s < peer.comes_back_until_s:
            peer.comes_back_until_s, peer.came_back = 0.0, True
            peer.untalked = self.agenda.now_s - peer.joined_s < SURELY_UNTALKED_S
            self.transfer(peer.id, peer.dialled)
        else:
            super()._parted(peer)

    def die(self) -> None:
        """The process ends with all its channels, without any event."""
        self.is_up = False
        self.phones.down.add(self.name)
        self.mixers.forget()
        self.eavesdropping.forget()
        for channel in tuple(self.channels.values()):
            channel.crashed = True
            self._bury(channel, "CRASH", "")
            if channel.running_timer is not None:
                channel.running_timer.cancel()
            if channel.connection is not None:
                channel.connection.part("the switch is gone")

    def come_back(self) -> None:
        """It runs again, with a new Core-UUID."""
        self.core += 1
        self.phones.down.discard(self.name)
        self.is_up = True
