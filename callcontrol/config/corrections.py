"""A mistyped name of a section is told, and read as what was meant: one typing error hides and causes no others."""

from __future__ import annotations

from difflib import get_close_matches

from callcontrol.config.frozen import Frozen
from callcontrol.config.problems import Problem
from callcontrol.config.yaml_reader import Document, Tree, YamlPath


def corrected(document: Document, model: type[Frozen], file: str) -> Document:
    """The document with the keys of this model at its top; each that was meant otherwise is among its problems."""
    if not isinstance(document.tree, dict):
        return document
    meant = _meant(document.tree, model.written_keys())
    if not meant:
        return document
    told = [
        Problem(file, document.line((key,)), f"unknown key `{key}`", f"did you mean `{known}`?")
        for key, known in meant.items()
    ]
    tree: Tree = {meant.get(key, key): value for key, value in document.tree.items()}
    lines = {_renamed(place, meant): line for place, line in document.lines.items()}
    return Document(tree, lines, tuple(sorted((*document.problems, *told))))


def _meant(tree: dict[str, Tree], known: tuple[str, ...]) -> dict[str, str]:
    """Known keys by the unknown ones that stand for them; each is meant once, and not where it is written itself."""
    meant: dict[str, str] = {}
    for key in tree:
        near = [] if key in known else get_close_matches(key, known, 1)
        if near and near[0] not in tree and near[0] not in meant.values():
            meant[key] = near[0]
    return meant


def _renamed(place: YamlPath, meant: dict[str, str]) -> YamlPath:
    return (meant.get(place[0], place[0]), *place[1:]) if place else place
