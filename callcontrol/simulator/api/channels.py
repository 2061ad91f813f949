"""`uuid_…`: questions and orders about one channel."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator import bridging, causes, encoding, recordings
from callcontrol.simulator.channel import Channel, Order
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.session import SwitchBase
from callcontrol.simulator.transfer import transfer

NO_SUCH = "-ERR No such channel!\n"
_OK = "+OK\n"


def exists(switch: SwitchBase, argument: str) -> str:
    """`uuid_exists uuid`"""
    return "true" if switch.core.live(argument) is not None else "false"


def setvar(switch: SwitchBase, argument: str) -> str:
    """`uuid_setvar uuid name [value]`"""
    words = argument.split(" ", 2)
    if len(words) < 2:
        return "-USAGE: <uuid> <var> [value]\n"
    channel = switch.core.live(words[0])
    if channel is None:
        return NO_SUCH
    value = separate(words[2], "\0") if len(words) == 3 else []
    channel.set(words[1], value[0] if value else None)
    return _OK


def setvar_multi(switch: SwitchBase, argument: str) -> str:
    """`uuid_setvar_multi uuid a=1;b=2`"""
    uuid, _, pairs = argument.partition(" ")
    if not pairs:
        return "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH + "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    for pair in separate(pairs, ";"):
        name, _, value = pair.partition("=")
        channel.set(name, value or None)
    return _OK


def getvar(switch: SwitchBase, argument: str) -> str:
    """`uuid_getvar uuid name`"""
    uuid, _, name = argument.partition(" ")
    if not name:
        return "-USAGE: <uuid> <var>\n"
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH
    value = channel.get(name.strip())
    return "_undef_" if value is None else value


def dump(switch: SwitchBase, argument: str) -> str:
    """`uuid_dump uuid [json]`"""
    uuid, _, form = argument.partition(" ")
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH if uuid else "-USAGE: <uuid> [format]\n"
    headers = {
        **channel.core.head.headers("CHANNEL_DATA"),
        **channel.basic_headers(),
        **channel.variables,
    }
    if form == "json":
        return encoding.json_event(headers, None).partition(b"\n\n")[2].decode()
    if form == "plain":
        return encoding.plain_lines(headers).decode()
    return "".join(f"{name}: {value}\n" for name, value in headers.items()) + "\n"


def kill(switch: SwitchBase, argument: str) -> str:
    """`uuid_kill uuid [cause]`"""
    uuid, _, cause = argument.partition(" ")
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH if uuid else "-USAGE: <uuid> [cause]\n"
    channel.hangup(causes.named(cause or "NORMAL_CLEARING"))
    return _OK


def break_playback(switch: SwitchBase, argument: str) -> str:
    """`uuid_break uuid [all] [both]`"""
    uuid, _, flags = argument.partition(" ")
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH if uuid else "-USAGE: <uuid> [all]\n"
    both = [channel.partner] if "both" in flags and channel.partner is not None else []
    for one in (channel, *both):
        if one.session is not None:
            one.session.break_application(flush="all" in flags)
    return _OK


def bridge(switch: SwitchBase, argument: str) -> str:
    """`uuid_bridge uuid other [another]`"""
    words = argument.split()
    if len(words) < 2:
        return "-USAGE: <uuid> <other_uuid>\n"
    for other in words[1:3]:
        if bridging.uuid_bridge(switch, words[0], other):
            return f"+OK {other}\n"
    return "-ERR Invalid uuid\n"


def send_elsewhere(switch: SwitchBase, argument: str) -> str:
    """`uuid_transfer uuid [-bleg|-both] extension [dialplan [context]]`"""
    words = separate(argument, " ")
    if len(words) < 2:
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    uuid, *rest = words
    which = rest.pop(0) if rest[0].startswith("-") else ""
    extension, dialplan, context = [*rest, "", "", ""][:3]
    channel = switch.core.live(uuid)
    if channel is None:
        return NO_SUCH
    partner = channel.partner
    chosen: list[Channel] = [channel]
    if partner is not None and which == "-bleg":
        chosen = [partner]
    elif partner is not None and which == "-both":
        chosen = [partner, channel]
    done = [_transfer(switch, one, extension, dialplan, context) for one in chosen]
    return _OK if done[-1] else "-ERR\n"


def _transfer(switch: SwitchBase, channel: Channel, extension: str, dialplan: str, context: str) -> bool:
    switch.session_of(channel)
    return transfer(channel, extension, dialplan, context)


def broadcast(switch: SwitchBase, argument: str) -> str:
    """`uuid_broadcast uuid path-or-app::argument [aleg|bleg|both|holdb]`"""
    words = separate(argument, " ")
    if len(words) < 2:
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    channel = switch.core.live(words[0])
    if channel is None:
        return "-ERR invalid uuid\n"
    where = words[2] if len(words) > 2 else "aleg"
    takers = [channel] if "aleg" in where or "both" in where or "holdb" in where else []
    if ("bleg" in where or "both" in where) and channel.partner is not None:
        takers.append(channel.partner)
    app, scheme, app_argument = words[1].partition("::")
    order = Order(app, app_argument, lock=True) if scheme else Order("playback", words[1], lock=True)
    for taker in takers:
        switch.session_of(taker).queue(order)
    return "+OK Message sent\n"


def answer(switch: SwitchBase, argument: str) -> str:
    """`uuid_answer uuid`"""
    channel = switch.core.live(argument)
    if channel is None:
        return NO_SUCH
    channel.mark_answered()
    return _OK


def hang_up_all(switch: SwitchBase, argument: str) -> str:
    """`hupall [cause [variable value]]`"""
    cause, name, value = [*argument.split(), "", "", ""][:3]
    cause = causes.named(cause) if cause else "MANAGER_REQUEST"
    for channel in list(switch.core.channels.values()):
        if not name or channel.get(name) == value:
            channel.hangup(cause)
    matching = f" matching [{name}]=[{value}] with cause: {cause}" if name else f" with cause {cause}"
    return f"+OK hangup all channels{matching}\n"


COMMANDS: dict[str, Callable[[SwitchBase, str], str]] = {
    "uuid_exists": exists,
    "uuid_setvar": setvar,
    "uuid_setvar_multi": setvar_multi,
    "uuid_getvar": getvar,
    "uuid_dump": dump,
    "uuid_kill": kill,
    "uuid_break": break_playback,
    "break": break_playback,
    "uuid_bridge": bridge,
    "uuid_transfer": send_elsewhere,
    "uuid_broadcast": broadcast,
    "uuid_answer": answer,
    "uuid_record": recordings.record,
    "hupall": hang_up_all,
}
