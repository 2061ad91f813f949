"""Bytes of the event socket to frames and events, without any I/O.

The rules come from mod_event_socket.c and switch_event.c (FreeSWITCH 1.11) and from the recorded conversations in
tests/wire:

- A frame is header lines, an empty line and as many bytes as its Content-Length says. Header blocks are split at
  "\\n", at nothing else, and each value is decoded after that: a caller's `%0A` stays inside its value.
- The first header of a name wins, so what a caller can append never replaces what the switch wrote.
- The kind of a frame is what its outermost Content-Type says; no header of an event can change it.
- Replies to commands have no body: what follows is the next frame. The reply to `connect` is such a block,
  percent-encoded.
- A JSON event is lossless but for its bytes, which may be no UTF-8 (a Latin-1 display name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson
from greenswitch.esl import ESLEvent

from callcontrol.edges.freeswitch.failures import WireError, exceeded_by_peer

ARRAY_PREFIX: Final = "ARRAY::"
ARRAY_SEPARATOR: Final = "|:"

_EMPTY: Final = b"_undef_"  # how the plain encoding writes a value that is there and empty
_NAME: Final = re.compile(rb"[A-Za-z0-9_-]+")
_LENGTH_DIGITS: Final = 12
_LENGTH: Final = (b"Content-Length: ", b"\nContent-Length: ")
_KIND: Final = (b"Content-Type: ", b"\nContent-Type: ")
# How an event and a reply begin; elsewhere the headers may stand in any order.
_USUAL: Final = re.compile(rb"(?:Content-Length: ([^\n]*)\n)?Content-Type: ([^\n]*)")
_BODILESS: Final = "command/reply"
NAMES_REMEMBERED: Final = 4_096
# What is read out of a head is remembered for so many of them, each of at most so many bytes.
HEADS_REMEMBERED: Final = 2_048
SHORT_HEAD_BYTES: Final = 96


@dataclass(frozen=True, slots=True)
class WireLimits:
    """What a frame may take; more is a WireError. A call with 165 variables needs 7 KB of header lines."""

    head_bytes: int = 262_144
    head_lines: int = 4_096
    body_bytes: int = 4_194_304


@dataclass(slots=True)
class Frame:
    """One frame as it came: `head` + empty line + `body` are the bytes on the wire."""

    kind: str
    head: bytes
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The frame's own headers, as they stand there (only events and the `connect` reply are percent-encoded)."""
        return read_headers(self.head, percent_encoded=False)

    def header(self, name: str) -> str:
        """The first value of one header, without reading the others."""
        label = f"{name}: ".encode()
        return _field(self.head, (label, b"\n" + label)).decode("utf-8", "replace")

    def __bytes__(self) -> bytes:
        return self.head + b"\n\n" + self.body


class SwitchEvent(ESLEvent):  # type: ignore[misc]  # greenswitch ships no types
    """An event: its headers, complete and decoded, and its body (the result of a job, mostly empty)."""

    __slots__ = ("body", "headers")

    headers: Mapping[str, str]
    body: str

    def __init__(self, headers: Mapping[str, str], body: str = "") -> None:
        self.headers = headers
        self.body = body

    @property
    def name(self) -> str:
        """Event-Name, such as CHANNEL_ANSWER."""
        return self.headers.get("Event-Name", "")

    @property
    def data(self) -> str:
        """The body under the name greenswitch has for it."""
        return self.body

    def get(self, name: str, default: str = "") -> str:
        """The value of a header, or `default` where there is none."""
        return self.headers.get(name, default)

    def __repr__(self) -> str:  # never the headers: they are the caller's words
        return f"<SwitchEvent {self.name!a} of {self.get('Unique-ID')!a}>"


class FrameDecoder:
    """Frames out of a stream of bytes, however it is cut."""

    __slots__ = ("_held", "_held_bytes", "_limits", "_short_bytes", "_wanted_bytes")

    def __init__(self, limits: WireLimits = WireLimits()) -> None:
        self._limits = limits
        self._short_bytes = min(limits.head_lines, limits.head_bytes)  # a head below cannot have too many of either
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._wanted_bytes = 0

    @property
    def held_bytes(self) -> int:
        """How much of an unfinished frame waits here."""
        return self._held_bytes

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes.

        Raises:
            WireError: the stream cannot be read on; `frames` gives what came before that.
        """
        return list(self.frames(data))

    def frames(self, data: bytes) -> Iterator[Frame]:
        """As feed, one by one: a WireError comes only after the frames that precede it. To be read to its end."""
        data = self._with_held(data)
        start = 0
        while start < len(data):
            end = data.find(b"\n\n", start)
            if not 0 <= end < start + self._short_bytes:
                self._check_head(data, start, end)
            if end < 0:
                return self._hold(data[start:], len(data) - start + 1)
            head = data[start:end]
            kind, length = _read_short_head(head) if end - start <= SHORT_HEAD_BYTES else _read_head(head)
            if length > self._limits.body_bytes:
                raise exceeded_by_peer("frame_bytes", self._limits.body_bytes, f"a body of {length} bytes")
            body_start = end + 2
            next_start = body_start + length
            if next_start > len(data):
                return self._hold(data[start:], next_start - start)
            yield Frame(kind, head, data[body_start:next_start])
            start = next_start

    def _with_held(self, data: bytes) -> bytes:
        if not self._held:
            return data
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes < self._wanted_bytes:
            return b""
        data = b"".join(self._held)
        self._held, self._held_bytes = [], 0
        return data

    def _hold(self, rest: bytes, wanted_bytes: int) -> None:
        self._held, self._held_bytes, self._wanted_bytes = [rest], len(rest), wanted_bytes

    def _check_head(self, data: bytes, start: int, end: int) -> None:
        limits = self._limits
        # a last line break may be the first half of the empty line: it counts no sooner than that is known
        stop = end if end >= 0 else len(data) - data.endswith(b"\n")
        if stop - start > limits.head_bytes:
            raise exceeded_by_peer("head_bytes", limits.head_bytes, f"{stop - start} bytes of header lines")
        if stop - start >= limits.head_lines and data.count(b"\n", start, stop) >= limits.head_lines:
            raise exceeded_by_peer("head_lines", limits.head_lines, "too many header lines")


def _read_head(head: bytes) -> tuple[str, int]:
    """The Content-Type of a frame, and how many bytes its body has.

    Raises:
        WireError: it has no type, or a length that is none.
    """
    usual = _USUAL.match(head)
    digits, raw_kind = usual.groups() if usual else (b"", _field(head, _KIND))
    kind = _kind(raw_kind)
    if not kind:
        raise WireError(what=f"a frame without Content-Type: {head[:40]!r}", expected="header lines")
    return kind, 0 if kind == _BODILESS else _length(digits or _field(head, _LENGTH))


# Most frames begin with the same few lines, again and again.
_read_short_head = lru_cache(HEADS_REMEMBERED)(_read_head)


def _length(digits: bytes) -> int:
    if not digits:
        return 0
    if not digits.isdigit() or len(digits) > _LENGTH_DIGITS:
        raise WireError(what=f"Content-Length {digits[:40]!r}", expected="a number of bytes")
    return int(digits)


@lru_cache(64)
def _kind(raw: bytes) -> str:
    return raw.decode("ascii", "replace")


def _field(head: bytes, labels: tuple[bytes, bytes]) -> bytes:
    """The value of the first header of a name, without reading the others."""
    first, later = labels
    if head.startswith(first):
        start = len(first)
    else:
        found = head.find(later)
        if found < 0:
            return b""
        start = found + len(later)
    end = head.find(b"\n", start)
    return head[start:] if end < 0 else head[start:end]


class HeaderNames(dict[bytes, str]):
    """The names that are read, by their bytes; "" for those that are not. Names are checked once, then remembered.

    Callers can invent names (sip_h_X-...), so only so many are.
    """

    __slots__ = ("_keep",)

    def __init__(self, keep: Callable[[str], bool]) -> None:
        super().__init__()
        self._keep = keep

    def __missing__(self, raw_name: bytes) -> str:
        name = raw_name.decode("ascii") if _NAME.fullmatch(raw_name) else ""
        if not (name and self._keep(name)):
            name = ""
        if len(self) < NAMES_REMEMBERED:
            self[raw_name] = name
        return name


def keep_everything(_: str) -> bool:
    """All the headers of a call: some 25 KB of memory for as long as it lasts."""
    return True


EVERY_NAME: Final = HeaderNames(keep_everything)


def read_headers(head: bytes, *, percent_encoded: bool, names: HeaderNames = EVERY_NAME) -> dict[str, str]:
    """A plain header block as a mapping: split first, each value decoded after, the first of a name wins.

    Left out are lines that are no `Name: value`, names other than [A-Za-z0-9_-], and those that `names` does not keep.
    """
    headers: dict[str, str] = {}
    known = names.get  # without `__missing__`, which costs each of some 160 lines more than the line itself
    for raw_name, colon, value in [line.partition(b": ") for line in head.split(b"\n")]:
        name = known(raw_name)
        if name == "":  # it is not kept, as most
            continue
        if name is None:
            name = names[raw_name] if colon else ""
        if name and colon and name not in headers:
            is_encoded = percent_encoded and not value.isalnum()  # most are numbers and words
            headers[name] = _value(value) if is_encoded else value.decode("utf-8", "replace")
    return headers


def _value(value: bytes) -> str:
    if value == _EMPTY:
        return ""
    return (unquote_to_bytes(value) if b"%" in value else value).decode("utf-8", "replace")


def read_event(frame: Frame) -> SwitchEvent:
    """The event in a frame of kind text/event-json or text/event-plain.

    Raises:
        WireError: the body is no event.
    """
    if frame.kind == "text/event-json":
        return _json_event(frame.body)
    head, _, rest = frame.body.partition(b"\n\n")
    headers = read_headers(head, percent_encoded=True)
    length = headers.get("Content-Length", "0")
    body_bytes = int(length) if length.isdecimal() and len(length) <= _LENGTH_DIGITS else 0
    return SwitchEvent(headers, rest[:body_bytes].decode("utf-8", "replace"))


@cache  # of names that stand in this program
def _label(name: str) -> bytes:
    return b'"%s":"' % name.encode()


def peek(text: bytes, name: str) -> str:
    """The value of one header of a JSON event, without reading the others; "" where there is none. Escapes stay.

    Quotes inside a value stand escaped, so none can pass for a header.
    """
    label = _label(name)
    found = text.find(label)
    if found < 0:
        return ""
    start = found + len(label)
    return text[start : text.find(b'"', start)].decode("utf-8", "replace")


def without_variables(text: bytes) -> bytes:
    """A JSON event of a channel without the channel's variables: two thirds of it, for events that are read for what
    comes before them.

    Quotes inside a value stand escaped, so none can pass for the first variable's.
    """
    end = text.find(b',"variable_')
    return text if end < 0 else text[:end] + b"}"


def everything(_: bytes) -> bool:
    """Whether an event, as it stands on the wire, is wanted, for who wants them all."""
    return True


def _json_event(text: bytes) -> SwitchEvent:
    headers = _json_object(text)
    try:
        "".join(headers.values())  # raises where a value is no text: ten times cheaper than looking at each
    except TypeError:
        for name in [name for name, value in headers.items() if value.__class__ is not str]:
            headers[name] = header_value(headers[name])
    if not _is_of_channel(headers) and text.count(b'":"') > len(headers):
        headers = _json_object_with_repeated_names(text)
    return SwitchEvent(headers, headers.pop("_body", ""))


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        headers = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:  # the bytes of a value may be no UTF-8: Latin-1 display names
            headers = orjson.loads(text.decode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise WireError(what=f"a JSON event that is none ({error.msg})", expected="a JSON object") from None
    if not isinstance(headers, dict):
        raise WireError(what="a JSON event that is no object", expected="a JSON object")
    return headers


def _is_of_channel(headers: Mapping[str, str]) -> bool:
    """A channel's variables are a set in the switch; its HANGUP_COMPLETE alone repeats a name, with one value."""
    return headers.get("Event-Name", "").startswith("CHANNEL_")


def _json_object_with_repeated_names(text: bytes) -> dict[str, str]:
    """The switch repeats a name where an event was given a header twice; the first wins, as in the plain encoding.

    json has limits that orjson has not (depth, digits of a number), which only a value that is no text can reach.
    """
    headers: dict[str, str] = {}

    def first_wins(pairs: list[tuple[str, Any]]) -> None:
        for name, value in pairs:
            headers.setdefault(name, header_value(value))

    try:
        json.loads(text.decode("utf-8", "replace"), object_pairs_hook=first_wins)
    except (ValueError, RecursionError) as error:
        raise WireError(what=f"a JSON event that is none ({error})", expected="a JSON object of texts") from error
    return headers


def header_value(value: object) -> str:
    """A value of a JSON event as text: of several, as the plain encoding writes them (`array_values`).

    Raises:
        WireError: it is neither text nor a list of texts.
    """
    match value:
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return ARRAY_PREFIX + ARRAY_SEPARATOR.join(value)
        case _:
            raise WireError(what=f"a header of type {type(value).__name__}", expected="text, or a list of texts")


def array_values(value: str) -> tuple[str, ...]:
    """The values of a header that may have several (`ARRAY::a|:b`, in JSON `["a","b"]`); a single one is a tuple of
    one.
    """
    if not value.startswith(ARRAY_PREFIX):
        return (value,) if value else ()
    return tuple(value[len(ARRAY_PREFIX) :].split(ARRAY_SEPARATOR))
