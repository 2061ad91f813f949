"""A transferor's leg is kept until the transfer is looked into: let go, or given the party again, in every order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import kept_transferor
from callcontrol.control.call import Ending, Ringing, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallerHungUp,
    FactsFound,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.kept_transferor import GivingBack
from callcontrol.control.transfer_commands import ConfirmTransfer, RefuseTransfer
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.translate import app_commands
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.trail import Bridged
from tests.control.story import Story
from tests.control.test_transfers import by_whom, talking
from tests.routing.world import NOW

LATER = Instant(NOW + 4 * SECOND_US)


def kept(to: str) -> tuple[Story, str]:
    """The callee's REFER for this number; the switch keeps the callee."""
    story, leg = talking()
    story.then(Rearrived(to, transfer=True, by_leg=leg, kept_leg=leg))
    story.facts = replace(story.facts, dialled=to, transferred=True, transferred_by=by_whom(story))
    return story.then(FactsFound()), leg


def test_a_transferor_is_let_go_as_soon_as_the_switch_has_told_the_phone() -> None:
    story, leg = kept("102")
    assert story.state() is Ringing
    assert not story.every(do.KillLeg)
    bridge = story.command(do.Bridge)
    first, *_ = app_commands(bridge, story.call, "internal")
    assert first == Execute("blind_transfer_ack", "true", ConfirmTransfer.app_id, lock=False)
    story.then(AppEnded(ConfirmTransfer.app_id))
    assert story.command(do.KillLeg) == do.KillLeg(leg, "NORMAL_CLEARING")
    commands = app_commands(bridge, story.call, "internal")
    assert [one.app for one in commands if isinstance(one, Execute)] == ["bridge"]


def test_a_transferor_of_whom_the_switch_says_nothing_is_let_go_in_time() -> None:
    story, leg = kept("102")
    story.then(TimerFired(kept_transferor.TIMER))
    assert story.command(do.KillLeg) == do.KillLeg(leg, "NORMAL_CLEARING")


def test_what_is_played_to_the_party_lets_the_transferor_go() -> None:
    story, _ = kept("102")
    played = kept_transferor.follow(story.call, (do.Play("app-9", "music.wav"),))
    assert isinstance(played[0], ConfirmTransfer)


@pytest.mark.parametrize("to", ["777", "*21*600700800#"])
def test_a_refused_transfer_gives_the_party_back_at_the_same_leg(to: str) -> None:
    story, leg = kept(to)
    assert story.command(RefuseTransfer) == RefuseTransfer(leg, "UNALLOCATED_NUMBER")
    code, ack = app_commands(story.command(RefuseTransfer), story.call, "internal")
    assert "sip_invite_failure_status=404" in code.wire().decode()
    assert ack == Execute("blind_transfer_ack", "false", RefuseTransfer.app_id, lock=False)
    story.then(AppEnded(RefuseTransfer.app_id)).then(LegBridged(leg, LATER))
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == leg
    assert story.call.transfer is None
    assert [e.leg_id for e in story.entries(Bridged)] == [leg, leg]
    assert not story.every(do.KillLeg)
    (record,) = [one for one in fold(story.call.trail).legs if one.leg_id == leg]
    assert (record.moved_from, record.moved_to) == ("", "")


def test_the_switch_is_asked_whether_it_has_joined_both() -> None:
    story, leg = kept("777")
    story.then(AppEnded(RefuseTransfer.app_id)).then(TimerFired("step"))
    assert story.has(do.CheckAlone)
    assert story.then(AloneChecked(False, leg)).state() is Talking
    assert story.call.is_open(leg)


def test_where_it_has_not_both_are_joined_by_us_and_else_the_phone_rings() -> None:
    story, leg = kept("777")
    story.then(AppEnded(RefuseTransfer.app_id)).then(TimerFired("step")).then(AloneChecked(True))
    assert story.command(do.Join) == do.Join(story.call.led, leg, comes_back=False)
    story.then(JoinFailed(story.call.led, leg, "gone")).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_a_transferor_who_hangs_up_meanwhile_is_rung_for_the_party() -> None:
    story, leg = kept("777")
    story.gone(leg, answered_s=3)
    assert story.has(do.CheckAlone)
    story.then(AloneChecked(True)).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_a_worker_that_dies_meanwhile_leaves_the_next_one_to_join_them() -> None:
    story, leg = kept("777")
    assert isinstance(story.call.state, GivingBack)
    story.then(Rearrived("777", by_leg=leg))
    assert story.command(do.Join).second == leg


def test_a_worker_that_dies_before_it_has_looked_leaves_the_transferor_to_the_next_one() -> None:
    story, leg = talking()
    story.then(Rearrived("777", transfer=True, by_leg=leg, kept_leg=leg))
    story.facts = replace(story.facts, dialled="777", transferred=True, transferred_by=by_whom(story))
    story.then(Rearrived("777", by_leg=leg, kept_leg=leg)).then(FactsFound())
    assert story.command(RefuseTransfer).leg_id == leg
    assert story.then(LegBridged(leg, LATER)).state() is Talking
    assert story.call.transfer is None


def test_a_party_that_hangs_up_leaves_no_transferor_in_silence() -> None:
    story, leg = kept("102")
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert story.state() is Ending
    assert do.KillLeg(leg, "NORMAL_CLEARING") in story.every(do.KillLeg)
