"""`${variable}` in an application's argument, expanded as the switch does: recursively, also inside stored values.

`${api(...)}` is left out as with `api-expansion=false`, which the switches of this project run with.
"""

from __future__ import annotations

import re

from callcontrol.simulator.channel_values import ChannelValues

_REFERENCE = re.compile(r"\$\{([^${}]+)\}")
_DEEPEST = 16

_PROFILE_WORDS = {
    "caller_id_number": "number",
    "caller_id_name": "name",
    "destination_number": "destination",
    "context": "context",
    "channel_name": "channel_name",
}


def expand(channel: ChannelValues, text: str) -> str:
    """The text with every `${…}` replaced; unknown variables become nothing."""
    if "${" not in text:
        return text
    for _ in range(_DEEPEST):
        expanded = _REFERENCE.sub(lambda found: _value(channel, found[1]), text)
        if expanded == text:
            break
        text = expanded
    return text


def _value(channel: ChannelValues, name: str) -> str:
    if "(" in name:
        return ""
    value = channel.get(name)
    if value is not None:
        return value
    attribute = _PROFILE_WORDS.get(name)
    if attribute is not None:
        return str(getattr(channel.profile, attribute))
    return channel.core.globals.get(name, "")
