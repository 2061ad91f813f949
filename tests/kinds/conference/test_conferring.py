"""A caller in a conference room: mixed, alone, muted, sent out, and left alone by a worker."""

from __future__ import annotations

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Ending
from callcontrol.control.events import AppEnded, CallConnectionLost, CallerHungUp, LegBridged, Rearrived, TimerFired
from callcontrol.control.room_events import MixerSeen, RoomEntered, RoomTold
from callcontrol.kinds.targets.conference.conferring import KEEP_TIMER, LONGEST_TIMER, InRoom
from callcontrol.kinds.targets.conference.farewell import LeavingRoom
from callcontrol.routing.plan import Account, Peer, Refuse
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.room import MixerMember, RoomAction, RoomOrder, RoomVerdict
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Noted, Parted, Passed
from tests.kinds.conference.story import OTHER, RoomStory

LEFT, ENTERED = RoomAction.LEFT, RoomAction.ENTERED


def test_a_caller_enters_and_talks_while_another_is_there() -> None:
    story = RoomStory().let_in()
    mix = story.command(in_room.Mix)
    assert (mix.mixer, mix.moderator, mix.waits, mix.ends_room, mix.muted) == ("acme/open", False, False, False, False)
    assert story.has(do.Answer)
    story.mixed()
    assert not story.in_room.talks
    story.other(ENTERED, 2)
    came = story.facts.now
    story.other(LEFT, 1)
    assert [(one.at, one.party) for one in story.entries(JoinedOutside)] == [(came, "conference:open")]
    assert [one.at for one in story.entries(Parted)] == [story.facts.now]


def test_none_talks_before_the_moderator_is_there() -> None:
    story = RoomStory("601").keys("4713#").let_in(OTHER)
    assert story.command(in_room.Mix).waits
    assert "wait" in story.command(do.Play).file
    story.mixed(2)
    assert not story.in_room.talks
    story.other(ENTERED, 3, moderator=True)
    assert story.in_room.talks


def test_a_room_that_a_moderator_has_opened_is_mixed_at_once() -> None:
    story = RoomStory("601").keys("4713#").let_in(OTHER, opened=True)
    assert not story.has(do.Play)
    assert story.mixed(2).in_room.talks


def test_moderators_by_their_phone_need_no_pin_and_end_the_room_where_it_ends_with_them() -> None:
    mix = RoomStory("601", "102").let_in(opened=True).command(in_room.Mix)
    assert (mix.moderator, mix.ends_room, mix.enters, mix.leaves) == (True, True, "", "")


@pytest.mark.parametrize(("verdict", "said"), [(RoomVerdict.LOCKED, "locked"), (RoomVerdict.FULL, "full")])
def test_a_refused_caller_hears_the_reason(verdict: RoomVerdict, said: str) -> None:
    story = RoomStory()
    story.then(RoomEntered(verdict, story.room(OTHER)))
    assert [one.why for one in story.entries(Passed)] == [f"the room is {said}"]
    assert said in story.command(do.Play).file


@pytest.mark.parametrize("switches", [1, 2])
def test_without_the_live_state_the_only_switch_has_the_room(switches: int) -> None:
    story = RoomStory()
    settings = story.facts.settings
    names = dict(list(settings.switches.items())[:1])
    if switches == 2:
        names["fs9"] = next(iter(names.values()))
    story.facts = replace(story.facts, settings=settings.model_copy(update={"switches": names}))
    story.then(RoomEntered(RoomVerdict.UNKNOWN, None, "Redis is away"))
    assert story.has(in_room.Mix) is (switches == 1)


def test_a_member_is_muted_as_the_live_state_says_and_hears_so() -> None:
    story = RoomStory().let_in().mixed().ordered(muted=True)
    mute = story.command(in_room.MuteMember)
    assert (mute.switch, mute.mixer, mute.number, mute.on) == ("fs1", "acme/open", "1", True)
    assert story.command(in_room.PlayInRoom).number == "1"
    assert not story.ordered(muted=True).commands
    assert story.ordered(muted=False).command(in_room.MuteMember).on is False


def test_what_is_ordered_before_the_switch_has_the_member_is_done_then() -> None:
    story = RoomStory().let_in().ordered(muted=True)
    assert not story.every(in_room.MuteMember)
    assert story.mixed().command(in_room.MuteMember).on


def test_a_participant_who_joins_muted_is_muted_in_redis_too() -> None:
    story = RoomStory("602").keys("#").let_in()
    assert story.command(in_room.Mix).muted
    order = story.command(in_room.OrderRoom)
    assert (order.order, order.call) == (RoomOrder.MUTE, "call-1")
    assert not story.ordered(muted=True).every(in_room.MuteMember)
    story.ordered(muted=False).then(CallConnectionLost("its worker is gone")).then(Rearrived("602"))
    assert not story.every(in_room.OrderRoom)


@pytest.mark.parametrize(("how", "said"), [("kick", "removed"), ("end", "ended")])
def test_a_kicked_participant_hears_the_reason_and_the_call_ends(how: str, said: str) -> None:
    story = RoomStory().let_in().mixed(2).ordered(kicked=how)
    assert story.command(in_room.SendOut).number == "1"
    assert story.then(TimerFired(KEEP_TIMER)).command(in_room.SendOut).number == "1"  # as long as it is not out
    story.then(AppEnded(story.in_room.app_id))
    assert said in story.command(do.Play).file
    assert story.has(in_room.LeaveRoom)
    assert story.state() is LeavingRoom
    app_id = story.command(do.Play).app_id
    story.then(AppEnded(app_id))
    assert (story.state(), story.command(do.HangUp).cause) == (Ending, "NORMAL_CLEARING")
    assert len(story.entries(Parted)) == 1


def test_a_room_that_ends_by_itself_is_told_as_ended() -> None:
    story = RoomStory().let_in().mixed()
    story.then(AppEnded(story.in_room.app_id))
    assert "ended" in story.command(do.Play).file


def test_a_channel_that_the_switch_does_not_take_is_refused_in_words() -> None:
    story = RoomStory().let_in()
    story.then(AppEnded(story.in_room.app_id))
    assert "failed" in story.command(do.Play).file
    assert story.has(in_room.LeaveRoom)
    assert not isinstance(story.call.state, InRoom | Refuse)


def test_a_participant_who_hangs_up_leaves_the_room() -> None:
    story = RoomStory().let_in().mixed(2)
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert story.command(in_room.LeaveRoom).room == "open"


def test_the_place_is_kept_and_the_longest_stay_ends() -> None:
    story = RoomStory().let_in().mixed()
    assert story.then(TimerFired(KEEP_TIMER)).command(in_room.KeepInRoom).member.since == story.call.arrived + 1_000_000
    story.then(TimerFired(LONGEST_TIMER))
    assert story.command(in_room.SendOut).number == "1"


def test_the_record_has_a_conversation_for_each_span_in_which_another_is_there() -> None:
    story = RoomStory().let_in().mixed()
    story.other(ENTERED, 2).other(LEFT, 1).other(ENTERED, 2)
    story.gone("caller-1", answered_s=4, by="caller")
    record = fold(story.call.trail)
    assert (record.outcome, record.estimated) == (Outcome.ANSWERED, False)
    assert [(one.leg_id, one.party, one.estimated) for one in record.segments] == [
        ("caller-1", "conference:open", False)
    ] * 2
    assert [one.ended - one.began for one in record.segments] == [1_000_000, 0]
    assert [leg.leg_id for leg in record.legs] == ["caller-1"]


# --- keys -------------------------------------------------------------------------------------------------------


def test_a_member_mutes_itself_and_nothing_else() -> None:
    story = RoomStory().let_in().mixed().keys("*6")
    order = story.command(in_room.OrderRoom)
    assert (order.room, order.order, order.call) == ("open", RoomOrder.MUTE, "call-1")
    for others in ("*4", "*5", "*9", "6", "123", "*1"):
        assert not story.keys(others).every(in_room.OrderRoom)
    story.ordered(muted=True)
    assert story.keys("*6").command(in_room.OrderRoom).order is RoomOrder.UNMUTE


@pytest.mark.parametrize(("keys", "order"), [("*4", RoomOrder.MUTE), ("*5", RoomOrder.LOCK), ("*9", RoomOrder.END)])
def test_a_moderators_keys_are_for_the_room(keys: str, order: RoomOrder) -> None:
    story = RoomStory("601", "102").let_in().mixed().keys(keys)
    found = story.command(in_room.OrderRoom)
    assert (found.order, found.call) == (order, "")
    assert f"{keys}: {order} in conference:board" in [one.what for one in story.entries(Noted)]


def test_a_star_of_long_ago_begins_nothing() -> None:
    story = RoomStory().let_in().mixed().keys("*")
    story.facts = replace(story.facts, now=Instant(story.facts.now + 6_000_000))
    assert not story.keys("6").every(in_room.OrderRoom)


# --- a worker dies ----------------------------------------------------------------------------------------------


def test_a_call_that_no_worker_directs_asks_the_switch_and_goes_on() -> None:
    story = RoomStory().let_in().mixed()
    story.then(CallConnectionLost("its worker is gone"))
    asked = story.command(in_room.AskMixer)
    assert (asked.switch, asked.mixer) == ("fs1", "acme/open")
    assert not story.has(do.BringBack)
    members = (MixerMember("other-9", "2"), MixerMember("caller-1", "1"))
    story.then(MixerSeen(members))
    assert story.in_room.talks
    assert [one.at for one in story.entries(JoinedOutside)] == [story.facts.now]
    story.then(MixerSeen(None))
    assert story.in_room.talks
    story.then(MixerSeen(()))
    assert not story.in_room.talks


def test_what_a_call_missed_of_its_own_entering_is_seen() -> None:
    story = RoomStory().let_in()
    story.then(CallConnectionLost("its worker is gone"))
    story.then(MixerSeen((MixerMember("caller-1", "7"),)))
    assert story.in_room.number == "7"
    story.then(Rearrived("600"))
    assert story.state() is LeavingRoom


def test_one_that_never_entered_enters_when_it_comes_back() -> None:
    story = RoomStory().let_in()
    story.then(CallConnectionLost("its worker is gone"))
    story.then(Rearrived("600"))
    assert story.has(in_room.Mix)
    assert story.state() is InRoom


# --- a room at another switch -----------------------------------------------------------------------------------


def elsewhere(sip: str | None = "192.0.2.9:5060") -> RoomStory:
    """The room is at fs2."""
    story = RoomStory()
    switches = dict(story.facts.settings.switches)
    switches["fs2"] = next(iter(switches.values())).model_copy(update={"sip": sip})
    settings = story.facts.settings.model_copy(update={"switches": switches})
    story.facts = replace(story.facts, settings=settings)
    return story.then(RoomEntered(RoomVerdict.IN, replace(story.room(OTHER), switch="fs2")), 0)


def test_a_leg_leads_to_the_switch_that_has_the_room() -> None:
    story = elsewhere()
    brought = story.command(in_room.MixThere)
    endpoint = brought.leg.endpoint
    assert isinstance(endpoint, Account)
    assert (endpoint.user, endpoint.peer) == (f"callcontrol-room-{brought.leg_id}", Peer("fs2", "192.0.2.9:5060"))
    assert story.call.state.being_rung == (brought.leg_id,)
    moment = story.next_moment()
    story.then(RoomTold(ENTERED, "strange-1", "5", moment, 2, dialled=endpoint.user))
    assert (story.in_room.number, story.in_room.talks) == ("5", True)
    story.then(LegBridged(brought.leg_id, moment))
    assert [one.leg_id for one in story.entries(Bridged)] == [brought.leg_id]
    assert not story.entries(JoinedOutside)
    story.then(MixerSeen((MixerMember("strange-1", "5"), MixerMember("other-9", "2"))))
    assert story.in_room.number == "5"
    assert story.ordered(muted=True).command(in_room.MuteMember).switch == "fs2"


def test_a_switch_that_does_not_answer_is_told_in_words() -> None:
    story = elsewhere()
    leg = story.command(in_room.MixThere).leg_id
    story.then(AppEnded(story.in_room.app_id, "NO_ROUTE_DESTINATION"))
    assert "failed" in story.command(do.Play).file
    assert not story.call.is_open(leg)


def test_a_switch_that_others_cannot_reach_takes_none() -> None:
    story = elsewhere(sip=None)
    assert [one.why for one in story.entries(Passed)] == ["the room is at switch fs2, which has no `sip:`"]
