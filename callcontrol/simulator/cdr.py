"""The switch's own record of a leg that ended, as mod_json_cdr writes it: `[a_]UUID.cdr.json` in a folder.

Held to what a FreeSWITCH 1.11.1 writes with `encode-values`, `prefix-a-leg` and `log-b-leg`: values of `variables` are
percent-encoded, those of `callflow` are not; every way through the dialplan has a callflow, the latest first; a leg
that another channel stood behind has no `a_` before its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson

from callcontrol.simulator.channel_values import ChannelValues
from callcontrol.simulator.profile import CallerProfile, Times

_PREFIX: Final = "variable_"
_UNSAFE: Final = frozenset(b'\r\n #%&+:;<=>?@[\\]^`{|}"')  # SWITCH_URL_UNSAFE in switch_utils.h
_FIRST, _LAST = ord(" "), ord("~")


def write_cdr(channel: ChannelValues, folder: Path) -> None:
    """Write the record of a channel in CS_REPORTING."""
    prefix = "" if channel.other_headers.get("Other-Type") == "originator" else "a_"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}{channel.uuid}.cdr.json").write_bytes(orjson.dumps(_value(channel)))


def encoded(text: str) -> str:
    """switch_url_encode."""
    return "".join(_character(byte) for byte in text.encode("utf-8", "surrogateescape"))


def _character(byte: int) -> str:
    return chr(byte) if _FIRST <= byte <= _LAST and byte not in _UNSAFE else f"%{byte:02X}"


def _value(channel: ChannelValues) -> dict[str, object]:
    variables = {name.removeprefix(_PREFIX): encoded(value) for name, value in channel.variables.items()}
    return {
        "core-uuid": channel.core.head.core_uuid,
        "switchname": channel.core.head.hostname,
        "channel_data": {"state": channel.running, "direction": channel.profile.direction, "state_number": "11"},
        "variables": variables,
        "callflow": _callflow(channel.profile),
    }


def _callflow(profile: CallerProfile | None) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    while profile is not None:
        found.append(_flow(profile))
        profile = profile.before
    return found


def _flow(profile: CallerProfile) -> dict[str, object]:
    who = {
        "username": profile.username,
        "dialplan": profile.dialplan,
        "caller_id_name": profile.name,
        "ani": profile.ani,
        "caller_id_number": profile.number,
        "network_addr": profile.network_addr,
        "rdnis": profile.rdnis,
        "destination_number": profile.destination,
        "uuid": profile.uuid,
        "source": profile.source,
        "context": profile.context,
        "chan_name": profile.channel_name,
    }
    printable = {name: text.encode("utf-8", "replace").decode() for name, text in who.items()}
    index = str(profile.index)
    return {"profile_index": index, "caller_profile": printable, "times": _times(profile.times)}


def _times(times: Times) -> dict[str, str]:
    return {
        "created_time": str(times.created),
        "profile_created_time": str(times.profile_created),
        "progress_time": str(times.progress),
        "progress_media_time": str(times.progress_media),
        "answered_time": str(times.answered),
        "bridged_time": str(times.bridged),
        "hangup_time": str(times.hungup),
    }
