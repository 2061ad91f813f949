"""Applications that decide where a channel goes next: park, transfer, tasks for later, the event socket."""

from __future__ import annotations

from callcontrol.simulator import causes
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.eavesdropping import eavesdrop
from callcontrol.simulator.outbound import open_socket
from callcontrol.simulator.session import App, Session
from callcontrol.simulator.transfer import transfer as send_to


def park(session: Session, argument: str) -> None:
    """Wait for orders."""
    session.park()


def transfer(session: Session, argument: str) -> None:
    """`extension [dialplan [context]]`"""
    words = [*separate(argument, " "), "", "", ""]
    send_to(session.channel, words[0], words[1], words[2])


def sched_hangup(session: Session, argument: str) -> None:
    """`+seconds [cause]` or `epoch [cause]`"""
    when, _, cause = argument.partition(" ")
    session.switch.hang_up_later(session.channel, when, causes.named(cause or "ALLOTTED_TIMEOUT"))


def sched_transfer(session: Session, argument: str) -> None:
    """`+seconds extension [dialplan [context]]`"""
    words = [*separate(argument, " "), "", "", ""]
    session.switch.transfer_later(session.channel, words[0], words[1], words[2], words[3])


def sched_cancel(session: Session, argument: str) -> None:
    """Forget the tasks of a group, the call's own when none is named."""
    session.switch.tasks.delete_group(argument.strip() or session.channel.uuid)


def socket(session: Session, argument: str) -> None:
    """Hand the call to a controller: `host:port|host2:port async full`."""
    open_socket(session, argument)


APPS = (
    App("eavesdrop", eavesdrop, needs_media=True),
    App("park", park),
    App("transfer", transfer),
    App("sched_hangup", sched_hangup),
    App("sched_transfer", sched_transfer),
    App("sched_cancel", sched_cancel),
    App("socket", socket),
)
