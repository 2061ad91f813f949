"""Keys of conversations and rights of phones, as they are checked."""

from __future__ import annotations

import pytest

from callcontrol.config.talk_keys import TALK_KEYS, clashing
from tests.config.folder import TENANT, loaded, problems, written

MISTAKES = [
    ("{intercom: [102, 199]}", "intercom.1: extension 199 does not exist; write `199:` below `extensions:`"),
    ("{intercom: 102}", "intercom: '102' is no list of extensions; write `all`, or a list such as [101, 102]"),
    ("{call_waiting: maybe}", "call_waiting: 'maybe' is neither true nor false; write true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("extension", "expected"), MISTAKES)
def test_mistakes_of_an_extension(extension: str, expected: str) -> None:
    found = written(*problems(TENANT.replace("101: {}", f"101: {extension}")))
    assert found == [f"tenants/acme.yaml:5: extensions.101.{expected}"]


def test_what_is_written_of_it_is_read() -> None:
    one = loaded(TENANT.replace("101: {}", "101: {intercom: [102], call_waiting: no}")).tenants["acme"]
    assert (one.extensions["101"].may_speak_at("102"), one.extensions["101"].may_speak_at("101")) == (True, False)
    assert (one.in_reach_of_intercom, one.extensions["101"].call_waiting) == (frozenset({"102"}), False)
    everybody = loaded(TENANT.replace("101: {}", "101: {intercom: all}")).tenants["acme"]
    assert everybody.in_reach_of_intercom == set(everybody.extensions)


@pytest.mark.parametrize(("pause", "clash"), [("*3", True), ("*31", True), ("#3", False)])
def test_keys_that_are_the_beginning_of_others(pause: str, clash: bool) -> None:
    tenant = loaded(TENANT).tenants["acme"]
    recording = tenant.recording.model_copy(update={"pause_key": pause})
    found = list(clashing(tenant.model_copy(update={"recording": recording})))
    assert bool(found) is clash
    assert not found or set(found[0]) <= set(TALK_KEYS)
