"""REFER of a phone that talks by way of another switch: refused before anything is lost, whatever it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.neighbour import NAME, neighbour
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Hears, tone_differences

# 113 is registered at the neighbour; 22 123 45 78 leads to 125, which is busy, and then to 113.
FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234578")
BUSY: Final = {"125": {"action": "busy"}, "105": {"action": "answers", "after_s": 0.3}}
TALK_S: Final = 7


def phone_of_another_switch_transfers_blind(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one sends REFER; it is told 403, and talks on with the caller"""
    yield from _refused(stage, microphones, {"refers": [1.0, "105"]})


def phone_of_another_switch_names_a_call_of_this_one(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone asks a colleague at the first one, and sends REFER with Replaces to the second: 403"""
    yield from _refused(stage, microphones, {"consults": [1.0, "105", 1.0]})


def called_from_another_switch_transfers_attended(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone that is called from the other one asks a colleague at its own, and sends REFER: 403"""
    phones = {"105": _answers({"consults": [1.0, "103", 1.0]}), "103": {"action": "answers", "after_s": 0.3}}
    with neighbour(stage) as port:
        _arrange(stage, port, phones)
        call = PlacedCall("", "105", extension="113@acme.example")
        yield from _told(stage, microphones, call, "105", NAME, port)


ACROSS: Final[tuple[Mishap, ...]] = (
    phone_of_another_switch_transfers_blind,
    phone_of_another_switch_names_a_call_of_this_one,
    called_from_another_switch_transfers_attended,
)


def _answers(does: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"action": "answers", "after_s": 0.3, "talk_s": TALK_S, **does}


def _refused(stage: RealStage, microphones: Microphones, does: Mapping[str, Any]) -> Iterator[str]:
    with neighbour(stage) as port:
        _arrange(stage, port, {**BUSY, "113": _answers(does)})
        yield from _told(stage, microphones, FROM_OUTSIDE, "113", "fs1", None)


def _arrange(stage: RealStage, port: int, phones: Mapping[str, Any]) -> None:
    arrange(stage, phones)
    stage.world.register("113", online=False)
    stage.world.register("113", online=True, port=port)
    wait(lambda: f'callcontrol_registrations{{switch="{NAME}"}} 1.0' in stage.daemon.metrics(), "known")


def _told(
    stage: RealStage, microphones: Microphones, call: PlacedCall, who: str, switch: str, port: int | None
) -> Iterator[str]:
    """The phone is told 403, and both hear each other to the end, which one record tells of."""
    microphones.clear()
    began = clock.now()
    placed = stage.world.place(call, port=port)
    stage.world.wait_until_over([placed], OVER_S)
    codes = [h.detail.get("code") for h in stage.world.heard() if h.what == "refer_told"]
    if codes != ["403"]:
        yield f"the phone should be told 403, was {codes}"
    yield from tone_differences((Hears(who, CALLER_HZ), Hears("caller", PHONE_HZ)), _ports(stage), microphones)
    wait(lambda: any(one.switch == switch for one in records(stage, began)), "there is a record", RECORD_S)
    found = [one for one in records(stage, began) if one.caller_extension != who]
    talks = [(one.outcome, one.answered_by, [s.talk_ms >= (TALK_S - 1) * 1000 for s in one.segments]) for one in found]
    if talks != [("answered", f"extension:{who}", [True])]:
        yield f"one call that {who} answered, and its whole talk, expected, there are {talks}"


def _ports(stage: RealStage) -> Mapping[str, frozenset[int]]:
    return stage.world.listening_ports()
