"""Legs as a driver sees them: originated, whispered to, joined and ended over the switch's connection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import gevent

from callcontrol.control import commands as do
from callcontrol.control import credit_commands as on_credit
from callcontrol.control import talk_commands as say
from callcontrol.control import transfer_commands as move
from callcontrol.control.call import Call, Closed
from callcontrol.control.credit_events import AnswerFound
from callcontrol.control.events import Joined, JoinFailed, LegAnswered, OriginateFailed
from callcontrol.control.talk_events import RecordingFailed
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.credit_commands import answered_in
from callcontrol.edges.freeswitch.failures import (
    CommandRefused,
    ConnectionLost,
    EventSocketError,
    JobTimedOut,
    LimitReached,
    NotWanted,
    ReplyTimedOut,
)
from callcontrol.edges.freeswitch.inbound import JobResult, SwitchLink
from callcontrol.edges.freeswitch.leg_commands import (
    GRACE_S,
    LegOrder,
    after,
    before,
    leg_command,
    longest_s,
    originate,
)
from callcontrol.edges.freeswitch.replies import Reply, ignore

log = logging.getLogger(__name__)

LegCommand = do.Originate | LegOrder
# Asked until it is done.
Insisted = do.KillLeg | do.BringBack | on_credit.EndAt | move.Part

# The switch may take so much longer than the legs' own limits before we stop waiting for its answer (seconds).
PATIENCE_S = 10 + GRACE_S
# A command that must be carried out is repeated so often and for so long (seconds).
AGAIN_S = 0.4
INSIST_S = 4.0
# A connection that is down for less is waited for (seconds): the next agent could not be rung over it either.
LINK_S = 2.0
LOOK_S = 0.05
# The cause of a leg that could not be rung because of us or of the connection to the switch.
NOT_SENT = "NETWORK_OUT_OF_ORDER"
# An offer that the switch does not take now is made again at once, perhaps to the same agent: not more often (seconds).
REFUSED_S = 0.5
# Phones that may ring without a call are ended when the switch can be reached again, within so many seconds; no phone
# rings longer.
NOT_TOLD_S = 700.0
NO_WORD = "RECOVERY_ON_TIMER_EXPIRE"
NOT_WANTED = "ORIGINATOR_CANCEL"


class LegLine:
    """Carries out what calls ask of legs.

    Args:
        link_of: the connection to a switch, None if it has none (any more).
        profile_of: SIP profile our phones register at on a switch.
    """

    def __init__(self, link_of: Callable[[str], SwitchLink | None], profile_of: Callable[[str], str]) -> None:
        self._link_of = link_of
        self._profile_of = profile_of

    def carry_out(self, command: LegCommand, driver: DrivenCall) -> None:
        """Carry it out; the result is delivered to the driver."""
        match command:
            case do.Originate():
                gevent.spawn(self._dial, command, driver)
            case do.Join(first, second):
                self._ask(
                    command,
                    driver,
                    lambda reply: driver.deliver(
                        Joined(first, second) if reply.ok else JoinFailed(first, second, reply.text.strip())
                    ),
                    lambda error: driver.deliver(JoinFailed(first, second, error)),
                )
            case do.KillLeg() | do.BringBack() | move.Part():
                patience_s = NOT_TOLD_S if isinstance(command, do.KillLeg) else INSIST_S
                self._insist(command, driver, clock.monotonic() + patience_s)
            case say.StartRecording(media_id=media_id):
                self._record(command, driver, media_id)
            case say.HideKeys(on=False):  # at a channel that has just gone there is nothing to hide
                self._ask(command, driver, ignore)
            case on_credit.EndAt():
                # the end that was told before holds until the switch can be reached
                self._insist(command, driver, clock.monotonic() + INSIST_S)
            case on_credit.LookAtAnswer(leg):
                self._ask(command, driver, partial(_answer_told, driver, leg))
            case (
                do.Whisper()
                | say.AnnounceRecording()
                | say.EndPrompt()
                | say.MaskRecording()
                | say.StopRecording()
                | say.HideKeys()
                | on_credit.WarnPayer()
                | on_credit.ComeBack()
                | move.ListenForCodes()
                | move.KeepLeg()
                | move.JoinAsThird()
            ):
                call = driver.call
                self._ask(command, driver, lambda reply: None if reply.ok else _refused(command, call, reply.text))

    def _record(self, command: say.StartRecording, driver: DrivenCall, media_id: str) -> None:
        """Where the switch can be asked and refuses, there will be no file. Where it cannot, the worker
        that takes the call over asks again, or the file turns up.
        """

        def failed(why: str, *, refused: bool = False) -> None:
            driver.deliver(RecordingFailed(media_id, why, refused))

        def replied(reply: Reply) -> None:
            if not reply.ok:
                _refused(command, driver.call, reply.text)
                failed(reply.text.strip(), refused=True)

        self._ask(command, driver, replied, failed)

    def _dial(self, command: do.Originate, driver: DrivenCall) -> None:
        try:
            self._originate(command, driver)
        except Exception as error:  # this greenlet has no other observer
            driver.failed("dialling", error)

    def _originate(self, command: do.Originate, driver: DrivenCall) -> None:
        result = self._run(command, driver)
        if isinstance(result, OriginateFailed):
            driver.deliver(result)
        elif not result.ok:
            driver.deliver(OriginateFailed(_ids(command), result.value))
        elif isinstance(driver.call.state, Closed):  # there is no caller left for the leg that was answered
            self.carry_out(do.KillLeg(result.value, NOT_WANTED), driver)
        else:
            driver.deliver(LegAnswered(result.value))

    def _run(self, command: do.Originate, driver: DrivenCall) -> JobResult | OriginateFailed:
        """The result; OriginateFailed where it failed because of us, of the switch or of the way to it."""
        call, legs = driver.call, _ids(command)
        link = self._link_up(call.switch)
        if link is None:
            return OriginateFailed(legs, NOT_SENT, sent=False)
        try:
            line = originate(command, call, self._profile_of(call.switch))
            for_s = longest_s(command.legs) + PATIENCE_S + link.pacing.slack_s
            return link.bgapi(line, clock.new_id(), for_s, lambda: _is_rung(driver, legs))
        except NotWanted:  # the caller hung up while it waited for its turn
            return OriginateFailed(legs, NOT_WANTED, sent=False)
        except JobTimedOut as error:
            _refused(command, call, str(error))
            for leg in legs:  # they may ring on
                self.carry_out(do.KillLeg(leg, NOT_WANTED), driver)
            return OriginateFailed(legs, NO_WORD, told=False)
        except (ConnectionLost, ReplyTimedOut) as error:
            _refused(command, call, str(error))
            return self._not_told(command, driver)
        except (LimitReached, CommandRefused) as error:
            _refused(command, call, str(error))
            gevent.sleep(REFUSED_S)
            return OriginateFailed(legs, NOT_SENT, sent=False)
        except EventSocketError as error:
            _refused(command, call, str(error))
            return OriginateFailed(legs, NOT_SENT)

    def _not_told(self, command: do.Originate, driver: DrivenCall) -> OriginateFailed:
        """The connection was lost before the switch told what came of it: the phones may ring, and a person who
        answers would hear nothing. As soon as the switch can be told they are ended; how they end it tells then."""
        for leg, _ in command.legs:
            kill = do.KillLeg(leg, NOT_WANTED)
            gevent.spawn(self._insist_when_up, kill, driver, clock.monotonic() + NOT_TOLD_S)
        return OriginateFailed(_ids(command), NOT_SENT, told=False)

    def _insist_when_up(self, command: Insisted, driver: DrivenCall, due: float) -> None:
        while clock.monotonic() < due and self._link_up(driver.call.switch) is None:
            gevent.sleep(LOOK_S)
        self._insist(command, driver, due)

    def _link_up(self, switch: str) -> SwitchLink | None:
        """The connection to a switch, waited for if it is being made anew; None: it is not there within LINK_S."""
        due = clock.monotonic() + LINK_S
        while (link := self._link_of(switch)) is not None and not link.is_up and clock.monotonic() < due:
            gevent.sleep(LOOK_S)
        return link if link is not None and link.is_up else None

    def _insist(self, command: Insisted, driver: DrivenCall, due: float) -> None:
        """Ask until it is done: the connection may be about to be made (a worker that takes calls over has just begun)
        or break before the reply, a leg may not have become a channel yet. To ask once more does no harm.

        Args:
            due: until when a connection that is down is waited for. What is refused is asked again for INSIST_S.
        """
        until = min(due, clock.monotonic() + INSIST_S)
        if is_outdated(command, driver.call):
            return

        def refused() -> None:
            if clock.monotonic() < until:
                gevent.spawn_later(AGAIN_S, self._ask, command, driver, replied, untold, untold)

        def replied(reply: Reply) -> None:
            if not reply.ok:
                refused()

        def untold(_: object) -> None:
            if clock.monotonic() < due:
                gevent.spawn_later(AGAIN_S, self._insist_when_up, command, driver, due)

        self._ask(command, driver, replied, untold, untold)

    def _ask(
        self,
        command: LegOrder,
        driver: DrivenCall,
        on_reply: Callable[[Reply], object],
        on_failure: Callable[[str], object] = lambda error: None,
        on_lost: Callable[[EventSocketError], object] | None = None,
    ) -> None:
        """Ask it of the switch. `on_failure`: it was not sent; `on_lost`: it was, and the connection broke before the
        reply.
        """
        link = self._link_of(driver.call.switch)
        try:
            if link is not None:
                for line in before(command, driver.call):
                    link.ask(line, ignore)
                link.ask(leg_command(command, driver.call), on_reply, on_lost)
                for line in after(command, driver.call):
                    link.ask(line, ignore)
                return
            trouble = f"there is no switch {driver.call.switch}"
        except EventSocketError as error:
            trouble = str(error)
        _refused(command, driver.call, trouble)
        on_failure(trouble)


def _answer_told(driver: DrivenCall, leg: str, reply: Reply) -> None:
    answered = answered_in(reply)
    if answered is not None:
        driver.deliver(AnswerFound(leg, answered))


def is_outdated(command: LegOrder, call: Call) -> bool:
    """Whether the switch is to be told, or has been told, a later end of the leg."""
    return isinstance(command, on_credit.EndAt) and any(
        credit.leg == command.leg_id and credit.moves != command.number for credit in call.credits
    )


def _is_rung(driver: DrivenCall, legs: tuple[str, ...]) -> bool:
    """Whether the call still wants one of these legs to ring."""
    return not set(legs).isdisjoint(driver.call.state.being_rung)


def _ids(command: do.Originate) -> tuple[str, ...]:
    return tuple(leg for leg, _ in command.legs)


def _refused(command: LegCommand, call: Call, why: str) -> None:
    meters.command_errors_total.labels(call.switch).inc()
    log.warning("%s was not carried out: %s", type(command).__name__, why.strip(), extra={"call": call.id})
