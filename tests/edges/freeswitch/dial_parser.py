"""How FreeSWITCH takes a dial string apart, followed step by step, with its quirks: ours must come out as meant.

From version 1.11: switch_utils.c, switch_event.c, switch_ivr_originate.c.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_PEERS = 128
MAX_VARIABLES = 1_024
QUOTED_COMMA, UNQUOTED_COMMA = "\x01", "\x02"
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


@dataclass(frozen=True)
class Dialled:
    """What the switch would do: how many times it would fork, and what it would ring."""

    enterprise: int
    alternatives: int
    variables: dict[str, str]
    legs: list[tuple[dict[str, str], str]]


def bridge(text: str) -> Dialled:
    """The argument of the app `bridge`."""
    expanded = ("${" in text) or any(mark in text for mark in (r"\\", r"\n", r"\s", r"\t", r"\'"))
    assert not expanded, "switch_channel_expand_variables would change it"
    return originate(text)


def originate_command(text: str) -> Dialled:
    """The argument of the api command `originate`; its first word is the dial string."""
    words = separate(text, " ", 10)
    assert len(words) == 2, f"-USAGE: {len(words)} words"
    return originate(words[0])


def originate(text: str) -> Dialled:
    """switch_ivr_originate."""
    data = text.lstrip(" ")
    variables: dict[str, str] = {}
    for opening, closing in ("<>", "{}"):
        while data.startswith(opening):
            found, data = brackets(data, opening, closing, ",")
            variables |= found
    data = data.lstrip(" ")
    alternatives = separate(data, "|", MAX_PEERS)
    legs = [leg(piece) for piece in separate(mark_commas(alternatives[0]), ",", MAX_PEERS)]
    return Dialled(text.count(":_:"), len(alternatives), variables, legs)


def mark_commas(text: str) -> str:
    """Commas within [...] become marks, but those behind a backslash."""
    letters = list(text)
    end: int | None = None
    quoted = other_delimiter = False
    for at, letter in enumerate(text):
        if end is None and letter == "[":
            end = end_paren(text, at, "[", "]")
            other_delimiter = text[at + 1 : at + 3] == "^^"
            quoted = False
        if letter == "'":
            quoted = not quoted
        if end is not None and at < end and letter == "," and text[at - 1] != "\\":
            letters[at] = QUOTED_COMMA if quoted or other_delimiter else UNQUOTED_COMMA
        if at == end:
            end = None
    return "".join(letters)


def leg(text: str) -> tuple[dict[str, str], str]:
    text = text.lstrip(" ")
    variables: dict[str, str] = {}
    while text.startswith("["):
        end = end_paren(text, 0, "[", "]")
        assert end is not None, "Parse Error!"
        text = text[:end].replace(QUOTED_COMMA, ",") + text[end:]
        found, text = brackets(text, "[", "]", UNQUOTED_COMMA)
        variables |= found
    return variables, text.lstrip(" ")


def brackets(text: str, opening: str, closing: str, delimiter: str) -> tuple[dict[str, str], str]:
    """switch_event_create_brackets: the variables, and what follows."""
    end = end_paren(text, 0, opening, closing)
    assert end is not None, "Parse Error!"
    inner, rest = text[1:end], text[end + 1 :]
    if inner.startswith("^^"):
        delimiter, inner = inner[2], inner[3:]
    variables = {}
    for piece in separate(inner, delimiter, MAX_VARIABLES):
        pair = separate(piece, "=", 2)
        if len(pair) == 2 and pair[1]:
            assert not pair[1].startswith("ARRAY::"), "it would become several values"
            variables[pair[0]] = pair[1]
    return variables, rest


def end_paren(text: str, start: int, opening: str, closing: str) -> int | None:
    """switch_find_end_paren: counts depth, knows no quotes."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == opening) - (text[at] == closing)
        if depth == 0:
            return at
    return None


def separate(text: str, delimiter: str, most: int) -> list[str]:
    """switch_separate_string."""
    if text.startswith("^^") and len(text) > 3:
        delimiter, text = text[2], text[3:]
    pieces = cut_at_blanks(text, most) if delimiter == " " else cut_at(text, delimiter, most)
    return [clean(piece, "" if delimiter == " " else delimiter) for piece in pieces]


def cut_at(text: str, delimiter: str, most: int) -> list[str]:
    """separate_string_char_delim: nothing after a last delimiter is no piece."""
    pieces: list[str] = []
    start = at = 0
    quoted = False
    while at < len(text):
        if len(pieces) + 1 == most:
            at = len(text)
            break
        letter = text[at]
        if letter == "\\":
            at += 1
        elif letter == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
        elif letter == delimiter and not quoted:
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]] if start < len(text) else pieces


def cut_at_blanks(text: str, most: int) -> list[str]:
    """separate_string_blank_delim: several blanks are one, an unpaired quote quotes the rest."""
    pieces: list[str] = []
    at = 0
    while at < len(text) and len(pieces) < most:
        while text[at : at + 1] == " ":
            at += 1
        start, quoted = at, False
        while at < len(text) and (quoted or text[at] != " "):
            if text[at] == "\\":
                at += 1
            elif text[at] == "'":
                quoted = not quoted
            at += 1
        pieces.append(text[start:at])
        while text[at : at + 1] == " ":
            at += 1
    return pieces


def clean(text: str, delimiter: str) -> str:
    """cleanup_separated_string: takes quotes, escapes and blanks at the ends away."""
    text = text.lstrip(" ")
    cleaned: list[str] = []
    end = at = 0
    quoted = False
    while at < len(text):
        letter, following = text[at], text[at + 1 : at + 2]
        if letter == "\\" and following and (following in f"'\"\\{delimiter}" or following in ESCAPES):
            cleaned.append(ESCAPES.get(following, following))
            end = len(cleaned)
            at += 1
        elif letter == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
            if quoted:
                end = len(cleaned)
        else:
            cleaned.append(letter)
            if letter != " " or quoted:
                end = len(cleaned)
        at += 1
    return "".join(cleaned[:end])
