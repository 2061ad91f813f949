"""What is read of the switch's own record of a leg, and what is none."""

from __future__ import annotations

import json

import pytest

from callcontrol.billing.switch_cdr import BadCdr, read_cdr
from callcontrol.simulator.cdr import encoded
from callcontrol.vocabulary.call import Stamps, call_id_of
from callcontrol.vocabulary.moment import Instant
from tests.billing.trails import NOON
from tests.jobs.cdr import AGENT, CALLER, OUTSIDE, cdr, seen


def test_a_leg_outside_as_a_real_switch_wrote_it() -> None:
    end = read_cdr(seen(OUTSIDE))
    assert (end.leg_id, end.call_id, end.tenant, end.payer) == (OUTSIDE, CALLER, "acme", "extension:106")
    assert (end.gateway, end.address, end.number) == ("carrier-a", "48600700800", "+48500100200")
    assert (end.cause, end.hung_up_by, end.is_marked, end.is_callers) == ("NORMAL_CLEARING", "callee", True, False)
    assert end.stamps == Stamps(
        created=Instant(1795564940449458),
        ringing=Instant(1795564940449458),
        answered=Instant(1795564940749461),
        ended=Instant(1795564943269457),
        bridged=Instant(1795564941629454),
    )


def test_a_callers_channel_as_a_real_switch_wrote_it() -> None:
    end = read_cdr(seen(CALLER))
    assert (end.leg_id, end.call_id, end.tenant, end.payer) == (CALLER, call_id_of(CALLER), "", "")
    assert (end.is_callers, end.reached_us, end.fell_back, end.is_marked) == (True, True, False, False)
    assert (end.address, end.number, end.hung_up_by) == ("+48221234570", "+48500100200", "switch")


def test_a_callers_channel_says_which_call_arrived_on_it() -> None:
    """Our mark on it; that of the version before, whose calls had the channel's id, was the tenant alone."""
    marked = read_cdr(cdr("a", NOON, 5, direction="inbound", cc_call=call_id_of("a"), cc_tenant="acme"))
    before = read_cdr(cdr("a", NOON, 5, direction="inbound", cc_tenant="acme"))
    moved = read_cdr(cdr("b", NOON, 5, cc_call=call_id_of("a"), cc_tenant="acme"))
    assert [(end.call_id, end.is_callers) for end in (marked, before, moved)] == [
        (call_id_of("a"), True),
        ("a", True),
        (call_id_of("a"), False),
    ]


def test_an_agents_leg_that_was_parked_played_to_and_bridged_is_told_by_its_first_way() -> None:
    end = read_cdr(seen(AGENT))
    assert (end.address, end.tenant, end.gateway, end.reached_us) == ("121@acme.example", "acme", "", False)
    assert end.stamps.created < (end.stamps.answered or 0) < (end.stamps.bridged or 0) < end.stamps.ended


def test_what_came_in_through_a_gateway_is_paid_by_nobody() -> None:
    assert read_cdr(cdr("a", NOON, 5, 1, direction="inbound", sip_gateway_name="carrier-a")).gateway == ""


def test_a_call_that_went_to_the_last_resort_says_so() -> None:
    end = read_cdr(cdr("a", NOON, 5, direction="inbound", socket_host="127.0.0.1", context="fallback"))
    assert (end.reached_us, end.fell_back) == (True, True)


def test_a_phone_at_another_switch_is_its_account() -> None:
    at_peer = cdr("a", NOON, 5, dialled="101@acme.example;fs_path=sip:192.0.2.5:5060")
    assert read_cdr(at_peer).address == "101@acme.example"


def test_values_are_decoded_once_and_hostile_ones_are_cut_down() -> None:
    hostile = "x\n\napi system%{id}'\"" + "9" * 500
    end = read_cdr(cdr("a", NOON, 5, cc_tenant=encoded("a%20b/\u017c"), dialled=hostile))
    assert end.tenant == "a%20b/\u017c"
    assert end.address == ("xapisystem%id" + "9" * 500)[:128].replace("%", "@")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "perhaps half written"),
        (seen(OUTSIDE)[:700], "perhaps half written"),
        (b"[]", "not the record of a channel"),
        (b'{"variables": {}, "callflow": []}', "not the record of a channel: IndexError"),
        (b"[" * 100_000, "perhaps half written"),
        (cdr("", NOON, 1), "no id of a channel"),
        (cdr("../../etc", NOON, 1), "no id of a channel"),
        (cdr("a", NOON, 1, end_uepoch="0"), "no beginning or no end"),
        (cdr("a", NOON, 1, start_uepoch=None), "no beginning or no end"),
        (cdr("a", NOON, 1, end_uepoch="99999999999999999999"), "no time of the years 1900 to 2199"),
        (b"\xff\xfe" + json.dumps({"variables": 1}).encode(), "perhaps half written"),
        (b'{"variables": "x", "callflow": "y"}', "not the record of a channel"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(BadCdr, match=why):
        read_cdr(data)
