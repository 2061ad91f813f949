"""The project's own files, as the tidy tests see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "callcontrol"
TESTS = ROOT / "tests"
WRITTEN_BY_US = (".ci", "callcontrol", "deploy", "freeswitch-xml", "tests")
TEXT = {".cfg", ".json", ".lua", ".md", ".py", ".sh", ".sql", ".toml", ".xml", ".yaml", ".yml", ""}

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
Placed = ast.stmt | ast.expr | ast.ExceptHandler | ast.arg


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    def at(self, node: Placed) -> str:
        """Where a node is, as editors like it: path:line."""
        return f"{self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path}:{node.lineno}"


def parse(text: str, path: Path = Path("example.py")) -> Source:
    """A Source from its text."""
    return Source(path, text, ast.parse(text, str(path)))


def sources(folder: Path) -> list[Source]:
    """Every Python file below `folder`."""
    return [parse(path.read_text(), path) for path in sorted(folder.rglob("*.py"))]


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, FUNCTION))


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
