"""The tests test: every floor has some, each of them asserts, none is switched off."""

import ast
import re

from tests.tidy.tree import PACKAGE, TESTS, Source, functions, parse, sources

ASSERTING_CALL = re.compile(r"raises|assert|expect|check|must|warns|fail|run_story")
SWITCHED_OFF = re.compile(r"\b(skip|skipif|xfail|importorskip)\b")


def asserting_nothing(source: Source) -> list[str]:
    return [source.at(f) for f in functions(source) if f.name.startswith("test_") and not _asserts(f)]


def _asserts(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and ASSERTING_CALL.search(ast.unparse(node.func)) is not None)
        for node in ast.walk(function)
    )


def switched_off(source: Source) -> list[str]:
    marks = (node for node in source.nodes if isinstance(node, ast.Attribute))
    return [source.at(mark) for mark in marks if SWITCHED_OFF.search(mark.attr)]


def test_every_floor_has_tests() -> None:
    floors = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    tested = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    assert floors - tested == set()


def test_every_test_asserts() -> None:
    assert [found for source in sources(TESTS) for found in asserting_nothing(source)] == []


def test_no_test_is_switched_off() -> None:
    assert [found for source in sources(TESTS) for found in switched_off(source)] == []


def test_the_measures_measure() -> None:
    assert asserting_nothing(parse("def test_x(): f()")) == ["example.py:1"]
    assert asserting_nothing(parse("def test_x():\n with pytest.raises(E): f()")) == []
    assert asserting_nothing(parse("def test_x(): assert f()")) == []
    assert switched_off(parse("@pytest.mark." + "skipif(True)\ndef test_x(): pass")) == ["example.py:1"]
