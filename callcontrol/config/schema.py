"""JSON Schema (draft 2020-12) of the YAML files, for editors that check and complete while one types."""

from __future__ import annotations

from typing import Any

from callcontrol.config.settings import Common, Frozen, Tenant

# What may stand in which file: `callcontrol.yaml`, and each of `tenants/*.yaml`.
FILES: dict[str, type[Frozen]] = {"settings": Common, "tenant": Tenant}

Node = dict[str, Any]


def schema(which: str) -> Node:
    """The schema of a file of this kind (a key of FILES), as strict about keys as the loader is."""
    made = FILES[which].model_json_schema(by_alias=True)
    definitions: dict[str, Node] = made.get("$defs", {})
    for node in (made, *(found for found in definitions.values() if "properties" in found)):
        _allow_empty_settings(node)
        for entries in node["properties"].values():
            _be_strict_about_names(entries, definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


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
