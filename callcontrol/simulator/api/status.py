"""Questions about the whole switch: status, version, channels, registrations, variables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.events import VERSION
from callcontrol.simulator.phones import Phone
from callcontrol.simulator.session import SwitchBase
from callcontrol.simulator.timeline import local_stamp

_REGISTERED_FOR_S = 3600


def status(switch: SwitchBase, argument: str) -> str:
    """`status`"""
    core = switch.core
    up_s = (core.timeline.now_us() - core.started_us) // 1_000_000
    return (
        f"UP 0 years, {up_s // 86400} days, {up_s // 3600 % 24} hours, {up_s // 60 % 60} minutes, {up_s % 60} seconds, "
        "0 milliseconds, 0 microseconds\n"
        f"FreeSWITCH (Version {VERSION}) is ready\n"
        f"{core.sessions_since_start} session(s) since startup\n"
        f"{len(core.channels)} session(s) - peak {core.sessions_peak}, last 5min {core.sessions_peak} \n"
        "0 session(s) per Sec out of max 1000, peak 0, last 5min 0 \n"
        "5000 session(s) max\n"
        "min idle cpu 0.00/99.00\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


def version(switch: SwitchBase, argument: str) -> str:
    """`version [short]`"""
    if "short" in argument:
        return VERSION.partition("-")[0] + "\n"
    return f"FreeSWITCH Version {VERSION} (git cc93a68 2026-08-21 14:10:14Z 64bit)\n"


def show(switch: SwitchBase, argument: str) -> str:
    """`show channels|calls|registrations [as json]`, `show channels count`"""
    words = argument.split()
    as_json = words[-2:] == ["as", "json"]
    match words[0] if words else "":
        case "channels" | "calls":
            rows = [_channel_row(channel) for channel in switch.core.shown_channels()]
        case "registrations":
            rows = [_registration_row(switch, phone) for phone in switch.directory.registered()]
        case _:
            return "-USAGE: calls|channels|registrations [as json]\n"
    return _as_json(rows) if as_json else _as_text(rows)


def _as_json(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return '{"row_count": 0}'
    return json.dumps({"row_count": len(rows), "rows": rows}, separators=(",", ":"), ensure_ascii=False)


def _as_text(rows: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    if rows:
        lines.append(",".join(rows[0]))
        lines += [",".join(str(value) for value in row.values()) for row in rows]
        lines.append("")
    return "\n".join([*lines, f"{len(rows)} total.", ""])


def _channel_row(channel: Channel) -> dict[str, Any]:
    p = channel.profile
    coded = channel.has_codec
    codec = {"codec": "PCMU" if coded else "", "rate": "8000" if coded else "", "bit_rate": "64000" if coded else ""}
    return {
        "uuid": channel.uuid,
        "direction": p.direction,
        "created": local_stamp(p.times.created),
        "created_epoch": str(p.times.created // 1_000_000),
        "name": channel.name,
        "state": channel.shown_state,
        "cid_name": p.name,
        "cid_num": p.number,
        "ip_addr": p.network_addr,
        "dest": p.destination,
        "application": channel.get("current_application") or "",
        "application_data": channel.get("current_application_data") or "",
        "dialplan": p.dialplan,
        "context": p.context,
        **{f"read_{name}": value for name, value in codec.items()},
        **{f"write_{name}": value for name, value in codec.items()},
        "secure": "",
        "hostname": channel.core.head.hostname,
        "presence_id": "",
        "presence_data": "",
        "accountcode": "",
        "callstate": channel.shown_callstate,
        "callee_name": p.callee_name,
        "callee_num": p.callee_number,
        "callee_direction": "SEND" if p.callee_number else "",
        "call_uuid": channel.call_uuid,
        "sent_callee_name": channel.get("last_sent_callee_id_name") or "",
        "sent_callee_num": channel.get("last_sent_callee_id_number") or "",
        "initial_cid_name": p.original_name,
        "initial_cid_num": p.original_number,
        "initial_ip_addr": p.network_addr,
        "initial_dest": p.destination,
        "initial_dialplan": p.dialplan,
        "initial_context": p.context,
    }


def _registration_row(switch: SwitchBase, phone: Phone) -> dict[str, Any]:
    user, _, realm = phone.address.partition("@")
    return {
        "reg_user": user,
        "realm": realm,
        "token": phone.registration or f"token-{user}-{phone.contact_port}",
        "url": contact_of(phone),
        "expires": str(switch.core.timeline.epoch_s() + _REGISTERED_FOR_S),
        "network_ip": "127.0.0.1",
        "network_port": str(phone.contact_port),
        "network_proto": "udp",
        "hostname": switch.core.head.hostname,
        "metadata": "",
    }


def contact_of(phone: Phone) -> str:
    """`sofia/internal/sip:101@127.0.0.1:40001`"""
    user = phone.address.partition("@")[0]
    return f"sofia/internal/sip:{user}@127.0.0.1:{phone.contact_port}"


def sofia_contact(switch: SwitchBase, argument: str) -> str:
    """`sofia_contact [profile/]user@domain`"""
    address = argument.rpartition("/")[2]
    phone = switch.directory.phones.get(address)
    if phone is None or not phone.registered:
        return "error/user_not_registered"
    return contact_of(phone)


def global_getvar(switch: SwitchBase, argument: str) -> str:
    """`global_getvar [name]`"""
    if argument:
        return switch.core.globals.get(argument, "")
    return "".join(f"{name}={value}\n" for name, value in switch.core.globals.items())


def sofia(switch: SwitchBase, argument: str) -> str:
    """`sofia status`, `sofia status gateway name`"""
    words = argument.split()
    if words[:2] == ["status", "gateway"] and len(words) == 3:
        trunk = switch.directory.trunks.get(words[2])
        if trunk is None:
            return "Invalid Gateway!\n"
        return f"Name    \t{trunk.name}\nStatus  \t{_up(trunk.up)}\nState   \tNOREG\n"
    lines: Iterable[str] = (
        f"{trunk.name}\tgateway\tsip:{trunk.name}\tNOREG\t{_up(trunk.up)}" for trunk in switch.directory.trunks.values()
    )
    return "\n".join(["Name\tType\tData\tState", *lines, ""])


def _up(up: bool) -> str:
    return "UP" if up else "DOWN"


def echo(switch: SwitchBase, argument: str) -> str:
    """`echo text`"""
    return argument


COMMANDS: dict[str, Callable[[SwitchBase, str], str]] = {
    "status": status,
    "version": version,
    "show": show,
    "sofia_contact": sofia_contact,
    "global_getvar": global_getvar,
    "sofia": sofia,
    "echo": echo,
}
