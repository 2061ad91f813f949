"""The drawing of the house in the README: floors, folders, and what each folder imports.

python -m tests.tidy.house     # draws it anew
"""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.tidy.tree import PACKAGE, ROOT, sources

README = ROOT / "README.md"
BEGIN, END = "<!-- the house: python -m tests.tidy.house -->\n```\n", "```\n"
NAME_WIDTH, INNER_WIDTH = 12, 52


def drawing() -> str:
    """The drawing as it should be: the highest floor first."""
    imported, layers = imports_by_folder(), floors()
    lines = [f"{'floor':<7}{'folder':<{NAME_WIDTH}}{'its folders':<{INNER_WIDTH}}imports from".rstrip()]
    for number, folders in zip(range(len(layers), 0, -1), layers, strict=True):
        for folder in folders:
            below = " ".join(name for layer in layers for name in layer if name in imported[folder])
            inner = " ".join(sorted(subfolders(folder)))
            lines.append(f"{number:<7}{folder:<{NAME_WIDTH}}{inner:<{INNER_WIDTH}}{below}".rstrip())
    return "\n".join(lines) + "\n"


def floors() -> list[list[str]]:
    """The folders of each floor, the highest first, as the linter is told."""
    linter = configparser.ConfigParser()
    linter.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = linter["importlinter:contract:floors"]["layers"].split("\n")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers if layer.strip()]


def subfolders(folder: str) -> Iterator[str]:
    """The packages right below a folder."""
    return (path.parent.name for path in (PACKAGE / folder).glob("*/__init__.py"))


def imports_by_folder() -> Mapping[str, set[str]]:
    """Of each folder, and of `__main__`, from which others its files import."""
    found: dict[str, set[str]] = {}
    for source in sources(PACKAGE):
        place = source.path.relative_to(PACKAGE)
        own = place.parts[0].removesuffix(".py")
        names = {name for node in source.nodes for name in _imported(node)}
        found.setdefault(own, set()).update(names - {own})
    return found


def _imported(node: ast.AST) -> Iterator[str]:
    """The folders a statement imports from."""
    match node:
        case ast.ImportFrom(module=str(module)) if module == PACKAGE.name:
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module)) if module.startswith(f"{PACKAGE.name}."):
            yield module.split(".")[1]
        case ast.Import():
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith(f"{PACKAGE.name}."))


def drawn(readme: str) -> str:
    """What the README draws."""
    return readme.split(BEGIN)[1].split(END)[0]


def _draw(path: Path) -> None:
    readme = path.read_text(encoding="utf-8")
    path.write_text(readme.replace(BEGIN + drawn(readme) + END, BEGIN + drawing() + END), encoding="utf-8")


if __name__ == "__main__":
    _draw(README)
