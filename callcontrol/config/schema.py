"""JSON Schema (draft 2020-12) of the YAML files, for editors that check and complete while one types."""

from __future__ import annotations

from typing import Any

from callcontrol.config.settings import Common, Frozen
from callcontrol.config.target_fields import ANY_KIND
from callcontrol.config.ways import AllKinds

# What may stand in which file: `callcontrol.yaml`, and each of `tenants/*.yaml`.
FILES = ("settings", "tenant")

Node = dict[str, Any]


def schema(which: str, kinds: AllKinds) -> Node:
    """The schema of a file of this kind (one of FILES), as strict about keys as the loader is."""
    form: type[Frozen] = kinds.tenant if which == "tenant" else Common
    made = form.model_json_schema(by_alias=True)
    definitions: dict[str, Node] = made.get("$defs", {})
    for node in (made, *(found for found in definitions.values() if "properties" in found)):
        _allow_empty_settings(node)
        for entries in node["properties"].values():
            _be_strict_about_names(entries, definitions)
    known: Node = _with_kinds(made, f"({'|'.join(kinds.forms.by_word)})")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **known}


def _with_kinds(value: Any, words: str) -> Any:
    """The patterns of targets with the words of all kinds."""
    match value:
        case dict():
            return {key: _with_kinds(inner, words) for key, inner in value.items()}
        case list():
            return [_with_kinds(inner, words) for inner in value]
        case str():
            return value.replace(ANY_KIND, words)
        case _:
            return value


def _allow_empty_settings(node: Node) -> None:
    """A key with nothing behind it counts as not written, so null is allowed wherever a key may be left out."""
    for key, value in node["properties"].items():
        if key not in node.get("required", ()):
            node["properties"][key] = _or_null(value)


def _be_strict_about_names(value: Node, definitions: dict[str, Node]) -> None:
    """Blocks of named entries: no other names, and an entry may be empty where all its keys may be left out."""
    for block in (value, *value.get("anyOf", ())):
        for pattern, entry in block.get("patternProperties", {}).items():
            block["additionalProperties"] = False
            if "$ref" in entry and not definitions[entry["$ref"].rpartition("/")[2]].get("required"):
                block["patternProperties"][pattern] = _or_null(entry)


def _or_null(value: Node) -> Node:
    if {"type": "null"} in value.get("anyOf", ()):
        return value
    described: Node = {key: value[key] for key in ("description", "default") if key in value}
    return {**described, "anyOf": [value, {"type": "null"}]}
