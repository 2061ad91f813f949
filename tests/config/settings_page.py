"""deploy/SETTINGS.md: every key of the YAML with its default and what it means, as the settings declare them.

python -m tests.config.settings_page     # writes it anew
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callcontrol.config.schema import FILES, schema
from callcontrol.kinds import KINDS
from tests.tidy.tree import ROOT

PAGE = ROOT / "deploy" / "SETTINGS.md"
INTRODUCTION = """\
# Settings

Every key of the YAML, its default, and what it means. `callcontrol schema settings` and `callcontrol schema tenant` say
the same to editors, with the values that are allowed. `deploy/example/` shows the usual cases.
"""
TITLES = {"settings": "`callcontrol.yaml`", "tenant": "`tenants/*.yaml`"}

Node = dict[str, Any]


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(_file(which) for which in FILES)


def _file(which: str) -> str:
    made = schema(which, KINDS)
    blocks = {name: node for name, node in made["$defs"].items() if "properties" in node}
    parts = [_block(f"## {TITLES[which]}", made, blocks)]
    return "".join(parts + [_block(f"### {name}", node, blocks) for name, node in sorted(blocks.items())])


def _block(title: str, node: Node, blocks: dict[str, Node]) -> str:
    about = " ".join(str(node.get("description", "")).split())
    rows = "\n".join(_rows(node, blocks))
    return f"\n{title}\n\n{about}\n\n| key | default | meaning |\n| --- | --- | --- |\n{rows}\n"


def _rows(node: Node, blocks: dict[str, Node]) -> Iterator[str]:
    for key, value in node["properties"].items():
        of_block = [name for name in blocks if f"'#/$defs/{name}'" in str(value)]
        default = "required" if key in node.get("required", ()) else "" if of_block else _written(value.get("default"))
        told = value.get("description") or value.get("items", {}).get("description")
        meaning = told or ", ".join(f"see {name}" for name in of_block)
        yield f"| `{key}` | {default} | {' '.join(meaning.split())} |"


def _written(default: Any) -> str:
    match default:
        case None | "" | [] | {}:
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case _:
            return f"`{default}`"


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")
