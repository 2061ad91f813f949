"""`sched_…`: what is due later."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator import causes
from callcontrol.simulator.api.channels import NO_SUCH
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.session import SwitchBase

_OK = "+OK\n"


def sched_del(switch: SwitchBase, argument: str) -> str:
    """`sched_del task-id|group`"""
    if not argument:
        return "-ERR Invalid syntax\n"
    count = switch.tasks.delete(int(argument)) if argument.isdigit() else switch.tasks.delete_group(argument)
    return f"+OK Deleted: {count}\n"


def unsched_api(switch: SwitchBase, argument: str) -> str:
    """`unsched_api task-id`"""
    found = switch.tasks.delete(int(argument)) if argument.isdigit() else 0
    return _OK if found else "-ERR No such id\n"


def sched_hangup(switch: SwitchBase, argument: str) -> str:
    """`sched_hangup [+]time uuid [cause]`"""
    words = [*argument.split(), "", ""]
    if len(words) < 4:
        return "-USAGE: [+]<time> <uuid> [<cause>]\n"
    channel = switch.core.live(words[1])
    if channel is None:
        return NO_SUCH
    cause = causes.named(words[2] or "ALLOTTED_TIMEOUT")
    if words[0] in ("+0", "0"):
        channel.hangup(cause)
    else:
        switch.hang_up_later(channel, words[0], cause)
    return _OK


def sched_transfer(switch: SwitchBase, argument: str) -> str:
    """`sched_transfer [+]time uuid extension [dialplan [context]]`"""
    words = separate(argument, " ")
    if not 3 <= len(words) <= 5:
        return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n"
    when, uuid, extension, dialplan, context = [*words, "", ""][:5]
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH
    switch.transfer_later(channel, when, extension, dialplan, context)
    return _OK


COMMANDS: dict[str, Callable[[SwitchBase, str], str]] = {
    "sched_del": sched_del,
    "unsched_api": unsched_api,
    "sched_hangup": sched_hangup,
    "sched_transfer": sched_transfer,
}
