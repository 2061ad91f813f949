"""Nothing left undone, no failure hidden, no rule switched off in silence."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.tree import PACKAGE, ROOT, Placed, Source, parse, sources, text_files

# written in two halves, or they would find themselves
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|NotImplemented" r"Error)\b")
SOMEBODYS_HOME = re.compile(r"/(?:home|Users)/\w|\.py" r"env\b")
REASONED_IGNORE = re.compile(r"# type: ignore\[[\w, -]+\]  # \w")
THE_CLOCK = PACKAGE / "edges" / "clock.py"


def hidden_failures(source: Source) -> list[str]:
    return [source.at(node) for node in source.nodes if isinstance(node, Placed) and _hides(node)]


def _hides(node: Placed) -> bool:
    match node:
        case ast.ExceptHandler(type=None):
            return True
        case ast.ExceptHandler(body=body):
            return all(_does_nothing(statement) for statement in body)
        case ast.Call(func=ast.Attribute(attr="suppress") | ast.Name(id="suppress"), args=args):
            return any(isinstance(arg, ast.Name) and arg.id in {"Exception", "BaseException"} for arg in args)
    return False


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def unseeded_chance(source: Source) -> list[str]:
    """random.Random() without a seed: allowed by the linter, which cannot see arguments."""
    calls = [node for node in source.nodes if isinstance(node, ast.Call) and not node.args]
    return [source.at(call) for call in calls if ast.unparse(call.func) in {"Random", "random.Random"}]


def unreasoned_ignores(source: Source) -> list[str]:
    lines = [(n, line) for n, line in enumerate(source.text.splitlines(), 1) if "# type: ignore" in line]
    return [f"{source.path}:{n}" for n, line in lines if not REASONED_IGNORE.search(line)]


def found_in_texts(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in text_files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"


def test_no_failure_is_hidden() -> None:
    assert [found for source in sources(PACKAGE) for found in hidden_failures(source)] == []


def test_nothing_is_left_undone() -> None:
    assert list(found_in_texts(UNFINISHED)) == []


def test_no_text_names_a_machine() -> None:
    assert list(found_in_texts(SOMEBODYS_HOME)) == []
    clone = re.compile(re.escape(str(ROOT)) + r"(?![\w-])")
    assert list(found_in_texts(clone)) == []


def test_chance_has_a_seed() -> None:
    assert [found for s in sources(PACKAGE) if s.path != THE_CLOCK for found in unseeded_chance(s)] == []


def test_types_are_ignored_for_a_reason_only() -> None:
    assert [found for source in sources(PACKAGE) for found in unreasoned_ignores(source)] == []


def test_only_the_clock_is_exempt_from_the_rules_on_time_and_chance() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    exempt = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert {path: rules for path, rules in exempt.items() if not path.startswith("tests/")} == {
        "callcontrol/edges/clock.py": ["TID251"]
    }
    switched_off = re.compile("noqa" + r".*\bTID251|noqa" + r"\s*$")
    assert [str(s.path) for s in sources(PACKAGE) if switched_off.search(s.text)] == []


@pytest.mark.parametrize(
    "code",
    [
        "try: f()\nexcept OSError: pass",
        "try: f()\nexcept OSError: ...",
        "try: f()\nexcept: log()",
        "with suppress(Exception): f()",
        "with contextlib.suppress(OSError, BaseException): f()",
    ],
)
def test_a_hidden_failure_is_seen(code: str) -> None:
    assert hidden_failures(parse(code)) != []


@pytest.mark.parametrize(
    "code",
    ["try: f()\nexcept OSError: found = None", "with suppress(FileNotFoundError): f()", "raise SystemExit"],
)
def test_a_handled_failure_is_fine(code: str) -> None:
    assert hidden_failures(parse(code)) == []


def test_the_other_measures_measure() -> None:
    assert unseeded_chance(parse("r = random.Random()")) == ["example.py:1"]
    assert unseeded_chance(parse("r = random.Random(7)")) == []
    assert unreasoned_ignores(parse("f()  # type: " + "ignore[attr-defined]")) == ["example.py:1"]
    assert unreasoned_ignores(parse("f()  # type: " + "ignore[attr-defined]  # it has no types")) == []
    assert UNFINISHED.search("# TO" + "DO later")
    assert SOMEBODYS_HOME.search("/" + "home/somebody/x")
    assert Path(__file__) in set(text_files())
