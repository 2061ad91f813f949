"""Calls as earlier versions saved them: each is read, and each upgrade has an example that is never made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callcontrol.control import saved
from callcontrol.control.call import Call
from callcontrol.edges.live_state.codec import CALLS, decode, encode
from callcontrol.vocabulary.stored import read_tag
from tests.upgrade.left_behind import LeftBehind

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE / "saved").glob("*.json"))
OF_OLD_DAEMONS = [
    pytest.param(text, id=f"{folder}-{call_id[:8]}")
    for folder in ("before_legs", "before_versions")
    for call_id, text in LeftBehind(HERE / folder).live_state["cc:{acme}:calls"]["value"].items()
]


@pytest.mark.parametrize("text", OF_OLD_DAEMONS)
def test_a_saved_call_is_read_with_its_whole_trail(text: str) -> None:
    told = json.loads(text)
    call = decode(text)
    assert isinstance(call, Call)
    assert (call.tenant, call.caller.number) == (told["tenant"], told["caller"]["number"])
    assert [entry.at for entry in call.trail] == [entry["at"] for entry in told["trail"]]
    assert decode(encode(call)) == call


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_of_the_version_it_is_named_after_and_is_read(example: Path) -> None:
    told = json.loads(example.read_bytes())
    assert "{}-{}".format(*read_tag(told["$"])) == example.stem
    assert CALLS.decode(CALLS.encode(decode(example.read_bytes()))) == decode(example.read_bytes())


def test_every_upgrade_has_its_example() -> None:
    upgraded = {f"{kind}-{version}" for kind, version in saved.UPGRADES}
    assert upgraded | {"Call-1"} <= {example.stem for example in EXAMPLES}
