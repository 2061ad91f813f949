"""Plain English: comments, docstrings and messages say who is meant: the caller, the agent, a worker, a process."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.tree import PACKAGE, ROOT, Source, parse, sources

# Each of these leaves the reader to find out who it is.
RIDDLES = re.compile(
    r"\b(he|him|himself|his|whoever|whomever|anybody|everybody|nobody|somebody)\b(?!'t)", re.IGNORECASE
)
# `nobody` between backticks is a name, {nobody} in an f-string a variable; a string of one word is a name, too.
QUOTED = re.compile(r"`[^`\n]*`|\{[^{}\n]*\}|name=\"nobody\"")


def riddles(source: Source) -> Iterator[str]:
    if not RIDDLES.search(source.text):
        return  # tokenizing takes a hundred times as long
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and " " in token.string):
            for number, line in enumerate(QUOTED.sub("", token.string).splitlines()):
                if found := RIDDLES.search(line):
                    yield f"{source.path.relative_to(ROOT)}:{token.start[0] + number}: {found[0]}"


def test_it_is_said_who_is_meant() -> None:
    assert [found for source in sources(PACKAGE) for found in riddles(source)] == []


def remarks(source: Source) -> Iterator[str]:
    """Riddles in comments and docstrings alone: a test may call a name `nobody`."""
    lines = source.text.splitlines()
    for found in riddles(source):
        line = lines[int(found.split(":")[1]) - 1]
        if '"' not in line.replace('"""', "") or "#" in line.rpartition('"')[2]:
            yield found


def test_it_is_said_who_is_meant_in_tests() -> None:
    here = Path(__file__).parent  # has examples of what is not to be written
    looked_at = [source for source in sources(ROOT / "tests") if not source.path.is_relative_to(here)]
    assert len(looked_at) > 700
    assert [found for source in looked_at for found in remarks(source)] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# Whoever calls", 1),
        ('"""What is said.\n\nHe waits.\n"""', 1),
        ('f"{caller} keeps his place"', 1),
        ('user = "nobody"  # the user `nobody`', 0),
        ("nobody = his = 1  # the agent's history, this, others", 0),
    ],
)
def test_riddles_are_found_in_comments_and_texts_alone(text: str, count: int) -> None:
    assert len(list(riddles(parse(text, PACKAGE / "example.py")))) == count


def pages() -> Iterator[Path]:
    yield ROOT / "README.md"
    yield from sorted((ROOT / "tests" / "stories").glob("*.yaml"))
    for folder, kinds in (("callcontrol", "lua md sql"), ("deploy", "md service yaml"), ("freeswitch-xml", "md xml")):
        yield from (path for kind in kinds.split() for path in sorted((ROOT / folder).rglob(f"*.{kind}")))


def test_it_is_said_who_is_meant_on_a_page() -> None:
    found = [
        f"{page.relative_to(ROOT)}:{number}: {line}"
        for page in pages()
        for number, line in enumerate(QUOTED.sub("", page.read_text(encoding="utf-8")).splitlines(), 1)
        if RIDDLES.search(line)
    ]
    assert found == []
