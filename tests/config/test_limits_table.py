"""The table of limits in deploy/README.md is whole and true: every setting, its default, a metric that is counted."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from typing import NamedTuple

import pytest

from callcontrol.config.limits import Limits
from callcontrol.config.queue_settings import Overflow
from tests.config.example import ROOT
from tests.config.test_deploy import METRIC, sample_names

ROW = re.compile(r"^\| `([a-zA-Z_.]+)` \| ([0-9,]+) \| (.+) \| `(.+)` \|$", re.MULTILINE)
LABEL = re.compile(r'^\{limit="([A-Za-z_]+)"\}$')
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "callcontrol").rglob("*.py")))


class Row(NamedTuple):
    """One limit as it is documented."""

    name: str
    default: int
    past: str
    counted: str


def table() -> list[Row]:
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    section = text.split("\n## Limits\n")[1].split("\nWhat is kept where")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = ROW.findall(section)
    found = [Row(name, int(default.replace(",", "")), past, counted) for name, default, past, counted in cells]
    assert len(found) == len(lines), "a row is written otherwise than the others"
    return found


def value_of(name: str) -> object:
    """The default a name of the table stands for."""
    place, _, last = name.rpartition(".")
    if place in ("limits", "overflow"):
        return getattr({"limits": Limits(), "overflow": Overflow()}[place], last)
    try:
        return getattr(import_module(f"callcontrol.{place}"), last)
    except ModuleNotFoundError:
        module, _, owner = place.rpartition(".")
        kind = getattr(import_module(f"callcontrol.{module}"), owner)
        assert is_dataclass(kind)
        (default,) = [field.default for field in fields(kind) if field.name == last and field.default is not MISSING]
        return default


@pytest.mark.parametrize("row", table(), ids=lambda row: row.name)
def test_a_row_tells_the_truth(row: Row) -> None:
    assert value_of(row.name) == row.default
    assert len(row.past) > 10
    label = LABEL.match(row.counted)
    if label:
        assert f'"{label[1]}"' in CODE, "nothing counts it"
    else:
        assert set(METRIC.findall(row.counted)) <= sample_names()
        assert METRIC.findall(row.counted)


def test_every_limit_has_its_row_and_none_has_two() -> None:
    names = [row.name for row in table()]
    assert len(names) == len(set(names))
    assert {name.removeprefix("limits.") for name in names if name.startswith("limits.")} == set(Limits.model_fields)
    assert "callcontrol_limits_reached_total" in sample_names()
