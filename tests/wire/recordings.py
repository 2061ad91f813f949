"""The recorded conversations of captures/, block by block (the format is described in captures/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CAPTURES: Final = Path(__file__).parent / "captures"
NAMES: Final = sorted(path.stem for path in CAPTURES.glob("*.esl"))


@dataclass(frozen=True, slots=True)
class Block:
    """What one side said: `<` the switch, `>` the controller, `x` the close."""

    seconds: float
    direction: str
    data: bytes


def blocks(name: str) -> list[Block]:
    """A whole conversation."""
    return list(_blocks((CAPTURES / f"{name}.esl").read_bytes()))


def said(name: str, direction: str) -> list[bytes]:
    """What one side said, block by block."""
    return [block.data for block in blocks(name) if block.direction == direction and block.data]


def _blocks(text: bytes) -> Iterator[Block]:
    position = text.index(b"\n") + 1
    while position < len(text):
        end = text.index(b"\n", position)
        _, seconds, direction, length = text[position:end].decode().split()
        data = text[end + 1 : end + 1 + int(length)]
        yield Block(float(seconds), direction, data)
        position = end + 1 + len(data) + (1 if data and not data.endswith(b"\n") else 0)
