"""Whatever stands in the files: no exception, but a tree or Problems that point into the file."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import Tree, read
from callcontrol.kinds import KINDS
from tests.config.folder import MAIN, TENANT
from tests.fuzz.yaml_texts import places

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
# Pieces of YAML thrown together find more than characters do.
WORDS = [
    "a",
    "on",
    "0123",
    "extensions:",
    "101:",
    "numbers:",
    "target:",
    "+48221234567",
    "number:112",
    "group:a",
    "from:",
    "2026-01-01T00:00",
    "0001-01-01T00:00+01:00",
    "9999-12-31T23:59",
]
SIGNS = ["  ", "    ", ": ", "- ", "? ", "b: c", "<<: ", "&x ", "*x", "!!str ", "--- ", "...", "%YAML 1.1\n"]
PIECES = st.sampled_from([*"\n\n\n\t #:-?[]{},&*!|>'\"%@`~\ufeff\x85\u2028", *SIGNS, *WORDS])
YAMLISH = st.lists(PIECES, max_size=60).map("".join)

PRINTABLE = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffe\uffff\x85\u2028\u2029"
    ),
    max_size=30,
)
TREES = st.recursive(
    PRINTABLE,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(PRINTABLE, inner, max_size=4)),
    max_leaves=20,
)


@given(st.one_of(ANY_TEXT, YAMLISH))
def test_any_text_gives_a_tree_or_problems(text: str) -> None:
    document = read("f.yaml", text)
    lines = len(text.splitlines()) + 1
    assert all(1 <= problem.line <= lines for problem in document.problems)
    assert all(1 <= line <= lines for line in document.lines.values())
    if document.tree is not None:
        assert set(places(document.tree)) <= set(document.lines)


@given(TREES)
def test_what_was_written_is_read(tree: Tree) -> None:
    """JSON is YAML, as long as every text is quoted and nothing is escaped that YAML escapes otherwise."""
    document = read("f.yaml", json.dumps(tree, ensure_ascii=False, indent=1))
    assert document.problems == ()
    assert document.tree == tree
    assert set(document.lines) == set(places(tree))


@given(st.one_of(ANY_TEXT, YAMLISH), st.one_of(ANY_TEXT, YAMLISH))
def test_any_files_give_settings_or_problems(main: str, tenant: str) -> None:
    found = load({"callcontrol.yaml": main, "tenants/acme.yaml": tenant, "tariffs/retail.yaml": ""}, KINDS)
    assert isinstance(found, Settings) or found == tuple(sorted(set(found)))


@given(st.integers(0, 40), YAMLISH)
def test_a_sound_file_with_something_thrown_in(at: int, thrown: str) -> None:
    lines = TENANT.splitlines(keepends=True)
    spoilt = "".join([*lines[: at % len(lines)], thrown, "\n", *lines[at % len(lines) :]])
    found = load({"callcontrol.yaml": MAIN, "tenants/acme.yaml": spoilt, "tariffs/retail.yaml": ""}, KINDS)
    assert isinstance(found, Settings) or all(problem.what and problem.right for problem in found)


KEYS = st.sampled_from(
    [
        "domain",
        "zone",
        "region",
        "company_number",
        "tariff",
        "blocked",
        "talk",
        "confirm",
        "extensions",
        "groups",
        "lists",
        "announcements",
        "voicemail",
        "numbers",
        "101",
        "on",
        "forward",
        "always",
        "busy",
        "target",
        "from",
        "until",
        "show",
        "members",
        "ring",
        "otherwise",
        "+48221234567",
        "file",
        "then",
        "last_resort",
        "trunks",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "extension:101",
            "group:101",
            "announcement:101",
            "number:+48600700800",
            "sip:a@b",
            "yes",
            "no",
            "20",
            "-1",
            "company",
            "Europe/Warsaw",
            "DE",
            "a.wav",
            "2026-01-01T00:00",
            "0001-01-01T00:00",
            "9999-12-31T23:59-23:00",
            "221234567",
            "+1",
        ]
    ),
    PRINTABLE,
)
TENANT_TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=30,
)


@given(st.dictionaries(KEYS, TENANT_TREES, max_size=8))
def test_any_tree_of_known_words_gives_settings_or_problems(tree: dict[str, Tree]) -> None:
    text = json.dumps(tree, ensure_ascii=False)
    found = load({"callcontrol.yaml": MAIN, "tenants/acme.yaml": text, "tariffs/retail.yaml": ""}, KINDS)
    assert isinstance(found, Settings) or all(str(problem) for problem in found)
