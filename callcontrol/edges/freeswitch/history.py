"""How a call came to us, as its headers say: Diversion (RFC 5806), History-Info (RFC 7044) and our own mark.

What others wrote is taken apart and put together anew from parts that mean nothing to the switch; what is no such part
is left out, and the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from callcontrol.routing.carrier_loops import NUMBERS_KEPT, PASSED_HEADER
from callcontrol.vocabulary.call import NO_ORIGIN, Origin

# What is kept of a header: that much is read, that much goes on, with ours in front.
HEADER_CHARACTERS: Final = 2_000
SENT_CHARACTERS: Final = 500

# Channel variables: sofia_handle_sip_i_invite in sofia.c.
DIVERSION: Final = "variable_sip_h_Diversion"
HISTORY: Final = "variable_sip_history_info"
PASSED: Final = f"variable_sip_h_{PASSED_HEADER}"

# No part of an entry holds a "<": a header of many beginnings without an end is read once, and not once per beginning.
_ENTRY: Final = re.compile(
    r"<(?:sips?|tel):(?P<user>[A-Za-z0-9+._*#-]{1,64})(?:;[^<@>?]{0,200})?(?:@(?P<host>[A-Za-z0-9.-]{1,253}))?"
    r"(?::[0-9]{1,5})?(?:;[^<@>?]{0,200})?(?:\?(?P<inner>[^<>]{0,300}))?>(?P<parameters>[^,<]{0,200})"
)
_PARAMETERS: Final = {
    "reason": re.compile(r"reason=\"?([a-z-]{1,32})", re.IGNORECASE),
    "counter": re.compile(r"counter=([0-9]{1,3})", re.IGNORECASE),
    "privacy": re.compile(r"privacy=\"?([a-z-]{1,16})", re.IGNORECASE),
}
_CAUSE: Final = re.compile(r"cause(?:%3D|=)([0-9]{3})", re.IGNORECASE)
_INDEX: Final = re.compile(r"index=([0-9]{1,4}(?:\.[0-9]{1,4}){0,9})", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"[0-9]{2,15}(?:-[0-9]{2,15})*")


def read_origin(data: Mapping[str, str]) -> Origin:
    """What the variables of an arriving channel say of the call's way: mostly nothing."""
    if not (data.get(PASSED) or data.get(DIVERSION) or data.get(HISTORY)):
        return NO_ORIGIN
    return Origin(
        passed=_passed(data.get(PASSED, "")),
        diversion=_joined(_diversions(data.get(DIVERSION, ""))),
        history=_joined(_history(data.get(HISTORY, ""))),
    )


def _passed(value: str) -> tuple[str, ...]:
    written = value[:HEADER_CHARACTERS].strip()
    return tuple(f"+{digits}" for digits in written.split("-")[:NUMBERS_KEPT]) if _NUMBERS.fullmatch(written) else ()


def _joined(entries: Iterator[str]) -> str:
    """Entries from the first on, as many as may be sent on."""
    kept = ""
    for entry in entries:
        longer = f"{kept},{entry}" if kept else entry
        if len(longer) > SENT_CHARACTERS:
            break
        kept = longer
    return kept


def _entries(value: str) -> Iterator[re.Match[str]]:
    return _ENTRY.finditer(value[:HEADER_CHARACTERS])


def _identity(entry: re.Match[str]) -> str:
    return f"{entry['user']}@{entry['host'] or 'unknown.invalid'}"


def _diversions(value: str) -> Iterator[str]:
    for entry in _entries(value):
        found = {name: pattern.search(entry["parameters"]) for name, pattern in _PARAMETERS.items()}
        yield f"<sip:{_identity(entry)}>" + "".join(f";{name}={said[1]}" for name, said in found.items() if said)


def _history(value: str) -> Iterator[str]:
    for entry in _entries(value):
        index, cause = _INDEX.search(entry["parameters"]), _CAUSE.search(entry["inner"] or "")
        if index is not None:
            reason = f"?Reason=SIP%3Bcause%3D{cause[1]}" if cause else ""
            yield f"<sip:{_identity(entry)}{reason}>;index={index[1]}"
