"""The switch's own records: those a FreeSWITCH 1.11.1 wrote (trimmed to what is read), and made-up ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from callcontrol.vocabulary.moment import SECOND_US, Instant

SEEN = Path(__file__).parent / "cdrs"
OUTSIDE = "edf1a8b2-7327-57e8-bfd2-d0b4cb2f927a"  # a mobile behind carrier-a that pressed 1
CALLER = "6dab0a41-79a2-49e1-96cf-b1beb8755d1b"  # its caller
AGENT = "44103369-136c-5393-8b0d-2ad62124e7b5"  # rung for a queue, parked, whispered to, bridged


def seen(leg: str) -> bytes:
    """What the real switch wrote of this leg."""
    (path,) = SEEN.glob(f"*{leg}.cdr.json")
    return path.read_bytes()


def cdr(leg: str, start: Instant, ended_s: float, answered_s: float | None = None, **variables: str | None) -> bytes:
    """A record of a leg; times in seconds after its start. Variables are as the switch writes them; None: not set."""

    def moment(after_s: float | None) -> str:
        return "0" if after_s is None else str(start + round(after_s * SECOND_US))

    found: dict[str, str | None] = {
        "uuid": leg,
        "direction": "outbound",
        "start_uepoch": moment(0),
        "progress_uepoch": moment(0),
        "answer_uepoch": moment(answered_s),
        "bridge_uepoch": moment(answered_s),
        "end_uepoch": moment(ended_s),
        "hangup_cause": "NORMAL_CLEARING",
        "sip_hangup_disposition": "recv_bye",
    }
    context, dialled = variables.pop("context", "public"), variables.pop("dialled", "117%acme.example")
    found |= variables
    profile = {"destination_number": dialled, "caller_id_number": "+48500100200", "context": context}
    value: dict[str, Any] = {
        "variables": {name: text for name, text in found.items() if text is not None},
        "callflow": [{"caller_profile": profile}],
    }
    return json.dumps(value).encode()


def put(folder: Path, leg: str, data: bytes, at: Instant, prefix: str = "") -> Path:
    """A file as the switch leaves it, last written at this moment."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{prefix}{leg}.cdr.json"
    path.write_bytes(data)
    os.utime(path, ns=(at * 1000, at * 1000))
    return path
