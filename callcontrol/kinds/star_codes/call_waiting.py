"""Whether a second call rings at an extension that is on a call: as GSM phones set it.

*43#           it rings            *#43#    does it
#43#           the extension is busy then, by its own rules for that
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.kinds.star_codes.overriding import SAVED, ChangeOverride, refused
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.override import CallWaiting, call_waiting_name
from callcontrol.vocabulary.target import ExtensionTarget, text_of

_FORM: Final = re.compile(r"(?P<verb>\*\#|\*|\#)43\#?")


def _decide(found: re.Match[str], facts: Facts) -> ChangeOverride:
    extension, verb = facts.caller.extension, found["verb"]
    of = call_waiting_name(extension)
    if not facts.tenant.call_waiting:
        return refused("call waiting is not set by phone here (call_waiting)", of)
    on = facts.has_call_waiting(extension) if verb == "*#" else verb == "*"
    heard, what = (CONFIRM, "on") if on else (OFF, "off")
    if verb == "*#":
        return ChangeOverride(of, what=what, heard=heard, ask=True)
    return ChangeOverride(of, CallWaiting(on, None, text_of(ExtensionTarget(extension)), facts.now), what, heard)


CODE = StarCode(
    _FORM,
    "every extension",
    (
        Usage("`*43#`, `*#43#`", "call waiting: a second call rings while the extension is on a call; does it"),
        Usage("`#43#`", "a second call finds the extension busy"),
    ),
    _decide,
    saved=(CallWaiting, *SAVED),
)
