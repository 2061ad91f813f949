"""What is a star code at all, and that each is registered, tested and in the README."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callcontrol.config.talk_keys import TALK_KEYS
from callcontrol.kinds import star_codes
from callcontrol.kinds.star_codes import STAR_CODES
from callcontrol.kinds.targets.conference.keys import KEYS
from callcontrol.routing import arrival
from callcontrol.routing.facts import StarCode
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.call import Caller
from tests.routing import queue_world
from tests.routing.world import TENANT, facts
from tests.tidy.tree import ROOT

PHONE = Caller("101", "Jan", extension="101")
MECHANISM = {"__init__", "storing", "agent_code", "overriding", "supervising"}
FILES = {path.stem for path in Path(star_codes.__file__).parent.glob("*.py")} - MECHANISM


@pytest.mark.parametrize("dialled", ["*59#", "*#50#", "##50#", "*50*12345#", "*51*lunch#", "*51**1#"])
def test_what_only_looks_like_an_agents_code_is_unknown(dialled: str) -> None:
    caller = Caller("101", extension="101")
    assert isinstance(arrival.decide(queue_world.facts(dialled, caller=caller)).step, Refuse)


def test_an_agents_codes_need_no_rules_but_his_own() -> None:
    caller = Caller("101", extension="101")
    known = replace(queue_world.facts("*50#", caller=caller), rules={})
    assert arrival.wanted(known) == frozenset({"101"})


def test_unknown_code_is_no_number() -> None:
    assert isinstance(arrival.decide(facts("*99*1#", caller=PHONE)).step, Refuse)


def test_a_caller_from_outside_has_no_star_codes() -> None:
    assert isinstance(arrival.decide(facts("*21*102#")).step, Refuse)


def test_each_file_is_registered_once_and_has_its_test() -> None:
    declared = [getattr(star_codes, name).CODE for name in sorted(FILES)]
    assert sorted(map(id, STAR_CODES)) == sorted(map(id, declared))
    assert {path.stem for path in Path(__file__).parent.glob("test_*.py")} >= {f"test_{name}" for name in FILES}


def test_the_readme_has_their_rows_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| dialled | who | what it does |\n| --- | --- | --- |\n")[2].partition("\n\n")[0]
    rows = [f"| {usage.dialled} | {code.who} | {usage.does} |" for code in STAR_CODES for usage in code.usages]
    assert table.splitlines() == rows


def test_no_digits_are_two_codes() -> None:
    tried = [f"{verb}{code:02}#" for verb in ("*", "#", "##", "*#") for code in range(100)]
    assert [d for d in tried if sum(bool(code.form.fullmatch(d)) for code in STAR_CODES) > 1] == []


_SAMPLES = {
    "target": "102", "seconds": "30", "reason": "1", "hours": "1", "HHMM": "0700", "duty": "1", "number": "102",
    "digits": "4870", "box": "101", "place": "701", "extension": "102", "mode": "2",
}  # fmt: skip


def dialled_by(usage: str) -> list[str]:
    """What a row of the table says is dialled, with values in the places of words."""
    codes = [part for at, part in enumerate(usage.split("`")) if at % 2]
    for word, value in _SAMPLES.items():
        codes = [code.replace(word, value) for code in codes]
    return codes


@pytest.mark.parametrize("code", STAR_CODES, ids=lambda code: code.usages[0].dialled)
def test_what_the_table_says_is_that_code_and_no_other(code: StarCode) -> None:
    written = [dialled for usage in code.usages for dialled in dialled_by(usage.dialled)]
    assert written
    for dialled in [*written, *(one.removesuffix("#") for one in written)]:
        assert [other for other in STAR_CODES if other.form.fullmatch(dialled)] == [code], dialled


def test_the_readme_has_the_keys_of_a_conversation_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    head = "| setting | keys | where they count | what they do |\n| --- | --- | --- | --- |\n"
    table = readme.partition(head)[2].partition("\n\n")[0]
    rows = [f"| `{key.setting}` | `{key.default}` | {key.who} | {key.does} |" for key in TALK_KEYS]
    assert table.splitlines() == rows
    with_all = facts(tenant=TENANT + "transfers: {keys: {on: yes}}\n").tenant
    assert all(key.keys(with_all) == key.default for key in TALK_KEYS)


def test_codes_that_hide_a_number_are_no_star_codes() -> None:
    assert not [code for code in STAR_CODES for verb in "*#" if code.form.fullmatch(f"{verb}31#")]


def test_the_keys_of_rooms_stand_in_the_readme_and_none_begins_another() -> None:
    who = {True: "moderators", False: "all"}
    rows = [f"| `*{key}` | {who[what.moderators_only]} | {what.meaning} |" for key, what in KEYS.items()]
    assert "\n".join(rows) in (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(len(key) == 1 for key in KEYS)
