"""What is now stands in a call's state: no decision is read back from the trail."""

from __future__ import annotations

import ast

from tests.tidy.tree import PACKAGE, Source, parse, sources

# The places that write it: an entry more; and behind the trail of a worker before.
WRITERS = ("noting", "continuing")


def reads_of_the_trail(source: Source) -> list[str]:
    written = {
        id(node)
        for function in source.nodes
        if isinstance(function, ast.FunctionDef) and function.name in WRITERS
        for node in ast.walk(function)
    }
    return [
        source.at(node)
        for node in source.nodes
        if isinstance(node, ast.Attribute) and node.attr == "trail" and id(node) not in written
    ]


def test_control_routing_and_kinds_never_read_the_trail() -> None:
    looked_at = [source for floor in ("control", "routing", "kinds") for source in sources(PACKAGE / floor)]
    assert len(looked_at) > 50
    assert [found for source in looked_at for found in reads_of_the_trail(source)] == []


def test_a_read_is_found() -> None:
    assert reads_of_the_trail(parse("def f(call): return call.trail[-1]")) != []
    assert reads_of_the_trail(parse("def noting(self, e): return self.trail.adding(e)")) == []
