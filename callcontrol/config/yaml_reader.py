"""YAML text -> a tree of plain dicts, lists and texts, with the line of every key and value; or Problems.

Only the part of YAML an admin needs: every scalar stays the text that was written (`0123`, `no`, `12:30`), a key whose
value is left empty counts as not written (None), and what surprises people is refused: duplicate keys, anchors,
aliases, merge keys, tags, several documents in one file. Works on events rather than nodes, so that nothing is built
from a text before its limits are checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from callcontrol.config.problems import Problem

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_DEPTH = 24

Tree = dict[str, "Tree"] | list["Tree"] | str | None
YamlPath = tuple[str, ...]

# Plain values only; eight times as fast where PyYAML was built with libyaml.
FASTEST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 section 4.1.1, its printable characters.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
# A blank of another kind where YAML wants an ordinary one, or where it is not seen: in an indentation, beside the colon
# behind a key, at the end of a line.
_ODD = "[\u00a0\u2000-\u200b\u202f\u3000]"
_ODD_BLANK = re.compile(rf"^[ \t]*{_ODD}+|{_ODD}+(?=:(\s|$))|(?<=:)[ ]*{_ODD}+|{_ODD}+$", re.MULTILINE)
# What PyYAML says -> what an admin understands, what would be right, and whether the beginning of the construct is the
# better place to point at than the spot where reading stopped.
_WORDED = (
    # its own limit is wider than ours, but it reads ahead
    ("exceeded maximum nesting depth", f"more than {MAX_DEPTH} levels", "nest less deeply", False),
    ("found a tab character", "a tab where YAML wants blanks", "indent with blanks", False),
    (
        "cannot start any token",
        "@, ` or % where a key or value begins",
        "quote texts that begin so",
        False,
    ),
    (
        "mapping values are not allowed",
        "a `: ` where no key can stand",
        "quote texts that hold `: `, and indent keys of one block alike",
        False,
    ),
    ("while parsing a block", "a line that does not fit into its block", "indent lines of one block alike", False),
    ("could not find expected ':'", "a line that is no `key: value`", "write `key: value`", True),
    ("while scanning a quoted scalar", "a quoted text that does not end", "close the quotation mark", True),
    ("while parsing a flow", "a bracket that is not closed", "close it, and part its entries by commas", True),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What was read.

    Attributes:
        tree: the plain tree.
        lines: the line of every key and list item, counted from 1; an index is written as text, the root is ().
        problems: what was refused; the rest of the tree is there all the same, so that it can be checked too.
    """

    tree: Tree
    lines: Mapping[YamlPath, int]
    problems: tuple[Problem, ...] = ()

    def line(self, place: YamlPath) -> int:
        """The line of a place, or of the nearest one above it that was written."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


class _Abort(Exception):
    """Reading cannot go on; the reason is among the problems."""


def read(file: str, text: str) -> Document:
    """Read one file's text. Never raises, whatever the text."""
    reader = _Reader(file)
    try:
        reader.check_text(text)
        tree = reader.document(reader.with_plain_blanks(text.removeprefix("\ufeff")))
    except _Abort:
        tree = None
    except yaml.MarkedYAMLError as error:
        tree = None
        reader.note_syntax(error, text)
    return Document(tree, reader.lines, tuple(sorted(reader.problems)))


@dataclass(slots=True)
class _Reader:
    file: str
    lines: dict[YamlPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, line: int, what: str, right: str) -> None:
        self.problems.append(Problem(self.file, line, what, right))

    def abort(self, line: int, what: str, right: str) -> _Abort:
        self.note(line, what, right)
        return _Abort()

    def check_text(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise self.abort(1, f"the file has {len(text)} characters", f"at most {MAX_CHARACTERS} are read")
        bad = _UNPRINTABLE.search(text, 1 if text.startswith("\ufeff") else 0)
        if bad:
            line = text.count("\n", 0, bad.start()) + 1
            raise self.abort(line, f"{_name_of(bad[0])} in the text", "write the file as plain UTF-8 text")

    def with_plain_blanks(self, text: str) -> str:
        """The text with ordinary blanks where others would be misread or overlooked; each such line is told."""
        for found in _ODD_BLANK.finditer(text):
            line = text.count("\n", 0, found.end()) + 1
            odd = found[0][-1]
            what = f"a blank of another kind: {unicodedata.name(odd).lower()}, U+{ord(odd):04X}"
            self.note(line, what, "write an ordinary blank")
        return _ODD_BLANK.sub(lambda found: " " * len(found[0]), text)

    def note_syntax(self, error: yaml.MarkedYAMLError, text: str) -> None:
        said = f"{error.context or ''} {error.problem or ''}".strip()
        unknown = ("", f"this is no YAML: {said}", "mend the syntax", False)
        _, what, right, from_start = next((words for words in _WORDED if words[0] in said), unknown)
        marks = (error.context_mark, error.problem_mark) if from_start else (error.problem_mark, error.context_mark)
        mark = next((m for m in marks if m), None)
        written = text.split("\n")[mark.line : mark.line + 1] if mark else []  # none: the text ended before
        seen = _seen_in(written[0], mark.column) if mark and written else None
        self.note(mark.line + 1 if mark else 1, *(seen or (what, right)))

    def document(self, text: str) -> Tree:
        events = yaml.parse(text, Loader=FASTEST_LOADER)
        tree: Tree = None
        seen = False
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    line = _line(event)
                    raise self.abort(line, "a second document begins here", "keep one document in a file")
                seen = True
                first = next(events)
                self.lines[()] = _line(first)
                tree = self.value(first, events, ())
        return tree

    def value(self, event: yaml.Event, events: Iterator[yaml.Event], place: YamlPath) -> Tree:
        line = _line(event)
        if len(place) > MAX_DEPTH:
            raise self.abort(line, f"more than {MAX_DEPTH} levels", "nest less deeply")
        self._refuse_cleverness(event, line)
        match event:
            case yaml.ScalarEvent():
                return None if not event.value and event.implicit[0] else str(event.value)
            case yaml.SequenceStartEvent():
                return self._sequence(events, place)
            case yaml.MappingStartEvent():
                return self._mapping(events, place)
            case _:  # an alias: refused above
                return None

    def _refuse_cleverness(self, event: yaml.Event, line: int) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self.note(line, f"an alias *{anchor}", "write the value out")
        elif anchor:
            self.note(line, f"an anchor &{anchor}", "remove it and write values out where they are needed")
        if tag:
            self.note(line, f"a tag {tag.replace('tag:yaml.org,2002:', '!!')}", "remove it: values are texts")

    def _sequence(self, events: Iterator[yaml.Event], place: YamlPath) -> Tree:
        items: list[Tree] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            here = (*place, str(len(items)))
            self.lines[here] = _line(event)
            items.append(self.value(event, events, here))
        return items

    def _mapping(self, events: Iterator[yaml.Event], place: YamlPath) -> Tree:
        entries: dict[str, Tree] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, place)
            value_event = next(events)
            here = (*place, key)
            if key in entries:
                self._note_repetition(event, here)
                self._skip(value_event, events, here)
            else:
                self.lines[here] = _line(event)
                entries[key] = self.value(value_event, events, here)
        return entries

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], place: YamlPath) -> str:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            self.note(line, "a key that is no text", "write `key: value`")
            name = f"(line {line})"
            self._skip(event, events, (*place, name))  # a level of its own, or keys of keys would have no end
            return name
        self._refuse_cleverness(event, line)
        if event.value == "<<" and event.implicit[0]:
            self.note(line, "a merge key <<", "write the values out")
        return str(event.value)

    def _note_repetition(self, event: yaml.Event, here: YamlPath) -> None:
        first, line = self.lines[here], _line(event)
        self.note(line, f"{here[-1]!r} is written twice, first in line {first}", "keep one of them")

    def _skip(self, event: yaml.Event, events: Iterator[yaml.Event], place: YamlPath) -> None:
        """Read a value for its problems only; the lines of what stays are untouched."""
        lines, self.lines = self.lines, {}
        self.value(event, events, place)
        self.lines = lines


def _seen_in(written: str, column: int) -> tuple[str, str] | None:
    """What the line itself shows to be wrong, better than the parser can tell."""
    if "\t" in written[: column + 1]:
        return "a tab where YAML wants blanks", "indent with blanks"
    key = re.match(r"\s*([A-Za-z_]+):([^\s/]\S*)$", written)
    return (f"`{key[1]}:{key[2]}` is no key and value", f"write a blank: `{key[1]}: {key[2]}`") if key else None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _name_of(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # how undecodable bytes are kept by errors="surrogateescape"
        return f"the byte 0x{ord(character) - 0xDC00:02x}, which is not UTF-8,"
    return f"the character U+{ord(character):04X}"
