"""Commands on legs of their own: what the switch is asked, and that it takes it apart as meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Call, new_call
from callcontrol.control.transfer_commands import ListenForCodes
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.leg_commands import LegOrder, after, before, leg_command, longest_s, originate
from callcontrol.routing.plan import Acceptance, Account, LegPlan, Shown, TrunkNumber
from callcontrol.routing.speech import all_files, as_file_string
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.language import LANGUAGES, Language
from tests.edges.freeswitch import dial_parser
from tests.routing.world import NOW

SHOWN = Shown("+48500100200")
PHONE = LegPlan("extension:101", Account("101", "acme.example"), 20, SHOWN)
MOBILE = LegPlan(
    "number:+48600", TrunkNumber("a", "gw-a", "48600"), 15, SHOWN, "tenant", Acceptance("queue/pl/accept.wav", 12), 60
)


def call(name: str = "", dialled: str = "+48221234510") -> Call:
    caller = Caller("+48500100200", name)
    return new_call(
        id_="c1", channel="a1", switch="fs1", worker="w", tenant="acme", caller=caller, dialled=dialled, now=NOW
    )


def dialled(*legs: tuple[str, LegPlan], name: str = "") -> dial_parser.Dialled:
    line = originate(do.Originate(legs), call(name), "internal")
    command, _, argument = line.partition(" ")
    assert command == "originate"
    assert argument.endswith(" &park()")
    return dial_parser.originate_command(argument)


# --- originate


def test_all_legs_ring_at_once_each_with_its_own_uuid_and_time() -> None:
    found = dialled(("l1", PHONE), ("l2", replace(PHONE, endpoint=Account("102", "acme.example"), ring_s=30)))
    assert (found.enterprise, found.alternatives) == (0, 1)
    assert [address for _, address in found.legs] == [
        "sofia/internal/101%acme.example",
        "sofia/internal/102%acme.example",
    ]
    assert [(own["origination_uuid"], own["leg_timeout"]) for own, _ in found.legs] == [("l1", "20"), ("l2", "30")]


def test_an_answered_leg_is_parked_and_ends_with_its_partner() -> None:
    found = dialled(("l1", PHONE))
    assert found.variables["cc_call"] == "c1"
    assert found.variables["cc_tenant"] == "acme"
    assert found.variables["hangup_after_bridge"] == "true"
    assert found.variables["ignore_early_media"] == "true"
    assert found.variables["park_timeout"] == "60"
    assert found.variables["originate_timeout"] == "25"  # longer than the leg's own limit, which decides


def test_an_agent_outside_presses_1_and_his_leg_is_limited_and_paid_for() -> None:
    found = dialled(("l1", MOBILE))
    ((own, address),) = found.legs
    assert address == "sofia/gateway/gw-a/48600"
    assert own["group_confirm_key"] == "1"
    assert own["group_confirm_file"] == "queue/pl/accept.wav"
    assert own["group_confirm_timeout"] == "12"
    assert own["execute_on_answer"] == "sched_hangup +60 ALLOTTED_TIMEOUT"
    assert own["cc_payer"] == "tenant"
    assert found.variables["originate_timeout"] == str(15 + 12 + 5)


def test_the_slowest_leg_decides_how_long_it_may_take() -> None:
    assert longest_s([("l1", PHONE)]) == 20
    assert longest_s([("l1", PHONE), ("l2", MOBILE)]) == 27


def test_a_callers_name_is_carried_as_one_word_of_the_command() -> None:
    ((own, _),) = dialled(("l1", PHONE), name="Jan, K. (Kowalski)").legs
    assert own["origination_caller_id_name"] == "Jan, K. (Kowalski)"


def test_a_name_that_means_something_to_the_switch_is_refused() -> None:
    with pytest.raises(UnsafeText):
        originate(do.Originate((("l1", PHONE),)), call("${system rm}"), "internal")


def api_line(command: LegOrder) -> str:
    """What the api is told, of a command that goes there."""
    said = leg_command(command, call())
    assert isinstance(said, str)
    return said


# --- legs that are there


def test_a_whisper_is_a_file_and_the_park_again_of_which_it_tells() -> None:
    said = api_line(do.Whisper("l1", "queue/en/caller-gone.wav"))
    assert said == "uuid_transfer l1 m:^:set:cc_heard=true^playback:queue/en/caller-gone.wav^park inline"


def test_last_words_end_the_leg_and_nothing_is_told_of_them() -> None:
    said = api_line(do.Whisper("l1", "queue/en/caller-gone.wav", hang_up=True))
    assert said.split("^")[1:] == [
        ":set:cc_heard=false",
        "playback:queue/en/caller-gone.wav",
        "hangup:NORMAL_CLEARING inline",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_there_is_can_be_whispered(language: Language) -> None:
    for file in all_files(language):
        said = api_line(do.Whisper("l1", as_file_string(("/sounds/own-name.wav", file))))
        assert said.split(" ")[:2] == ["uuid_transfer", "l1"]
        assert said.split("^")[2] == f"playback:file_string:///sounds/own-name.wav!{file}"


def test_codes_are_bound_without_a_moment_of_the_talk_read_away() -> None:
    """`uuid_broadcast` would take five frames for each (switch_ivr_broadcast, `lead-frames`); `sendmsg` takes none."""
    listen = ListenForCodes("l1", "cc-talk", ("*1", "*2"))
    bound = [*before(listen, call()), leg_command(listen, call())]
    assert [type(one) for one in bound] == [Execute] * 3
    assert [one.wire().splitlines()[0] for one in bound if isinstance(one, Execute)] == [b"sendmsg l1"] * 3


def test_tones_keep_their_commas() -> None:
    said = api_line(do.Whisper("l1", "tone_stream://%(300,100,523);%(400,200,659)"))
    assert "^playback:tone_stream://%(300,100,523);%(400,200,659)^park" in said


@pytest.mark.parametrize("file", ["own name.wav", "a^park", "it's.wav", 'a".wav', "a\nuuid_kill l1", "a\r.wav"])
def test_what_would_be_read_as_something_else_is_refused(file: str) -> None:
    with pytest.raises(UnsafeText):
        leg_command(do.Whisper("l1", file), call())


def test_joining_and_ending() -> None:
    assert leg_command(do.Join("a1", "l1"), call()) == "uuid_bridge a1 l1"
    assert leg_command(do.KillLeg("l1", "LOSE_RACE"), call()) == "uuid_kill l1 LOSE_RACE"


def test_a_caller_who_is_joined_with_nobody_any_more_goes_through_the_dialplan() -> None:
    assert before(do.Join("a1", "l1"), call()) == (
        "sched_del joined-a1",
        "uuid_setvar a1 transfer_after_bridge +48221234510:XML:callcontrol",
    )
    assert after(do.Join("a1", "l1"), call()) == ("sched_api +2 joined-a1 uuid_setvar a1 transfer_after_bridge",)
    for other in (do.Join("l1", "l2"), do.KillLeg("a1", "LOSE_RACE")):
        assert before(other, call()) == after(other, call()) == ()


def test_a_caller_is_sent_through_the_dialplan_by_the_number_he_dialled() -> None:
    assert leg_command(do.BringBack(), call()) == "uuid_transfer a1 +48221234510 XML callcontrol"


def test_a_caller_who_is_refused_hears_it_from_the_dialplan() -> None:
    assert leg_command(do.BringBack(refused=True), call()) == "uuid_transfer a1 +48221234510 XML fallback"


@pytest.mark.parametrize("number", ["", "-bleg", "101 XML public", "1;uuid_kill"])
def test_a_number_that_cannot_be_dialled_is_not_sent(number: str) -> None:
    with pytest.raises(UnsafeText):
        leg_command(do.BringBack(), call(dialled=number))
