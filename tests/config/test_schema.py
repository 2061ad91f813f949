"""The JSON Schema accepts what the loader accepts and refuses what an editor can know to be wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from callcontrol.config.schema import FILES, schema
from callcontrol.config.yaml_reader import Tree, read
from callcontrol.edges.config_folder import read_folder
from callcontrol.kinds import KINDS
from tests.config.example import EXAMPLE
from tests.config.folder import located


def as_editors_see(tree: Tree) -> Any:
    """Plain scalars typed by YAML 1.2's core schema, as language servers do it."""
    match tree:
        case dict():
            return {key: as_editors_see(value) for key, value in tree.items()}
        case list():
            return [as_editors_see(value) for value in tree]
        case "true" | "false":
            return tree == "true"
        case str() if re.fullmatch("[-+]?[0-9]+", tree):
            return int(tree)
        case str() if re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", tree):
            return float(tree)
        case _:
            return tree


def complaints(which: str, text: str) -> list[str]:
    tree = as_editors_see(read("f.yaml", text).tree)
    return [error.json_path for error in Draft202012Validator(schema(which, KINDS)).iter_errors(tree)]


@pytest.mark.parametrize("which", FILES)
def test_it_is_a_json_schema(which: str) -> None:
    made = schema(which, KINDS)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["additionalProperties"] is False


@pytest.mark.parametrize("file", [f for f in read_folder(EXAMPLE) if not f.startswith("tariffs/")])
def test_the_example_is_valid(file: str) -> None:
    assert complaints("tenant" if file.startswith("tenants/") else "settings", read_folder(EXAMPLE)[file]) == []


REFUSED = [
    ("settings", "switches: {fs1: {password: x, adress: y}}\n", "$.switches.fs1"),
    ("settings", "switches: {fs1: {password: x}}\nlimits: {hops: 99}\n", "$.limits"),
    ("settings", "listen: 127.0.0.1:8084\n", "$"),
    ("settings", "switches: {fs 1: {password: x}}\n", "$.switches"),
    ("tenant", "domain: a.example\ncompany_number: 1\ntariff: t\nnumbers: {1: ivr:x}\n", "$.numbers"),
    ("tenant", "domain: a.example\ncompany_number: 1\ntariff: t\nshow: me\n", "$.show"),
    ("tenant", "domain: a.example\ncompany_number: 1\ntariff: t\nextensions: {101: {ring: 900}}\n", "$.extensions"),
    *(
        ("tenant", f"domain: a.example\ncompany_number: 1\ntariff: t\n{block}\n", f"$.{block.partition(':')[0]}")
        for block in (
            "queues: {q: {agents: []}}",
            "queues: {q: {agents: [{agent: a}], strategy: fastest}}",
            "queues: {q: {agents: [{agent: a}], keys: {1: call}}}",
            "queues: {q: {agents: [{agent: a}], keys: {11: callback}}}",
            "queues: {q: {agents: [{agent: a}], callback: {opens: 25:00}}}",
            "agents: {a: {skills: {german: 11}}}",
            "pauses: {100: lunch}",
        )
    ),
]


@pytest.mark.parametrize(("which", "text", "path"), REFUSED)
def test_editors_see_mistakes(which: str, text: str, path: str) -> None:
    found = complaints(which, located(text) if which == "tenant" else text)
    assert found
    assert all(place.startswith(path) for place in found)


def test_empty_settings_are_allowed_where_the_loader_allows_them() -> None:
    required = located("domain: a.example\ncompany_number: 1\ntariff: t\n")
    text = required + "extensions:\n  101:\n  102: {forward: }\ngroups:\nshow:\n"
    assert complaints("tenant", text) == []


def test_what_only_the_loader_fills_is_not_offered() -> None:
    assert not {"tenants", "sources", "tariff_files"} & set(schema("settings", KINDS)["properties"])


@pytest.mark.parametrize("secret", ["x", "123", "{file: /run/secret}", "{env: NAME}"])
def test_a_secret_is_written_or_named(secret: str) -> None:
    trunks = f"trunks: {{a: {{number: 1, password: {secret}}}}}"
    assert complaints("settings", f"switches: {{fs1: {{password: {secret}}}}}\n{trunks}\n") == []
    if secret != "123":
        assert complaints("settings", f"switches: {{a: {{password: x}}}}\nredis: {{url: {secret}}}\n") == []


@pytest.mark.parametrize("secret", ["{vault: x}", "{file: /a, env: B}", "{}", "[x]"])
def test_what_names_no_secret_is_seen(secret: str) -> None:
    assert complaints("settings", f"switches: {{fs1: {{password: {secret}}}}}\n") == ["$.switches.fs1.password"]
