"""Calls saved by earlier versions: each is read, and each upgrade has an example that is never generated again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from callcontrol.control import saved
from callcontrol.control.call import Call
from callcontrol.edges.live_state.codec import CALLS, decode, encode
from callcontrol.vocabulary.stored import read_tag
from tests.routing.world import TENANT, facts, settings
from tests.upgrade.left_behind import LeftBehind

HERE = Path(__file__).parent
# One call in each state of the queue, its callbacks and the star codes, written when these stood below the kinds.
STATES = sorted((HERE / "saved_states").glob("*.json"))
EXAMPLES = sorted((HERE / "saved").glob("*.json"))
OF_OLD_DAEMONS = [
    pytest.param(text, id=f"{folder}-{call_id[:8]}")
    for folder in ("before_legs", "before_versions")
    for call_id, text in LeftBehind(HERE / folder).live_state["cc:{acme}:calls"]["value"].items()
]


@pytest.mark.parametrize("text", OF_OLD_DAEMONS)
def test_a_saved_call_is_read_with_its_whole_trail(text: str) -> None:
    before = json.loads(text)
    call = decode(text)
    assert isinstance(call, Call)
    assert (call.tenant, call.caller.number) == (before["tenant"], before["caller"]["number"])
    assert [entry.at for entry in call.trail] == [entry["at"] for entry in before["trail"]]
    assert decode(encode(call)) == call


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_of_the_version_it_is_named_after_and_is_read(example: Path) -> None:
    before = json.loads(example.read_bytes())
    assert "{}-{}".format(*read_tag(before["$"])) == example.stem
    assert CALLS.decode(CALLS.encode(decode(example.read_bytes()))) == decode(example.read_bytes())


@pytest.mark.parametrize("text", OF_OLD_DAEMONS)
def test_a_call_saved_without_a_language_gets_the_tenants_language(text: str) -> None:
    call: Call = decode(text)
    assert "language" not in json.loads(text)
    polish = replace(facts(), settings=settings(TENANT + "language: pl\n"), chosen_language=None)
    assert (call.language, polish.led_in(call.language).language) == (None, "pl")


def test_every_upgrade_has_its_example() -> None:
    upgraded = {f"{kind}-{version}" for kind, version in saved.UPGRADES}
    assert upgraded | {"Call-1"} <= {example.stem for example in EXAMPLES}


@pytest.mark.parametrize("example", STATES, ids=lambda path: path.stem)
def test_states_of_kinds_are_saved_by_the_names_they_had_before(example: Path) -> None:
    before, call = json.loads(example.read_bytes()), decode(example.read_bytes())
    again = json.loads(encode(call))
    assert all(is_within(before[part], again[part]) for part in ("state", "serving", "offers"))
    assert decode(encode(call)) == call


def is_within(before: object, again: object) -> bool:
    """Whether a value is written as it was, apart from new fields."""
    if isinstance(before, dict) and isinstance(again, dict):
        return all(key in again and is_within(value, again[key]) for key, value in before.items())
    if isinstance(before, list) and isinstance(again, list):
        return len(before) == len(again) and all(map(is_within, before, again))
    return before == again


def test_is_within_finds_differences() -> None:
    assert is_within({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3})
    assert not is_within({"a": [{"b": 1}]}, {"a": [{"c": 1}]})
    assert not is_within({"a": [1]}, {"a": [1, 2]})
