"""Bytes of the event socket as the switch writes them: percent-encoding, reply frames, event frames.

This encoder is the simulator's own and shares nothing with the daemon's parser, so neither can hide the other's
fault. The rules are those of switch_url_encode (src/switch_utils.c) and mod_event_socket.c.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import orjson

GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
# `%` followed by two upper-case hex digits passes through unencoded: the switch's "double_encode=false".
_UNSAFE = re.compile(rb"%(?![0-9A-F]{2})|[\x00-\x20\"#&+:;<=>?@\[\\\]^`{|}\x7f-\xff]")

# Two characters that hold a block together while it is encoded; a value that has one is encoded by itself.
_IS, _NEXT = "\x01", "\x02"
_ARRAY = "ARRAY::"
_USUAL_BYTES = bytes((10, 13, *range(32, 127)))
_STAYS = re.compile(r"%[0-9A-F]{2}")
_USUAL = [("%", "%25")] + [(letter, f"%{ord(letter):02X}") for letter in '\r\n "#&+:;<=>?@[\\]^`{|}']
_ASCII = {code: f"%{code:02X}" for code in range(128) if _UNSAFE.fullmatch(bytes((code,)))}


def percent(value: str) -> str:
    """The value as a plain event carries it; an empty one is `_undef_`."""
    if not value:
        return "_undef_"
    if value.isascii() and "%" not in value:
        return value.translate(_ASCII)
    raw = value.encode("utf-8", "surrogateescape")
    return _UNSAFE.sub(_hex, raw).decode("ascii")


def _hex(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]


def plain_lines(headers: Mapping[str, str]) -> bytes:
    """The header lines of a plain event and the empty line after them."""
    whole = _NEXT.join(map(_IS.join, headers.items()))
    if "" not in headers.values() and _is_usual(whole, len(headers)):
        lines = _all_at_once(whole)
    else:
        lines = "\n".join(f"{name}: {percent(value)}" for name, value in headers.items())
    return lines.encode("ascii") + b"\n\n"


def _is_usual(whole: str, lines: int) -> bool:
    """Whether nothing in a block needs a closer look: plain ASCII, line breaks, no `%41` that would stay as it is."""
    if not whole.isascii() or ("%" in whole and _STAYS.search(whole)):
        return False
    left_over = whole.encode("ascii").translate(None, _USUAL_BYTES)
    return len(left_over) == 2 * lines - 1 and left_over.count(b"\x01") == lines


def _all_at_once(whole: str) -> str:
    """All values encoded in one go: a block of 165 headers is written for every call."""
    for letter, code in _USUAL:
        if letter in whole:
            whole = whole.replace(letter, code)
    return whole.replace(_NEXT, "\n").replace(_IS, ": ")


def plain_event(headers: Mapping[str, str], body: str | None) -> bytes:
    """A whole text/event-plain frame."""
    inner = plain_lines(headers)
    if body is not None:
        raw = body.encode("utf-8", "surrogateescape")
        inner = inner[:-1] + b"Content-Length: %d\n\n" % len(raw) + raw
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(inner) + inner


def json_event(headers: Mapping[str, str], body: str | None) -> bytes:
    """A whole text/event-json frame."""
    if body is not None:
        length = len(body.encode("utf-8", "surrogateescape"))
        headers = {**headers, "Content-Length": str(length), "_body": body}
    inner = _json(headers)
    if b'"ARRAY::' in inner:
        inner = _json({name: _values(value) for name, value in headers.items()})
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(inner) + inner


def _values(value: str) -> str | list[str]:
    """A header with several values is a list in JSON (switch_event_serialize_json_obj)."""
    return value.removeprefix(_ARRAY).split("|:") if value.startswith(_ARRAY) else value


def _json(headers: Mapping[str, str | list[str]]) -> bytes:
    try:
        return orjson.dumps(headers)
    except orjson.JSONEncodeError:  # bytes that are no UTF-8 go out as they came in, as from the switch
        text = json.dumps(dict(headers), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogateescape")


def reply(text: str) -> bytes:
    """A command/reply frame."""
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode("utf-8", "surrogateescape")


def job_reply(job_uuid: str) -> bytes:
    """What bgapi says at once."""
    head = f"Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job_uuid}\nJob-UUID: {job_uuid}\n\n"
    return head.encode("utf-8", "surrogateescape")


def api_response(text: str) -> bytes:
    """An api/response frame."""
    raw = text.encode("utf-8", "surrogateescape")
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(raw) + raw


def linger_notice(uuid: str, channel_name: str, linger_s: int) -> bytes:
    """What a lingering socket is told when the call ends, before the last events."""
    return (
        "Content-Type: text/disconnect-notice\n"
        f"Controlled-Session-UUID: {uuid}\nContent-Disposition: linger\n"
        f"Channel-Name: {channel_name}\nLinger-Time: {linger_s}\nContent-Length: 0\n\n"
    ).encode("utf-8", "surrogateescape")


def goodbye(session_uuid: str | None) -> bytes:
    """The last frame before the switch closes a connection."""
    head = "Content-Type: text/disconnect-notice\n"
    if session_uuid is not None:
        head += f"Controlled-Session-UUID: {session_uuid}\nContent-Disposition: disconnect\n"
    return f"{head}Content-Length: {len(GOODBYE)}\n\n".encode() + GOODBYE


def rude_rejection() -> bytes:
    """What an address outside the access list is told."""
    message = b"Access Denied, go away.\n"
    return b"Content-Type: text/rude-rejection\nContent-Length: %d\n\n" % len(message) + message
