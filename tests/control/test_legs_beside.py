"""A conversation of two calls: the party's call transfers it at the other one's leg, and tells the other with whom."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Deciding, Ending, Talking, new_call
from callcontrol.control.events import (
    AppEnded,
    ChannelsChecked,
    Joined,
    JoinFailed,
    LegAnswered,
    LegBridged,
    LegHolds,
    LegKey,
    Rearrived,
)
from callcontrol.control.key_transfer import KeyTransfer
from callcontrol.control.parked_events import ParkedJoined, PickedUp
from callcontrol.control.transfer_commands import DialFor, KeepLeg, ListenForCodes, Part, PassCode, TellPartner
from callcontrol.control.transfer_events import CodePassed, CodePressed, DialFactsFound, PartnerTold
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.pick_up import PickingUp, PickUp
from callcontrol.vocabulary.call import Caller, LegBeside
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import HandedOver
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from tests.control.story import SECOND, Story
from tests.routing.world import DID, NOW, TENANT, facts

WITH_KEYS = TENANT + "transfers: {recall: 20, keys: {on: yes}}\n"
TAKER = Taker("call-9", "taker-9", "fs1", "102", "w2")
PARTY = "number:+48600700800"
BLIND, ATTENDED, BACK = "*1", "*2", "*0"


def picked_up(caller: Caller | None = None, dialled: str = DID["extension"]) -> Story:
    """102 has picked the call up, and talks with the caller."""
    story = Story(facts(dialled, tenant=WITH_KEYS, caller=caller)).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    story.then(PickedUp(TAKER)).gone(leg, "LOSE_RACE")
    story.then(AppEnded(bridge.app_id, "LOSE_RACE", {leg: "LOSE_RACE"}))
    story.then(AppEnded(story.command(do.Play).app_id))
    return story.then(LegBridged("taker-9", story.facts.now))


def took(tenant: str = WITH_KEYS) -> Story:
    """The call by which 102 has picked that call up."""
    known = facts("*8#", tenant=tenant, caller=Caller("102", extension="102"))
    story = Story(known)
    story.call = story.call.to(PickingUp(PickUp(("101",), "102")))
    return story.then(ParkedJoined(known.now, "caller-9", PARTY))


def held(code: str = ATTENDED) -> Story:
    """102 has pressed a code: the caller is parked, 102 hears a dial tone."""
    story = picked_up().then(CodePressed("taker-9", code, "caller-1", NOW))
    assert story.command(Part).leg_id == "taker-9"
    return story.then(Rearrived(story.call.destination, brought_back=True, by_leg="taker-9"))


def ringing() -> Story:
    """The colleague's phone rings."""
    story = held()
    for key in "103#":
        story.then(LegKey("taker-9", key), after_s=0.2)
    asked = story.command(DialFor)
    assert asked.extension == "102"
    as_102 = replace(story.facts, caller=Caller("102", extension="102"), dialled="103", transferred=False)
    return story.then(DialFactsFound(as_102))


def asking() -> tuple[Story, str]:
    """102 and a colleague talk; the colleague's leg."""
    story = ringing()
    colleague = story.command(do.Originate).legs[0][0]
    return story.then(LegAnswered(colleague)).then(Joined("taker-9", colleague)), colleague


def test_the_phone_that_took_the_call_has_its_keys_and_the_callers_call_does_the_transfer() -> None:
    story = picked_up()
    assert story.call.beside == LegBeside("taker-9", "extension:102")
    assert story.call.watched_legs[-1] == "taker-9"
    assert story.command(ListenForCodes).leg_id == "taker-9"
    story, colleague = asking()
    assert decode(encode(story.call)) == story.call
    assert story.call.leg(colleague) is not None
    assert story.call.leg("taker-9") is None
    story.then(CodePressed("taker-9", ATTENDED, colleague, Instant(story.facts.now)))
    assert story.command(do.Join) == do.Join("caller-1", colleague)
    assert do.KillLeg("taker-9", "NORMAL_CLEARING") in story.commands
    story.then(Joined("caller-1", colleague), after_s=1).gone("taker-9")
    assert story.call.beside is None
    story.gone("caller-1").gone(colleague, answered_s=4)
    record = fold(story.call.trail)
    assert [(one.leg_id, one.other_leg) for one in record.segments] == [
        ("caller-1", "taker-9"),
        ("taker-9", colleague),
        ("caller-1", colleague),
    ]
    assert [leg.leg_id for leg in record.legs[1:]] == [leg.id for leg in story.call.legs[1:]]
    assert any("102 transferred to 103 (attended" in note.what for note in record.notes)


def test_its_own_call_is_told_with_whom_it_talks() -> None:
    story = picked_up().then(CodePressed("taker-9", ATTENDED, "caller-1", NOW))
    told = story.command(TellPartner)
    assert (told.leg_id, told.channel, told.lent) == ("taker-9", "", True)
    story = ringing()
    told = story.then(LegAnswered(story.call.legs[-1].id)).command(TellPartner)
    assert (told.channel, told.party, told.lent) == (story.call.legs[-1].id, "extension:103", True)
    story, colleague = asking()
    told = story.then(CodePressed("taker-9", BACK, colleague, Instant(story.facts.now))).command(TellPartner)
    assert (told.channel, told.lent) == ("", True)
    told = story.then(Joined("caller-1", "taker-9")).command(TellPartner)
    assert (told.channel, told.party, told.lent) == ("caller-1", PARTY, False)
    assert isinstance(story.call.state, Talking)
    assert (story.call.state.leg_id, story.call.state.who) == ("taker-9", "extension:102")


def test_what_it_is_told_stands_in_its_record() -> None:
    story = took()
    assert isinstance(story.call.state, Talking)
    told = ((3, "", "", True), (7, "c", "extension:103", True), (9, "caller-9", PARTY, False))
    for second, channel, party, lent in told:
        at = Instant(NOW + second * SECOND)
        story.then(PartnerTold("caller-1", at, channel, party, lent), after_s=4)
        if lent and not channel:
            before = story.call
            assert story.then(LegBridged("c", at, "103%acme.example")).call is before
            assert not story.has(ListenForCodes)
    story.gone("caller-1", answered_s=11)
    segments = fold(story.call.trail).segments
    assert [one.party for one in segments] == [PARTY, "extension:103", PARTY]
    assert segments[0].ended == NOW + 3 * SECOND
    assert segments[1].ended == NOW + 9 * SECOND


def test_a_code_is_passed_to_the_call_that_has_the_party() -> None:
    story = took()
    story.then(CodePressed("caller-1", BLIND, "caller-9", NOW))
    assert story.command(PassCode) == PassCode("caller-1", BLIND, "102", "caller-9", NOW)
    for partner in ("", "caller-1"):  # it talks with none, as the switch says
        before = story.call
        story.then(CodePressed("caller-1", BLIND, partner, NOW))
        assert (story.call, story.has(PassCode)) == (before, False)


@pytest.mark.parametrize("tenant", [TENANT, TENANT + "transfers: {keys: {on: yes, allowed: ['101']}}\n"])
def test_who_has_no_keys_passes_none(tenant: str) -> None:
    assert not took(tenant).then(CodePressed("caller-1", BLIND, "caller-9", NOW)).has(PassCode)


def test_a_code_that_is_told_twice_counts_once() -> None:
    story = picked_up().then(CodePassed("taker-9", ATTENDED, "102", "caller-1", NOW))
    assert story.command(Part).leg_id == "taker-9"
    story.then(Rearrived(story.call.destination, brought_back=True, by_leg="taker-9"))
    before = story.call
    assert story.then(CodePressed("taker-9", ATTENDED, "caller-1", NOW)).call is before
    story.then(CodePressed("taker-9", ATTENDED, "caller-1", Instant(NOW + SECOND)))  # not meant
    story.then(Joined("caller-1", "taker-9"))
    before = story.call
    assert story.then(CodePassed("taker-9", ATTENDED, "102", "caller-1", NOW)).call is before


def test_a_code_for_a_party_who_talks_with_another_is_nothing() -> None:
    for event in (
        CodePassed("other", BLIND, "102", "caller-1", NOW),
        CodePassed("taker-9", "*9", "102", "caller-1", NOW),
        CodePassed("taker-9", BLIND, "102", "nobody", NOW),
    ):
        story = picked_up()
        before = story.call
        assert story.then(event).call is before


def test_a_call_that_is_only_watched_transfers_its_party_for_a_leg_that_it_has_not_known() -> None:
    """The caller of the consultation has left; the colleague talks with a party of another call, which presses keys."""
    story = Story(facts("102", tenant=WITH_KEYS, caller=Caller("101", extension="101"))).begin()
    colleague = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(colleague, NOW)).gone("caller-1", answered_s=2)
    assert story.state() is Ending
    story.then(CodePassed("customer", BLIND, "103", colleague, NOW))
    assert story.state() is KeyTransfer
    assert (story.call.led, story.call.beside) == (colleague, LegBeside("customer", "extension:103", NOW))
    assert story.command(Part).leg_id == "customer"
    back = Rearrived(story.call.destination, brought_back=True, by_leg="customer", channel=colleague)
    story.then(back)
    for key in "102#":
        story.then(LegKey("customer", key), after_s=0.2)
    as_103 = replace(story.facts, caller=Caller("103", extension="103"), dialled="102", transferred=False)
    story.then(DialFactsFound(as_103))
    assert isinstance(story.call.state, Deciding)
    assert do.KillLeg("customer", "NORMAL_CLEARING") in story.commands


@pytest.mark.parametrize("parted_first", [False, True])
def test_a_call_that_was_not_told_with_whom_its_party_was_joined_hears_it_with_the_first_code(
    parted_first: bool,
) -> None:
    """101 has asked 102 and joined 102 with the customer of another call, whose own leg alone told of it."""
    story = Story(facts("102", tenant=WITH_KEYS, caller=Caller("101", extension="101"))).begin()
    colleague = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(colleague, NOW), after_s=5).gone("caller-1", "ATTENDED_TRANSFER", answered_s=5)
    left = story.facts.now
    for second in (20, 30):
        at = Instant(left + second * SECOND)
        pressed = CodePressed(colleague, ATTENDED, "customer", at)
        told = PartnerTold(colleague, at, "", "", lent=True)
        for event in (told, pressed) if parted_first else (pressed, told):
            story.then(event, after_s=5)
            assert event is told or story.command(PassCode).party == "customer"
        story.then(PartnerTold(colleague, Instant(at + 5 * SECOND), "customer", PARTY, lent=True))
    story.gone(colleague, answered_s=35)
    talks = [one for one in fold(story.call.trail).segments if "customer" in (one.leg_id, one.other_leg)]
    assert [(one.began - left) // SECOND for one in talks] == [0, 25, 35]
    assert (talks[0].ended - left) // SECOND == 20
    assert len(story.entries(HandedOver)) == 1


def test_the_taker_hangs_up_while_the_colleague_is_asked_and_both_are_connected() -> None:
    story = ringing()
    colleague = story.command(do.Originate).legs[0][0]
    story.then(LegAnswered(colleague))
    assert [one.leg_id for one in story.every(KeepLeg)] == ["taker-9", colleague]
    story.then(Joined("taker-9", colleague)).gone("taker-9")
    assert story.command(do.Join) == do.Join("caller-1", colleague)
    story.then(Joined("caller-1", colleague))
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == colleague


@pytest.mark.parametrize("how", ["told", "found missing", "not joined"])
def test_the_taker_leaves_while_dialling_and_the_caller_rings_at_that_phone(how: str) -> None:
    story = held(BLIND)
    match how:
        case "told":
            story.gone("taker-9")
        case "found missing":
            story.then(ChannelsChecked(frozenset({"caller-1"})))
        case _:  # the end was told to no worker
            story.then(LegKey("taker-9", "#"))
            story.then(JoinFailed("caller-1", "taker-9", "-ERR Invalid uuid"))
    assert isinstance(story.call.state, Deciding)
    assert story.call.beside is None
    assert story.command(do.LookUp).target == replace(story.command(do.LookUp).target, name="102")


def test_a_transfer_that_is_refused_gives_the_caller_back_to_the_phone_that_took_the_call() -> None:
    story = picked_up()
    story.then(Rearrived("777", transfer=True, by_leg="taker-9", kept_leg="taker-9"))
    assert story.call.transfer is not None
    assert (story.call.transfer.by, story.call.transfer.held) == ("102", "taker-9")


def test_a_phone_that_took_the_call_and_leaves_it_on_hold_rings_again() -> None:
    story = picked_up()
    story.then(LegHolds("taker-9", True, story.facts.now)).gone("taker-9")
    story.then(Rearrived("held", by_leg="taker-9", left_on_hold=True))
    assert isinstance(story.call.state, Deciding)
    assert "left on hold by extension:102, which hung up" in [note.what for note in fold(story.call.trail).notes]


def test_the_conversation_itself_ends_as_ever_with_that_leg() -> None:
    story = picked_up()
    talking = story.call.state
    assert story.gone("taker-9").call.state is talking
    story.gone("caller-1", answered_s=5)
    assert fold(story.call.trail).outcome is Outcome.ANSWERED


def test_a_call_saved_before_legs_stood_beside_it_is_read() -> None:
    call = new_call(
        id_="c", channel="a", switch="fs1", worker="w1", tenant="acme", caller=Caller("1"), dialled="2", now=NOW
    ).to(Talking("", "other", "extension:102"))
    saved = orjson.loads(encode(call))
    del saved["beside"], saved["state"]["lent"]
    read = decode(orjson.dumps(saved))
    assert isinstance(read, Call)
    assert read == call
