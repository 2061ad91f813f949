"""Commands of a controller as they come over the wire: a line, header lines, an empty line, perhaps a body."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_HEADER_BYTES = 10_485_760
MAX_BODY_BYTES = 16_777_216


class Malformed(ValueError):
    """A command larger than the switch takes, or with an impossible Content-Length: the connection ends."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Header names are lower case; `text` is the first line."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def word(self) -> str:
        """The first word, lower case."""
        return self.text.partition(" ")[0].lower()

    @property
    def rest(self) -> str:
        """What follows the first word."""
        return self.text.partition(" ")[2].strip()


class CommandReader:
    """Bytes in, commands out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes; raises Malformed when they cannot become a command."""
        self._buffer += data.replace(b"\r", b"") if b"\r" in data else data
        if len(self._buffer) > MAX_HEADER_BYTES + MAX_BODY_BYTES:
            raise Malformed("more bytes without an end than the switch takes")

    def next(self) -> Command | None:
        """The next whole command."""
        buffer = self._buffer
        start = 0
        while start < len(buffer) and buffer[start] == 10:
            start += 1
        del buffer[:start]  # blank lines between commands mean nothing
        end = buffer.find(b"\n\n")
        if end < 0:
            return None
        lines = bytes(buffer[:end]).decode("utf-8", "surrogateescape").split("\n")
        headers = _headers(lines[1:])
        length = _length(headers)
        body_start = end + 2
        if len(buffer) < body_start + length:
            return None
        body = bytes(buffer[body_start : body_start + length]).decode("utf-8", "surrogateescape")
        del buffer[: body_start + length]
        return Command(lines[0].strip(), headers, body)


def _headers(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.lstrip(" "))
    return found


def _length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0").strip()
    if not text.isdigit() or int(text) > MAX_BODY_BYTES:
        raise Malformed(f"Content-Length {text!r}: it must be between 0 and {MAX_BODY_BYTES}")
    return int(text)
