"""Any bytes as an admin's YAML file: a tree whose every place has its line, or Problems that point into the file."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.yaml_reader import MAX_DEPTH, Tree, YamlPath, read


def check_yaml(data: bytes) -> None:
    """Any file, read as `config_folder` does."""
    text = data.decode("utf-8", "surrogateescape")
    document = read("f.yaml", text)
    lines = len(text.splitlines()) + 1
    assert all(1 <= problem.line <= lines and problem.what and problem.right for problem in document.problems)
    assert all(1 <= line <= lines for line in document.lines.values())
    assert document.problems == tuple(sorted(document.problems))
    for place in places(document.tree) if document.tree is not None else ():
        assert place in document.lines
        assert len(place) <= MAX_DEPTH + 1


def places(tree: Tree, above: YamlPath = ()) -> Iterator[YamlPath]:
    """Every place of a tree, the root first."""
    yield above
    match tree:
        case dict():
            for key, value in tree.items():
                yield from places(value, (*above, key))
        case list():
            for index, value in enumerate(tree):
                yield from places(value, (*above, str(index)))
