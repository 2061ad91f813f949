"""Dial strings as the switch reads them: `<>` and `{}` and `[]` variables, `,` together, `|` in turn, `:_:` enterprise.

Follows switch_ivr_originate, switch_event_create_brackets and switch_separate_string: quotes and escapes count as
they do there, and what cannot be escaped there cannot be escaped here.
"""

from __future__ import annotations

from dataclasses import dataclass

ENTERPRISE = ":_:"
_DEFAULT_DELIMITER = ","


class ParseError(ValueError):
    """The dial string has a bracket that never closes, or names no endpoint."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One leg to dial: the endpoint as written and its own `[]` variables."""

    target: str
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class DialString:
    """`turns` are tried one after another; the endpoints of one turn ring together."""

    variables: dict[str, str]
    turns: tuple[tuple[Endpoint, ...], ...]


def enterprise_parts(text: str) -> list[str]:
    """The strings between `:_:`, each with the `<>` variables that stand in front of all."""
    if ENTERPRISE not in text:
        return [text]
    shared, rest = _leading(text, "<", ">")
    parts = [part for part in rest.split(ENTERPRISE) if part]
    return [_written(shared) + part for part in parts]


def _written(variables: dict[str, str]) -> str:
    inner = ",".join(f"{name}='{value}'" for name, value in variables.items())
    return "{" + inner + "}" if inner else ""


def parse(text: str) -> DialString:
    """Read one dial string; raises ParseError."""
    shared, rest = _leading(text.lstrip(" "), "<", ">")
    more, rest = _leading(rest, "{", "}")
    rest = rest.lstrip(" ")
    if not rest:
        raise ParseError(f"no endpoint in {text!r}: it must name one, as sofia/internal/101%example.org")
    turns = tuple(
        tuple(_endpoint(one) for one in _split_outside_brackets(turn, ",")) for turn in separate(rest, "|") if turn
    )
    return DialString({**shared, **more}, turns)


def _endpoint(text: str) -> Endpoint:
    variables, target = _leading(text.strip(" "), "[", "]")
    more, target = _leading(target.lstrip(" "), "{", "}")
    return Endpoint(target.strip(" "), {**more, **variables})


def _leading(text: str, opening: str, closing: str) -> tuple[dict[str, str], str]:
    """Read every bracketed group at the front; the variables and what follows."""
    found: dict[str, str] = {}
    while text.startswith(opening):
        end = _closing(text, opening, closing)
        if end < 0:
            raise ParseError(f"{opening!r} is not closed in {text!r}: add {closing!r}")
        found.update(read_variables(text[1:end]))
        text = text[end + 1 :].lstrip(" ")
    return found, text


def _closing(text: str, opening: str, closing: str) -> int:
    """switch_find_end_paren: counts brackets, knows neither quotes nor escapes."""
    depth = 0
    for position, letter in enumerate(text):
        if letter == opening:
            depth += 1
        elif letter == closing:
            depth -= 1
            if depth == 0:
                return position
    return -1


def read_variables(text: str) -> dict[str, str]:
    """`a=1,b='x, y'` or `^^:a=1:b=2` as variables; pairs without `=` are dropped, as in the switch."""
    delimiter = _DEFAULT_DELIMITER
    if text.startswith("^^") and len(text) > 2:
        delimiter, text = text[2], text[3:]
    found: dict[str, str] = {}
    for pair in separate(text, delimiter):
        name, equals, _ = pair.partition("=")
        if equals:
            value = separate(pair, "=", limit=2)
            found[name.strip()] = value[1] if len(value) == 2 else ""
    return found


def _split_outside_brackets(text: str, delimiter: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter in "[{":
            depth += 1
        elif letter in "]}":
            depth = max(depth - 1, 0)
        elif letter == delimiter and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


def separate(text: str, delimiter: str, limit: int = 0) -> list[str]:
    """switch_separate_string with one delimiter: single quotes protect, a backslash escapes, blanks are trimmed."""
    if delimiter == " ":
        return _separate_blanks(text, limit)
    return [_cleaned(part, delimiter) for part in _cut(text, delimiter, limit)]


def _cut(text: str, delimiter: str, limit: int) -> list[str]:
    parts: list[str] = []
    start, position, quoted = 0, 0, False
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            position += 1
        elif letter == "'" and (quoted or "'" in text[position + 1 :]):
            quoted = not quoted
        elif letter == delimiter and not quoted and not (limit and len(parts) == limit - 1):
            parts.append(text[start:position])
            start = position + 1
        position += 1
    if start < len(text):
        parts.append(text[start:])
    return parts


def _separate_blanks(text: str, limit: int) -> list[str]:
    """The blank is a delimiter of its own kind: several count as one."""
    parts: list[str] = []
    rest = text.strip(" ")
    while rest:
        if limit and len(parts) == limit - 1:
            parts.append(_cleaned(rest, " "))
            break
        head = _cut(rest, " ", 2)
        parts.append(_cleaned(head[0], " "))
        rest = rest[len(head[0]) :].lstrip(" ")
    return parts


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def _cleaned(text: str, delimiter: str) -> str:
    """cleanup_separated_string: drop quotes, undo escapes, trim blanks outside quotes."""
    text = text.lstrip(" ")
    kept: list[str] = []
    end, quoted, position = 0, False, 0
    while position < len(text):
        letter = text[position]
        following = text[position + 1 : position + 2]
        if letter == "\\" and following and (following in "'\"\\" + delimiter or following in _ESCAPES):
            kept.append(_ESCAPES.get(following, following))
            end = len(kept)
            position += 1
        elif letter == "'" and (quoted or "'" in text[position + 1 :]):
            quoted = not quoted
            if quoted:
                end = len(kept)
        else:
            kept.append(letter)
            if letter != " " or quoted:
                end = len(kept)
        position += 1
    return "".join(kept[:end])
