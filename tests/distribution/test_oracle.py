"""The oracle stays an oracle: it knows the words, the settings and the layout, and nothing of what it judges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import TESTS, sources

ORACLE = TESTS / "oracle"
MAY_KNOW = ("tests.oracle", "callcontrol.vocabulary", "callcontrol.config", "callcontrol.routing.queue_layout")
PURE_PYTHON = {"__future__", "collections", "dataclasses", "enum", "functools", "importlib", "math", "typing"}


def imports(folder: Path) -> Iterator[str]:
    for source in sources(folder):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom):
                yield node.module or ""
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


def test_the_oracle_imports_words_and_settings_alone() -> None:
    found = set(imports(ORACLE))
    assert "tests.oracle.state" in found
    known = {name for name in found if name.startswith(MAY_KNOW)}
    assert {name.partition(".")[0] for name in found - known} <= PURE_PYTHON
