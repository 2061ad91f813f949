"""The project's own files, as the tidy tests see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "callcontrol"
TESTS = ROOT / "tests"
WRITTEN_BY_US = (".ci", "callcontrol", "deploy", "freeswitch-xml", "tests")
TEXT = {".cfg", ".json", ".lua", ".md", ".py", ".sh", ".sql", ".toml", ".xml", ".yaml", ".yml", ""}

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
Placed = ast.stmt | ast.expr | ast.ExceptHandler | ast.arg


@dataclass(frozen=True)
class Source:
    """One Python file. It is parsed when its tree is asked for, once."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in the tree, as `ast.walk` goes through it."""
        return tuple(ast.walk(self.tree))

    def at(self, node: Placed) -> str:
        """Where a node is, as editors like it: path:line."""
        return f"{self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path}:{node.lineno}"


def parse(text: str, path: Path = Path("example.py")) -> Source:
    """A Source from its text."""
    return Source(path, text)


@cache
def sources(folder: Path) -> list[Source]:
    """Every Python file below `folder`. They are kept for the tests of one file (conftest.py)."""
    return [parse(path.read_text(), path) for path in sorted(folder.rglob("*.py"))]


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, nested ones too."""
    return (node for node in source.nodes if isinstance(node, FUNCTION))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Length of a function in lines, signature and docstring included, decorators not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def text_files() -> Iterator[Path]:
    """Everything a person wrote, captures of other people's traffic excepted."""
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in TEXT)
    for name in WRITTEN_BY_US:
        for path in sorted((ROOT / name).rglob("*")):
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path
