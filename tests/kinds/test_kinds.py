"""What holds for every kind of target, whatever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callcontrol.config.checks.places import targets_in
from callcontrol.config.settings import Settings, Tenant
from callcontrol.control import saved
from callcontrol.edges.config_folder import load_folder
from callcontrol.kinds import KINDS
from callcontrol.routing.facts import RoutedKind
from callcontrol.vocabulary.target import BadTarget, text_of
from tests.config.example import EXAMPLE

README = Path(__file__).parents[2] / "README.md"
VALUES = {"number": "+48600700800", "sip": "bob@example.com", "hangup": "busy"}
WRITTEN = [kind for kind in KINDS if kind.form is not None]


def example() -> Tenant:
    settings = load_folder(EXAMPLE)
    assert isinstance(settings, Settings)
    return settings.tenants["acme"]


def test_the_table_in_the_readme_is_the_registry() -> None:
    rows = [f"| `{kind.word}:` | {kind.row} |" for kind in WRITTEN]
    table = "\n".join(["| target | what happens |", "| --- | --- |", *rows, ""])
    assert f"\n\n{table}\n" in README.read_text(encoding="utf-8"), f"the table should be\n\n{table}"


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.word)
def test_what_is_written_is_read(kind: RoutedKind[Any]) -> None:
    target = kind.target(VALUES.get(kind.word, "sales"))
    assert KINDS.read(text_of(target)) == target
    assert KINDS.of(target) is kind


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.word)
@pytest.mark.parametrize("value", ["", "a b", "x\n", "$x", "a" * 300])
def test_no_kind_takes_any_value(kind: RoutedKind[Any], value: str) -> None:
    with pytest.raises(BadTarget):
        KINDS.read(f"{kind.word}:{value}")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.block], ids=lambda kind: kind.word)
def test_all_targets_of_an_entry_are_among_its_links(kind: RoutedKind[Any]) -> None:
    """The example has entries of all kinds, with all their settings: a kind that forgets one of them is told here."""
    assert kind.block is not None
    tenant, above = example(), ("tenants", "acme", kind.block.key)
    written = {(place, target) for place, target in targets_in("acme", tenant) if place[:3] == above}
    links = {
        ((*above, name, *link.place), link.to)
        for name, entry in kind.block.of(tenant).items()
        for link in kind.links(name, entry)
    }
    assert links == written
    assert kind.block.of(tenant)


def test_no_two_classes_that_are_saved_have_one_name() -> None:
    """By its name a value is read back: of two of one name only the first would be one that is saved."""
    names = [cls.__name__ for cls in KINDS.saved]
    assert sorted(names) == sorted(set(names))
    assert not {cls for cls in KINDS.saved if saved.CLASSES.get(cls.__name__, cls) is not cls}


def test_a_tenants_file_has_the_blocks_of_all_kinds() -> None:
    assert {kind.block.key for kind in KINDS if kind.block} <= set(KINDS.tenant.written_keys())
    assert issubclass(KINDS.tenant, Tenant)
