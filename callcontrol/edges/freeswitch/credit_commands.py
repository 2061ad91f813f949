"""The end of a leg's credit, in the language of the switch's event socket.

The end is a task of the switch's scheduler, in a group of its own for each time that it moves: so the next end is there
before the last one is taken back, and at no moment is there none. A channel's own tasks (`sched_hangup`) are of the
group of its uuid, which can only be taken back as a whole (switch_scheduler.c, switch_scheduler_del_task_group).
"""

from __future__ import annotations

from callcontrol.control.call import Call
from callcontrol.control.credit_commands import ComeBack, CreditOrder, EndAt, LookAtAnswer, WarnPayer
from callcontrol.edges.freeswitch.channel_events import dumped_stamp
from callcontrol.edges.freeswitch.replies import Reply
from callcontrol.edges.freeswitch.safe import destination, playable
from callcontrol.vocabulary.moment import Instant

# The cause with which the switch ends a leg whose credit is at its end.
CAUSE = "ALLOTTED_TIMEOUT"


def first_end(leg: str, talk_s: int) -> str:
    """What the switch does when the leg is answered (variable `api_on_answer`): it is to end after so many seconds."""
    return _end(f"+{talk_s}", leg, 0)


def before(command: CreditOrder) -> tuple[str, ...]:
    """The api commands that go ahead of it: a worker that died may have told the same, with another time."""
    return (f"sched_del {_group(command.leg_id, command.number)}",) if isinstance(command, EndAt) else ()


def after(command: CreditOrder) -> tuple[str, ...]:
    """The api commands that follow it: the end before counts no more."""
    return (f"sched_del {_group(command.leg_id, command.number - 1)}",) if isinstance(command, EndAt) else ()


def api_command(command: CreditOrder, call: Call, back_context: str) -> str:
    """The api command for what is asked for.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case EndAt(leg, at_s, number):
            return _end(str(at_s), leg, number)
        case LookAtAnswer(leg):
            return f"uuid_dump {leg} json"
        case WarnPayer(leg, file):
            return f"uuid_broadcast {leg} {playable(file)} aleg"
        case ComeBack():
            # before `hangup_after_bridge` (switch_ivr_bridge.c, switch_ivr_multi_threaded_bridge)
            return f"uuid_setvar {call.led} transfer_after_bridge {destination(call.destination)}:XML:{back_context}"


def answered_in(reply: Reply) -> Instant | None:
    """When the channel of this `uuid_dump … json` was answered; None: not yet, or it is no more."""
    return dumped_stamp(reply.text, "Answered") if reply.ok else None


def _end(when: str, leg: str, number: int) -> str:
    return f"sched_api {when} {_group(leg, number)} uuid_kill {leg} {CAUSE}"


def _group(leg: str, number: int) -> str:
    return f"credit-{number}-{leg}"
