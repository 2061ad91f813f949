"""Rules, inbox messages and signs of life of switches, written without a version, are read as version 1."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from callcontrol.edges.live_state.inbox import MESSAGE, Inbox
from callcontrol.edges.live_state.rules import decode_rule, encode_rule
from callcontrol.edges.live_state.workers import HEARD
from callcontrol.vocabulary.queue import Offer
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.stored import Newer, Unreadable
from callcontrol.vocabulary.target import text_of
from tests.upgrade.left_behind import LeftBehind

HERE = Path(__file__).parent
STATES = [LeftBehind(HERE / folder).live_state for folder in ("before_legs", "before_versions")]
RULES = [(field, text) for state in STATES for field, text in state["cc:{acme}:rules"]["value"].items()]
MESSAGE_1 = (HERE / "kept" / "Message-1.json").read_bytes()


@pytest.mark.parametrize(("field", "text"), RULES)
def test_a_rule_without_a_version_is_read_and_written_again_with_one(field: str, text: str) -> None:
    told, kind = json.loads(text), RuleKind(field.partition("/")[2])
    rule = decode_rule(kind, text.encode())
    if told.get("removed"):
        assert rule is None
        return
    assert rule is not None
    assert (text_of(rule.target), rule.on, rule.show) == (told["target"], told["on"], told["show"])
    assert orjson.loads(encode_rule(rule)) == {"$": "Rule", **told}
    assert decode_rule(kind, encode_rule(rule)) == rule


def test_an_inbox_message_without_a_version_is_understood() -> None:
    heard: list[tuple[str, Offer]] = []
    inbox = Inbox("redis://127.0.0.1:1", "w1", lambda *offer: heard.append(offer), _never, _never)
    inbox._take(MESSAGE_1)
    inbox._take(orjson.dumps({"$": "Message", **json.loads(MESSAGE_1)}))
    assert [(tenant, offer.agents) for tenant, offer in heard] == [("acme", ("jan",))] * 2
    inbox._take(orjson.dumps({"$": "Message/2", "to": "somebody"}))  # of a later version: skipped and logged
    assert len(heard) == 2


def test_a_sign_of_life_without_a_version_is_read() -> None:
    for state in STATES:
        for text in state.get("cc:{-workers}:heard", {"value": {}})["value"].values():
            assert HEARD.read(json.loads(text)) == json.loads(text)
            assert HEARD.read({"$": "Heard", **json.loads(text)}) == json.loads(text)


def test_a_value_of_a_later_version_or_of_another_kind_is_refused() -> None:
    with pytest.raises(Newer, match="Message has version 2"):
        MESSAGE.read({"$": "Message/2"})
    for other in ({"$": "Rule"}, ["offers"], {"$": 1}):
        with pytest.raises(Unreadable):
            MESSAGE.read(other)


def _never(*what: object) -> None:
    raise AssertionError(what)
