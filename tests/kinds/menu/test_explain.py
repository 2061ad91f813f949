"""`explain` walks menus: what each key leads to, each menu once."""

from __future__ import annotations

from callcontrol.routing.explain import explain
from tests.kinds.menu.story import known


def test_each_way_is_told_and_a_menu_only_once() -> None:
    lines = explain(known())
    assert "menu main: the caller chooses by keys" in lines
    for case in ("if 1 is pressed:", "if 102 is dialled:", "if nothing is pressed, 3 times:"):
        assert case in lines, case
    assert "if what is pressed leads nowhere, 2 times:" in lines
    at = lines.index("if 2 is pressed:")
    assert lines[at + 1].startswith("  -> menu:sub (key 2 of menu:main) [tenants/acme.yaml:")
    assert lines[at + 2] == "  menu sub: the caller chooses by keys"
    back = next(i for i, line in enumerate(lines) if line == "  if * is pressed:")
    assert lines[back + 2] == "    menu main, as shown above"
    silent = lines.index("if nothing is pressed, 3 times:")
    assert lines[silent + 1].startswith("  -> extension:103 (menu:main: nothing was pressed) [tenants/acme.yaml:")


def test_all_extensions_are_one_line() -> None:
    menus = "\n  main: {prompt: m.wav, direct_dial: all}\n  sub: {prompt: s.wav, keys: {1: hangup:busy}}\n"
    lines = explain(known(menus=menus))
    assert "if the number of an extension of the tenant's is dialled, it is rung:" in lines
