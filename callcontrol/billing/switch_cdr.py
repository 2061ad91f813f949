"""The switch's own record of a leg that ended: a file of mod_json_cdr as a value.

    {"core-uuid": …, "switchname": …, "variables": {"uuid": …, "end_uepoch": "1795564965609445", …},
     "callflow": [{"caller_profile": {…}, "times": {…}}, …]}

What a FreeSWITCH 1.11.1 was seen to write (`encode-values` true): values of `variables` are percent-encoded, those of
`callflow` are not; a channel that was transferred has a callflow for each of its ways, the latest first. The prefix
`a_` of a file's name says only that no other channel stood behind it, so that a phone rung for a queue has it as well:
whose leg it is, its variables say. `socket_host` is set even if no worker took the call; the channel goes to the
context `fallback` then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from callcontrol.vocabulary.call import Stamps, call_id_of
from callcontrol.vocabulary.moment import EARLIEST, LATEST, Instant

FALLBACK_CONTEXT: Final = "fallback"
MAX_ADDRESS: Final = 128  # characters

_ENCODED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_UUID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
# Callers write what they like: only what numbers and SIP users are made of is kept.
_NOT_ADDRESS: Final = re.compile(r"[^A-Za-z0-9+*#@%._-]")


class BadCdr(ValueError):
    """The file is no record of a leg that ended; the message says why."""


@dataclass(frozen=True, slots=True)
class LegEnd:
    """How a leg ended, by the switch's own record.

    Attributes:
        call_id: the call it belongs to: our mark on it (`cc_call`); without one the call that arrived on it.
        tenant, payer, direction: our marks on it (`cc_tenant`, `cc_payer`, `cc_direction`); "" where it has none.
        is_marked: whether it has a mark of ours at all.
        is_callers: whether it is the caller's own channel.
        reached_us: it came to the event socket, which a worker perhaps took.
        fell_back: it was sent on to the last resort: no worker took it, or that worker is gone.
        is_inbound: the switch was called on it, and did not call.
        context: where in the dialplan it came in.
        domain: of the phone the switch has authenticated; "" for others.
        gateway: the one it went out through; "" for others, and for what came in.
        address: what was dialled: account@domain, digits, URI; on a caller's channel the number dialled first.
        number: who called, as shown on this channel.
        hung_up_by: `caller`, `callee`, `switch`, or "" where the switch does not say.
    """

    leg_id: str
    call_id: str
    tenant: str
    payer: str
    is_marked: bool
    is_callers: bool
    reached_us: bool
    fell_back: bool
    gateway: str
    address: str
    number: str
    stamps: Stamps
    cause: str
    hung_up_by: str
    is_inbound: bool = False
    context: str = ""
    domain: str = ""
    direction: str = ""


def read_cdr(data: bytes) -> LegEnd:
    """The leg's end.

    Raises:
        BadCdr: no JSON (perhaps half written), or not the record of a channel that ended.
    """
    try:
        value = orjson.loads(data.decode("utf-8", "replace"))
        return _leg_end(value["variables"], value["callflow"])
    except orjson.JSONDecodeError as error:
        raise BadCdr(f"no JSON, perhaps half written: {error}") from error
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadCdr(f"not the record of a channel: {type(error).__name__}: {error}") from error


def _leg_end(variables: Mapping[str, Any], flows: list[Mapping[str, Any]]) -> LegEnd:
    """Of the profiles the first one tells what was dialled; the latest is the first in the list."""
    first = flows[-1]["caller_profile"]
    leg = _text(variables, "uuid")
    if not _UUID.fullmatch(leg):
        raise BadCdr(f"no id of a channel: {leg[:80]!r}")
    call, tenant = _text(variables, "cc_call"), _text(variables, "cc_tenant")
    is_callers = call in ("", leg, call_id_of(leg))
    contexts = {flow["caller_profile"].get("context") for flow in flows}
    return LegEnd(
        leg_id=leg,
        call_id=call or _unmarked_call(leg, tenant),
        tenant=tenant,
        payer=_text(variables, "cc_payer"),
        direction=_text(variables, "cc_direction"),
        is_marked=any(_text(variables, name) for name in ("cc_call", "cc_tenant")),
        is_callers=is_callers,
        reached_us="socket_host" in variables,
        fell_back=FALLBACK_CONTEXT in contexts,
        gateway=_text(variables, "sip_gateway_name") if variables.get("direction") == "outbound" else "",
        address=_address(first.get("destination_number", "")),
        number=_address(first.get("caller_id_number", "")),
        stamps=_stamps(variables),
        cause=_text(variables, "hangup_cause") or "NORMAL_UNSPECIFIED",
        hung_up_by=_hung_up_by(_text(variables, "sip_hangup_disposition"), is_callers=is_callers),
        is_inbound=variables.get("direction") == "inbound",
        context=str(first.get("context", "")),
        domain=_text(variables, "domain_name"),
    )


def _unmarked_call(channel: str, tenant: str) -> str:
    """The call that arrived on this channel. The version before marked it with the tenant alone: there the call had the
    channel's id. Where it has no mark, no worker had it for long enough to set one.
    """
    return channel if tenant else call_id_of(channel)


def _text(variables: Mapping[str, Any], name: str) -> str:
    """A variable's value, decoded; "" if it is not set."""
    raw = str(variables.get(name, "")).encode("utf-8", "replace")
    return _ENCODED.sub(lambda found: bytes([int(found[1], 16)]), raw).decode("utf-8", "replace")


def _address(text: object) -> str:
    """The switch writes `101%acme.example` for an account that was looked up at its registrar, and where it sent an
    INVITE behind a semicolon.
    """
    return _NOT_ADDRESS.sub("", str(text).partition(";")[0])[:MAX_ADDRESS].replace("%", "@")


def _stamps(variables: Mapping[str, Any]) -> Stamps:
    """`*_uepoch`: microseconds since the epoch, 0 for what did not happen."""
    created, ended = _instant(variables, "start_uepoch"), _instant(variables, "end_uepoch")
    if created is None or ended is None:
        raise BadCdr("the channel has no beginning or no end: start_uepoch or end_uepoch is missing")
    ringing = [_instant(variables, name) for name in ("progress_uepoch", "progress_media_uepoch")]
    return Stamps(
        created=created,
        ringing=min((r for r in ringing if r is not None), default=None),
        answered=_instant(variables, "answer_uepoch"),
        ended=ended,
        bridged=_instant(variables, "bridge_uepoch"),
    )


def _instant(variables: Mapping[str, Any], name: str) -> Instant | None:
    text = _text(variables, name)
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or int(text) == 0:
        return None
    if not EARLIEST <= int(text) < LATEST:
        raise BadCdr(f"{name} is {text}: no time of the years 1900 to 2199")
    return Instant(int(text))


def _hung_up_by(disposition: str, *, is_callers: bool) -> str:
    """`sip_hangup_disposition` says who sent the message that ended the leg: recv_* the phone at its end."""
    if disposition.startswith("recv_"):
        return "caller" if is_callers else "callee"
    return "switch" if disposition.startswith("send_") else ""
