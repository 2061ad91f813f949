"""Dial strings mean to the switch what they were built from."""

from __future__ import annotations

import pytest

from callcontrol.edges.freeswitch.dial_string import AtPeer, DialLeg, Endpoint, Gateway, Registered, SipUri, dial_string
from callcontrol.edges.freeswitch.failures import LimitReached, UnsafeText
from tests.edges.freeswitch.dial_parser import Dialled, bridge, originate, originate_command
from tests.wire.recordings import said

PHONE = Registered("101", "lab", "internal")
TRUNK = Gateway("trunk", "48600700800")
ELSEWHERE = AtPeer("101", "acme.example", "internal", "192.0.2.2:5062")
ADDRESS = SipUri("sip:anna@pbx.example.com;transport=tcp", "external")


@pytest.mark.parametrize(
    ("legs", "variables", "text"),
    [
        ([DialLeg(PHONE)], {}, "sofia/internal/101%lab"),
        ([DialLeg(TRUNK)], {}, "sofia/gateway/trunk/48600700800"),
        ([DialLeg(ADDRESS)], {}, "sofia/external/sip:anna@pbx.example.com;transport=tcp"),
        ([DialLeg(ELSEWHERE)], {}, "sofia/internal/101@acme.example;fs_path=sip:192.0.2.2:5062"),
        ([DialLeg(PHONE, {"leg_timeout": "3"})], {}, "[leg_timeout=3]sofia/internal/101%lab"),
        ([DialLeg(PHONE)], {"a": "Doe, John"}, r"{a='Doe\, John'}sofia/internal/101%lab"),
        (
            [DialLeg(PHONE, {"a": "1", "b": "x y"}), DialLeg(TRUNK)],
            {"c": "<sip:+48221234567@pbx.example.com>;reason=user-busy"},
            "{c=<sip:+48221234567@pbx.example.com>;reason=user-busy}"
            "[a=1,b='x y']sofia/internal/101%lab,sofia/gateway/trunk/48600700800",
        ),
    ],
)
def test_it_is_written_so(legs: list[DialLeg], variables: dict[str, str], text: str) -> None:
    assert dial_string(legs, variables) == text


def test_the_captures_are_written_so() -> None:
    recorded = b"".join(said("bridge-no-answer", ">") + said("bridge-trunk", ">"))
    for leg in (DialLeg(Registered("103", "lab", "internal"), {"leg_timeout": "3"}), DialLeg(TRUNK)):
        assert f"execute-app-arg: {dial_string([leg], {})}\n".encode() in recorded


BAD_VALUES = [
    *(
        "",
        " x",
        "x ",
        "it's",
        "a}b",
        "a{b",
        "a[b",
        "a]b",
        "a|b",
        "${x}",
        "$x",
        "a\\b",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\x01b",
    ),
    *("a:_:b", "^^;a", "ARRAY::a", "origination_nested_vars=true", "a\x7f"),
]


@pytest.mark.parametrize("value", BAD_VALUES)
def test_values_that_cannot_be_carried_are_refused(value: str) -> None:
    with pytest.raises(UnsafeText, match="value of a"):
        dial_string([DialLeg(PHONE)], {"a": value})
    with pytest.raises(UnsafeText, match="value of a"):
        dial_string([DialLeg(PHONE, {"a": value})], {})


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", "a=b", "a,b", "a[1]", "a}", "_a", "a\n", "ä", "^^a"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(UnsafeText, match="variable"):
        dial_string([DialLeg(PHONE)], {name: "x"})


@pytest.mark.parametrize(
    "endpoint",
    [
        *(Registered("1,2", "lab", "internal"), Registered("1", "l b", "internal"), Registered("1", "lab", "a/b")),
        *(Gateway("a/b", "1"), Gateway("a", "1 2"), Gateway("a", "")),
        *(SipUri("sip:a@b,c", "external"), SipUri("sip:a@b", "ext ernal")),
        *(AtPeer("1", "lab", "internal", at) for at in ("fs2:5060", "192.0.2.2", "192.0.2.2:5060;x=y", "[::1]:5060")),
        *(AtPeer("1@x", "lab", "internal", "192.0.2.2:5060"), AtPeer("1", "l b", "internal", "192.0.2.2:5060")),
    ],
)
def test_endpoints_that_are_none_are_refused(endpoint: Endpoint) -> None:
    with pytest.raises(UnsafeText):
        dial_string([DialLeg(endpoint)], {})


def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(UnsafeText, match="no leg"):
        dial_string([], {})
    with pytest.raises(LimitReached, match="LEGS_LIMIT=127"):
        dial_string([DialLeg(PHONE)] * 128, {})
    assert len(bridge(dial_string([DialLeg(PHONE)] * 127, {})).legs) == 127
    with pytest.raises(LimitReached, match="VARIABLES_LIMIT=128"):
        dial_string([DialLeg(PHONE)], {f"v{number}": "x" for number in range(129)})
    with pytest.raises(LimitReached, match="VALUE_CHARACTERS=1024"):
        dial_string([DialLeg(PHONE)], {"a": "x" * 1_025})
    with pytest.raises(UnsafeText, match="without case"):
        dial_string([DialLeg(PHONE)], {"ab": "x", "aB": "y"})


# --- the parser that the property tests trust, against what was measured on a real FreeSWITCH


def value_of(dialled: Dialled) -> str:
    return dialled.variables.get("t", "")


def test_the_reference_parser_does_what_was_measured() -> None:
    target = "loopback/1"
    assert value_of(originate_command("{t='Doe, John'}loopback/1 &park()")) == "Doe"
    assert value_of(originate_command(r"{t='Doe\, John'}loopback/1 &park()")) == "Doe, John"
    assert value_of(originate(f"{{t='Doe, John'}}{target}")) == "Doe, John"
    with pytest.raises(AssertionError, match="USAGE"):
        originate_command("{t=O'Brien}loopback/1 &park()")
    assert value_of(originate(rf"{{t='O\'Brien'}}{target}")) == "O'Brien"
    with pytest.raises(AssertionError, match="change it"):
        bridge(rf"{{t='O\'Brien'}}{target}")
    assert originate(f"{{t='a}}b'}}{target}").legs != [({}, target)]
    assert originate("a/1:_:b/2").enterprise == 1
    assert value_of(originate(f"{{^^~t=a,b~u=c}}{target}")) == "a,b"
    assert originate("a/1,b/2|c/3").alternatives == 2
    assert originate("[a=1,b=2]a/1,b/2").legs == [({"a": "1", "b": "2"}, "a/1"), ({}, "b/2")]
    assert originate("[a='1,2']a/1").legs != [({"a": "1,2"}, "a/1")]
    assert originate(r"[a=1\,2]a/1").legs == [({"a": "1,2"}, "a/1")]
    with pytest.raises(AssertionError, match="Parse"):
        originate("{a=1")
