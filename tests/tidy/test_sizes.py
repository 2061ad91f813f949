"""Small and clear: long functions and files are where two ideas share a place."""

import ast
from pathlib import Path
from statistics import median

from tests.tidy.tree import PACKAGE, Source, functions, lines_of, parse, sources

FUNCTION_LINES = 50
FILE_LINES = 400
MEDIAN_FUNCTION_LINES = 10
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc"}


def long_functions(source: Source) -> list[str]:
    long = [function for function in functions(source) if lines_of(function) > FUNCTION_LINES]
    return [f"{source.at(function)} {function.name}: {lines_of(function)} lines" for function in long]


def is_vague(path: Path) -> bool:
    return not VAGUE.isdisjoint(path.with_suffix("").parts)


def test_no_function_is_long() -> None:
    assert [found for source in sources(PACKAGE) for found in long_functions(source)] == []


def test_no_file_is_long() -> None:
    lengths = {str(source.path): source.text.count("\n") for source in sources(PACKAGE)}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_the_usual_function_is_short() -> None:
    lengths = [lines_of(function) for source in sources(PACKAGE) for function in functions(source)]
    assert median(lengths) <= MEDIAN_FUNCTION_LINES


def test_modules_are_named_for_what_is_in_them() -> None:
    assert [str(s.path) for s in sources(PACKAGE) if is_vague(s.path.relative_to(PACKAGE))] == []


def test_every_package_says_what_it_is_for() -> None:
    folders = {source.path.parent for source in sources(PACKAGE)}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(source.path) for source in sources(PACKAGE) if not ast.get_docstring(source.tree)] == []


def test_the_measures_measure() -> None:
    body = "    pass\n" * FUNCTION_LINES
    assert long_functions(parse(f"def short():\n{body[9:]}")) == []
    long = parse(f"class C:\n  async def long(self):\n{body}")
    assert long_functions(long) == ["example.py:2 long: 51 lines"]
    assert is_vague(Path("edges/utils.py"))
    assert is_vague(Path("common/clock.py"))
    assert not is_vague(Path("edges/clock.py"))
