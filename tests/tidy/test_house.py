"""The README draws the house as it is."""

from __future__ import annotations

import re

from tests.tidy.house import README, drawing, drawn, imports_by_folder
from tests.tidy.tree import PACKAGE


def test_floors_folders_and_imports_are_as_drawn() -> None:
    assert drawn(README.read_text(encoding="utf-8")) == drawing(), "python -m tests.tidy.house draws it anew"


def test_every_folder_has_a_row_that_says_what_it_holds() -> None:
    table = README.read_text(encoding="utf-8").split("| folder | what it holds |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| `([a-z_]+)/` \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    imported = imports_by_folder()
    assert [name for i, name in enumerate(rows) if imported[name] - set(rows[:i])] == []  # only from those above
