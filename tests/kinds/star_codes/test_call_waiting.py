"""*43#: whether a second call rings at an extension that is on a call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import Stored
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.edges.live_state.overrides import decode_override, encode_override
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, REFUSE
from callcontrol.routing import arrival
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse, Ring
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import CallWaiting
from callcontrol.vocabulary.trail import Noted, Passed, Routed
from tests.control.story import Story
from tests.routing.world import DID, NOW, TENANT, facts, rule

PHONE = Caller("101", extension="101")
OFF_BY_FILE = TENANT.replace("'101': {name: Jan}", "'101': {name: Jan, call_waiting: no}")
BY_PHONE = {on: {"call_waiting:101": CallWaiting(on, None, "extension:101", NOW)} for on in (True, False)}
TALKS = {"101": ("other",)}


def dial(code: str, tenant: str = TENANT) -> Story:
    return Story(facts(code, caller=PHONE, tenant=tenant)).begin()


@pytest.mark.parametrize(("code", "on", "heard"), [("*43#", True, CONFIRM), ("#43", False, OFF)])
def test_it_is_set_for_the_next_call(code: str, on: bool, heard: str) -> None:
    story = dial(code)
    stored = story.command(do.StoreOverride)
    assert (stored.of, stored.override) == ("call_waiting:101", replace(BY_PHONE[on][stored.of], at=story.facts.now))
    story.call = decode(encode(story.call))
    assert story.then(Stored()).command(do.Play).file == heard
    said = "on" if on else "off"
    assert f"call_waiting:101: {said}, set by extension:101" in [one.what for one in story.entries(Noted)]


@pytest.mark.parametrize(("tenant", "heard"), [(TENANT, CONFIRM), (OFF_BY_FILE, OFF)])
def test_it_is_asked_for(tenant: str, heard: str) -> None:
    story = dial("*#43#", tenant)
    assert story.command(do.Play).file == heard
    assert not story.has(do.StoreOverride)


def test_it_is_refused_where_phones_do_not_set_it() -> None:
    story = dial("#43#", TENANT + "call_waiting: no\n")
    assert story.command(do.Play).file == REFUSE
    assert not story.has(do.StoreOverride)


def known(tenant: str = TENANT, *, by_phone: bool | None = None, dialled: str = "", **more: object) -> Facts:
    found = facts(dialled or DID["extension"], tenant=tenant, **more)  # type: ignore[arg-type]
    return replace(found, overrides={} if by_phone is None else BY_PHONE[by_phone], on_call=TALKS)


@pytest.mark.parametrize(("tenant", "by_phone"), [(OFF_BY_FILE, None), (TENANT, False), (OFF_BY_FILE, False)])
def test_a_second_call_finds_the_extension_busy(tenant: str, by_phone: bool | None) -> None:
    decision = arrival.decide(known(tenant, by_phone=by_phone))
    assert isinstance(decision.step, Refuse)
    assert decision.step.outcome is Outcome.BUSY
    assert "on a call, and no call waiting" in [one.why for one in decision.why if isinstance(one, Passed)]


@pytest.mark.parametrize(("tenant", "by_phone"), [(TENANT, None), (TENANT, True), (OFF_BY_FILE, True)])
def test_a_second_call_rings(tenant: str, by_phone: bool | None) -> None:
    assert isinstance(arrival.decide(known(tenant, by_phone=by_phone)).step, Ring)


def test_the_files_count_where_phones_may_not_set_it() -> None:
    written = OFF_BY_FILE + "call_waiting: no\n"
    assert isinstance(arrival.decide(known(written, by_phone=True)).step, Refuse)


def test_the_first_call_rings_and_so_does_one_that_is_this_very_call() -> None:
    free = known(OFF_BY_FILE)
    assert isinstance(arrival.decide(replace(free, on_call={})).step, Ring)
    assert isinstance(arrival.decide(replace(free, call="other")).step, Ring)


def test_its_busy_rule_applies_and_a_group_rings_without_it() -> None:
    moved = arrival.decide(known(OFF_BY_FILE, rules={"101": [rule("busy", "extension:102")]}))
    assert "rule busy of extension:101" in [one.why for one in moved.why if isinstance(one, Routed)]
    group = arrival.decide(known(OFF_BY_FILE, dialled=DID["quiet"])).step
    assert isinstance(group, Ring)
    assert [leg.to for leg in group.legs] == ["extension:102"]


def test_explain_says_it_and_where_it_is_written() -> None:
    assert any("(on a call, and no call waiting) [tenants/acme.yaml:" in line for line in explain(known(OFF_BY_FILE)))
    assert any("no call waiting) [extension:101, " in line for line in explain(known(by_phone=False)))


def test_only_what_matters_is_looked_up() -> None:
    assert arrival.calls_wanted(replace(facts(), rules={}), {"101"}) == frozenset()
    asked = replace(facts(tenant=OFF_BY_FILE), rules={})
    assert arrival.calls_wanted(asked, {"101", "102"}) == {"101"}
    assert arrival.calls_wanted(replace(asked, on_call=TALKS), {"101", "102"}) == frozenset()
    assert arrival.calls_wanted(replace(facts(), overrides=BY_PHONE[False])) == {"101"}


@pytest.mark.parametrize("on", [True, False])
def test_it_is_stored_and_read(on: bool) -> None:
    override = BY_PHONE[on]["call_waiting:101"]
    assert decode_override(encode_override(override)) == override
