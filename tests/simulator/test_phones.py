"""Phones, trunks and callers."""

import pytest

from callcontrol.simulator import Behaviour, Call, Phone, Trunk
from callcontrol.simulator.phones import BUSY, Directory, UnknownWord
from tests.simulator.desk import CALLER, DID, Desk


def test_behaviours_are_used_call_by_call() -> None:
    phone = Phone("101@lab", (Behaviour("busy"), Behaviour("declines"), Behaviour()))
    assert [phone.next_behaviour().action for _ in range(4)] == ["busy", "declines", "answers", "answers"]


def test_a_phone_with_one_line_is_busy_while_it_talks() -> None:
    phone = Phone("101@lab", lines=1)
    assert phone.next_behaviour() == Behaviour()
    phone.calls_up = 1
    assert phone.next_behaviour() == BUSY


@pytest.mark.parametrize(("number", "action"), [("48600", "busy"), ("48700", "declines"), ("33", "answers")])
def test_a_trunk_by_prefix(number: str, action: str) -> None:
    trunk = Trunk("t", prefixes={"48": (Behaviour("busy"),), "487": (Behaviour("declines"),)})
    assert trunk.phone_for(number).next_behaviour().action == action


def test_a_defined_number_goes_before_the_trunk() -> None:
    directory = Directory()
    directory.trunks["t"] = Trunk("t")
    directory.add(Phone("48600", (Behaviour("busy"),)))
    found = directory.resolve("sofia/gateway/t/48600")
    assert not isinstance(found, str)
    assert found.phone is directory.phones["48600"]
    directory.trunks["t"].rejects = 503
    found = directory.resolve("sofia/gateway/t/48600")
    assert not isinstance(found, str)
    assert found.phone.next_behaviour().refusal_code == 503


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"action": "sings"}, "one of answers, busy"),
        ({"sings": True}, "sings of a behaviour"),
    ],
)
def test_unknown_words_of_a_behaviour(words: dict[str, object], complaint: str) -> None:
    with pytest.raises(UnknownWord, match=complaint):
        Behaviour.read(words)


def test_unknown_words_of_a_call() -> None:
    with pytest.raises(UnknownWord, match="from of a call"):
        Call.read({"to": DID, "from": CALLER})


def test_an_authenticated_phone_comes_from_the_internal_context(desk: Desk) -> None:
    line = desk.call(Call("*21*123#", "101", "Anna", user="101", domain="lab"))
    headers = line.replies()[0].headers
    assert headers["Caller-Context"] == "internal"
    assert headers["variable_user_name"] == headers["variable_sip_auth_username"] == "101"
    assert headers["variable_domain_name"] == "lab"
    assert headers["Caller-Destination-Number"] == "*21*123#"


def test_an_anonymous_caller(desk: Desk) -> None:
    headers = desk.call(Call(DID, "+48600100200", privacy="id")).replies()[0].headers
    assert headers["Caller-Privacy-Hide-Number"] == "true"
    assert headers["variable_sip_from_user"] == "anonymous"
    assert headers["variable_sip_h_Privacy"] == "id"
    assert headers["variable_sip_h_P-Asserted-Identity"] == "<sip:+48600100200@127.0.0.1>"


def test_own_headers_of_the_caller(desk: Desk) -> None:
    headers = desk.call(Call(DID, CALLER, headers={"Diversion": "<sip:1@x>"})).replies()[0].headers
    assert headers["variable_sip_h_Diversion"] == "<sip:1@x>"


def test_a_hostile_name_forges_nothing(desk: Desk) -> None:
    name = "x%0AUnique-ID: forged%0A%0Aapi status ${system(id)}"
    line = desk.call(Call(DID, CALLER, name))
    assert line.uuid != "forged"
    raw = line.replies()[0].headers["Caller-Caller-ID-Name"]
    assert raw == "x\nUnique-ID: forged\n\napi status %{system(id)}"
    assert line.done("set", "a=1").headers["Caller-Caller-ID-Name"] == raw


def test_the_caller_presses_keys_when_told(desk: Desk) -> None:
    line = desk.call()
    line.done("answer")
    desk.simulator.callers[desk.call_id].press("12")
    line.event("DTMF", DTMF_Digit="2")
    assert [one.headers["DTMF-Digit"] for one in line.events("DTMF")] == ["1", "2"]
