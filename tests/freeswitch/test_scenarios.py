"""What SIPp is told is XML whose every jump leads somewhere."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.phones import display_name
from tests.freeswitch.scenarios import CannotTell, caller_scenario, phones_scenario, register_scenario
from tests.freeswitch.sounds import Sounds

BEHAVIOURS = [
    Behaviour("answers", talk_s=2.0, digits=((0.5, "12"), (1.5, "#"))),
    Behaviour("answers", early_media=True, ring_after_s=0.4),
    Behaviour("answers", after_s=0.0),
    Behaviour("busy"),
    Behaviour("declines", after_s=0.0),
    Behaviour("fails", code=503, ring_after_s=-1.0),
    Behaviour("never_answers"),
    Behaviour("silent"),
]
CALLS = [
    PlacedCall("+48500100200", "+48221234567"),
    PlacedCall("+48500100200", "+48221234567", "Jan", anonymous=True, hangup_after_s=2.0),
    PlacedCall("", "*21*105#", extension="101@acme.example", presses=((0.5, "1*"), (2.0, "#"))),
]


def dangling(scenario: str) -> set[str]:
    """Labels that are jumped to and are nowhere."""
    tree = ElementTree.fromstring(scenario.encode())
    there = {label.get("id") for label in tree.iter("label")}
    return {to for node in tree.iter() for name in ("next", "ontimeout") if (to := node.get(name)) and to not in there}


def test_every_jump_of_a_phone_leads_somewhere(tmp_path: Path) -> None:
    phones = {f"10{n}": (behaviour, *BEHAVIOURS) for n, behaviour in enumerate(BEHAVIOURS)}
    assert dangling(phones_scenario(phones, BEHAVIOURS[0], Sounds(tmp_path))) == set()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("login", ["", "[authentication username=101 password=secret]"])
def test_every_jump_of_a_caller_leads_somewhere(call: PlacedCall, login: str, tmp_path: Path) -> None:
    assert dangling(caller_scenario(call, Sounds(tmp_path), longest_s=9.0, login=login)) == set()


def test_registering_is_one_challenge_and_its_answer() -> None:
    assert re.findall(r'response="(\d+)"', register_scenario()) == ["100", "401", "100", "200"]


def test_what_phones_cannot_do_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="refers"):
        phones_scenario({"101": (Behaviour(refers=(1.0, "102")),)}, BEHAVIOURS[0], Sounds(tmp_path))


@pytest.mark.parametrize(
    ("name", "written"),
    [("Jan", "Jan"), ('a "b" \\c', 'a \\"b\\" \\\\c'), ("x\n\napi", "x%0A%0Aapi"), ("Żaneta", "Żaneta")],
)
def test_a_display_name_stays_one_quoted_string(name: str, written: str) -> None:
    assert display_name(name) == written
