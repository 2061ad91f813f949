"""YAML text -> tree of texts with lines, or Problems."""

from __future__ import annotations

import pytest

from callcontrol.config import yaml_reader
from callcontrol.config.yaml_reader import MAX_DEPTH, Tree, read

TREES: list[tuple[str, Tree]] = [
    ("", None),
    ("# nothing\n", None),
    ("on: no\nyes: off\n", {"on": "no", "yes": "off"}),
    ("ext: 0123\nat: 12:30\nt: 12:30:00\nn: 1_000\nf:"
        " 1e3\n", {"ext": "0123", "at": "12:30", "t": "12:30:00", "n": "1_000", "f": "1e3"}),
    ("n: +48 22 123 45 67\nd: 2026-11-22\n", {"n": "+48 22 123 45 67", "d": "2026-11-22"}),
    ("a: ~\nb: null\nc: ''\nd:\n", {"a": "~", "b": "null", "c": "", "d": None}),
    ("101: {102: {}}\n", {"101": {"102": {}}}),
    ("- a\n- [b, 1]\n-\n", ["a", ["b", "1"], None]),
    ("a: |\n  one\n  two\nb: >\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two\n"}),
    ("\ufeffa: ż\n", {"a": "ż"}),
    ("a: 'it''s'\n", {"a": "it's"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_scalars_stay_the_text_that_was_written(text: str, tree: Tree) -> None:
    document = read("f.yaml", text)
    assert (document.tree, document.problems) == (tree, ())


def test_every_key_and_item_has_its_line() -> None:
    document = read("f.yaml", "# first\na: 1\nb:\n  c: [x,\n      y]\n  d:\n    - e: 2\n")
    assert document.lines == {
        (): 2,
        ("a",): 2,
        ("b",): 3,
        ("b", "c"): 4,
        ("b", "c", "0"): 4,
        ("b", "c", "1"): 5,
        ("b", "d"): 6,
        ("b", "d", "0"): 7,
        ("b", "d", "0", "e"): 7,
    }


def test_what_was_not_written_has_the_line_of_what_holds_it() -> None:
    document = read("f.yaml", "a:\n  b: 1\n")
    assert [document.line(("a", "b", "c")), document.line(("a", "x")), document.line(("x",))] == [2, 1, 1]


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", ["f.yaml:3: 'a' is written twice, first in line 1; keep one of them"]),
    ("a:\n  b: 1\n  b: {c: 1, c: 2}\n", [
        "f.yaml:3: 'b' is written twice, first in line 2; keep one of them",
        "f.yaml:3: 'c' is written twice, first in line 3; keep one of them",
    ]),
    ("a: &x 1\nb: *x\n", [
        "f.yaml:1: an anchor &x; remove it and write values out where they are needed",
        "f.yaml:2: an alias *x; write the value out",
    ]),
    ("a:\n  <<: {b: 1}\n", ["f.yaml:2: a merge key <<; write the values out"]),
    ("a: !!int 3\nb: !thing x\n", [
        "f.yaml:1: a tag !!int; remove it: values are texts",
        "f.yaml:2: a tag !thing; remove it: values are texts",
    ]),
    ("? [a, b]\n: c\n", ["f.yaml:1: a key that is no text; write `key: value`"]),
    ("a: 1\n---\nb: 2\n", ["f.yaml:2: a second document begins here; keep one document in a file"]),
    ("a: 1\n\tb: 2\n", ["f.yaml:2: a tab where YAML wants blanks; indent with blanks"]),
    ("a: @home\n", ["f.yaml:1: @, ` or % where a key or value begins; quote"
        " texts that begin so"]),
    ("a: b: c\n", ["f.yaml:1: a `: ` where no key can stand; quote texts that hold `: `, and indent keys of one"
        " block alike"]),
    ("a:\n  b: 1\n c: 2\n", ["f.yaml:3: a line that does not fit into its block; indent lines of one block alike"]),
    ("a: 1\nb\n", ["f.yaml:2: a line that is no `key: value`; write `key: value`"]),
    ("a: 1\nb: 'x\n", ["f.yaml:2: a quoted text that does not end; close the quotation mark"]),
    ("a: 1\nb: [x, y\nc: d\n", ["f.yaml:2: a bracket that is not closed; close it, and part its entries by commas"]),
    ("a: 1\nb: \x07\n", ["f.yaml:2: the character U+0007 in the text; write the file as plain UTF-8 text"]),
    ("a: \udcff\n", ["f.yaml:1: the byte 0xff, which is not UTF-8, in the text; write the file as plain UTF-8 text"]),
]  # fmt: skip


ODD_BLANKS = {
    "a:\n\u00a0 b: 1\n": {"a": {"b": "1"}},
    "a: 1\u00a0\n": {"a": "1"},
    "a\u00a0: 1\n": {"a": "1"},
    "a:\u2009 1\n": {"a": "1"},
}


@pytest.mark.parametrize("text", ODD_BLANKS)
def test_a_blank_of_another_kind_is_told_where_it_would_be_misread(text: str) -> None:
    document = read("f.yaml", text)
    assert document.tree == ODD_BLANKS[text]
    (told,) = document.problems
    assert told.what.startswith("a blank of another kind: ")
    assert told.right == "write an ordinary blank"


def test_a_blank_of_another_kind_inside_a_text_is_a_part_of_it() -> None:
    assert read("f.yaml", "22\u00a0123: Jan\u00a0Nowak\n").problems == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a:\n\tb: 1\n", "f.yaml:2: a tab where YAML wants blanks; indent with blanks"),
        ("a: 1\nb:2\nc: 3\n", "f.yaml:2: `b:2` is no key and value; write a blank: `b: 2`"),
    ],
)
def test_a_line_shows_itself_what_is_wrong(text: str, what: str) -> None:
    assert [str(problem) for problem in read("f.yaml", text).problems] == [what]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_what_surprises_people_is_refused_with_its_line(text: str, expected: list[str]) -> None:
    assert [str(problem) for problem in read("f.yaml", text).problems] == expected


def test_what_is_refused_does_not_hide_the_rest() -> None:
    document = read("f.yaml", "a: 1\na: 2\nb: *x\nc: !!str 3\n")
    assert document.tree == {"a": "1", "b": None, "c": "3"}


def test_aliases_cost_nothing() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(97 + n)}: &{chr(97 + n)} [{'*' + chr(96 + n) + ', ' * 1}]\n" for n in range(1, 20)
    )
    document = read("f.yaml", bomb)
    assert document.problems
    assert len(document.lines) < 100


def test_depth_and_length_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("f.yaml", "[" * MAX_DEPTH + "]" * MAX_DEPTH).problems == ()
    deep = read("f.yaml", "[" * 5000)
    assert [str(p) for p in deep.problems] == [f"f.yaml:1: more than {MAX_DEPTH} levels; nest less deeply"]
    monkeypatch.setattr(yaml_reader, "MAX_CHARACTERS", 10)
    assert [str(p) for p in read("f.yaml", "a: 12345678").problems] == [
        "f.yaml:1: the file has 11 characters; at most 10 are read"
    ]
