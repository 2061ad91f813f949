"""Whose call it is and where its number leads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control.playing import Announce
from callcontrol.kinds.targets.voicemail import TakeMessage
from callcontrol.routing import arrival
from callcontrol.routing.arrival import Directory
from callcontrol.routing.plan import Account, Refuse, SipAddress
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from tests.routing.test_extension import ring
from tests.routing.world import DID, facts, rule, settings


@pytest.mark.parametrize(
    "written", ["+48221234501", "48221234501", "0048221234501", "22 123 45 01", "(22) 123-45-01", "tel:+48221234501"]
)
def test_a_number_is_found_in_any_usual_writing(written: str) -> None:
    assert Directory(settings()).owner_of(written) == ("acme", "+48221234501")


@pytest.mark.parametrize("written", ["", "+4822", "abc", "+48999999999", "x" * 500])
def test_nobodys_number(written: str) -> None:
    assert Directory(settings()).owner_of(written) is None


def test_a_phone_is_known_by_account_and_domain() -> None:
    directory = Directory(settings())
    assert directory.phone_of("103-app", "acme.example") == ("acme", "103")
    assert directory.phone_of("103", "acme.example") is None
    assert directory.phone_of("101", "evil.example") is None


def test_targets_of_every_kind() -> None:
    assert ring(arrival.decide(facts(DID["sip"]))).legs[0].endpoint == SipAddress("bob@example.org")
    announce = arrival.decide(facts(DID["announcement"])).step
    assert isinstance(announce, Announce)
    assert announce.file == "hold.wav"
    assert isinstance(arrival.decide(facts(DID["voicemail"])).step, TakeMessage)
    assert arrival.decide(facts(DID["hangup"])).step == Refuse("USER_BUSY", Outcome.BUSY)


def test_unknown_number_leads_nowhere() -> None:
    decision = arrival.decide(facts("+48999999999"))
    assert decision.step == Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED)


def test_an_invite_with_replaces_takes_nothing_over_whatever_it_dialled() -> None:
    phone = replace(facts("102", caller=Caller("101", extension="101")), replaces=True)
    decision = arrival.decide(phone)
    assert isinstance(decision.step, Refuse)
    assert decision.step.said
    assert "INVITE with Replaces" in str(decision.why)
    assert not arrival.wanted(phone)


def test_the_reason_names_the_line_of_the_yaml() -> None:
    (entry,) = arrival.decide(facts()).why
    assert entry.source.startswith("tenants/acme.yaml:")


def test_a_phone_dials_an_extension_an_own_number_or_outside() -> None:
    phone = Caller("101", extension="101")
    assert ring(arrival.decide(facts("102", caller=phone))).legs[0].endpoint == Account("102", "acme.example")
    assert ring(arrival.decide(facts("22 123 45 05", caller=phone))).legs[0].endpoint == SipAddress("bob@example.org")
    outside = ring(arrival.decide(facts("600 100 100", caller=phone))).legs[0]
    assert (outside.to, outside.payer) == ("number:+48600100100", "extension:101")


def test_wanted_follows_rules_groups_and_lists() -> None:
    found = facts(DID["group"])
    blank = type(found)(found.settings, found.kinds, "acme", found.prices, found.caller, DID["list"], found.now)
    assert arrival.wanted(blank) == {"101", "102"}
    forwarded = facts(DID["extension"], rules={"101": [rule("busy", "group:quiet")]})
    only_101 = {"101": forwarded.rules["101"]}
    known = (found.settings, found.kinds, "acme", found.prices, found.caller)
    partly = type(found)(*known, DID["extension"], found.now, only_101)
    assert arrival.wanted(partly) == {"102"}


def test_a_transfer_reaches_only_the_inside() -> None:
    from dataclasses import replace

    assert ring(arrival.decide(replace(facts("102"), transferred=True))).legs[0].to == "extension:102"
    assert isinstance(arrival.decide(replace(facts("+48600100100"), transferred=True)).step, Refuse)
