"""Transfers of a phone that talks by way of another switch. REFER is refused before anything is lost, whatever it
names; by keys the phone sends its partner on, or asks a colleague first, as at one switch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.neighbour import NAME, neighbour
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Expectation, Hears, tone_differences

# 113 is registered at the neighbour; 22 123 45 78 leads to 125, which is busy, and then to 113.
FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234578")
BUSY: Final = {"125": {"action": "busy"}, "105": {"action": "answers", "after_s": 0.3}}
TALK_S: Final = 7
COLLEAGUE: Final = {"122": {"action": "answers", "after_s": 0.3, "talk_s": 8}}
WITH_122: Final = (Hears("caller", VOICES["122"]), Hears("122", CALLER_HZ))


def phone_of_another_switch_transfers_blind(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one sends REFER; it is told 403, and talks on with the caller"""
    yield from _refused(stage, microphones, {"refers": [1.0, "105"]})


def phone_of_another_switch_names_a_call_of_this_one(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone asks a colleague at the first one, and sends REFER with Replaces to the second: 403"""
    yield from _refused(stage, microphones, {"consults": [1.0, "105", 1.0]})


def called_from_another_switch_transfers_attended(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone that is called from the other one asks a colleague at its own, and sends REFER: 403"""
    phones = {"105": _answers({"consults": [1.0, "103", 1.0]}), "103": {"action": "answers", "after_s": 0.3}}
    with _both(stage, phones) as port:
        call = PlacedCall("", "105", extension="113@acme.example")
        yield from _told(stage, microphones, call, "105", NAME, port)


def phone_of_another_switch_sends_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one presses *1 and a number; the caller talks with that one"""
    keys = [[1.0, "*1"], [2.0, "122#"]]
    yield from _connected(stage, microphones, {"113": _answers({"digits": keys})}, FROM_OUTSIDE, "113", WITH_122)


def phone_of_another_switch_asks_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of the other one asks a colleague of this one by keys; caller and colleague talk"""
    keys = [[1.0, "*2"], [2.0, "122#"], [5.0, "*2"]]
    yield from _connected(stage, microphones, {"113": _answers({"digits": keys})}, FROM_OUTSIDE, "113", WITH_122)


def colleague_of_another_switch_is_asked_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: a phone of this one asks a colleague of the other one by keys; caller and colleague talk"""
    phones = {"117": _answers({"digits": [[1.0, "*2"], [2.0, "113#"], [5.0, "*2"]]})}
    hears = (Hears("caller", PHONE_HZ), Hears("113", CALLER_HZ))
    yield from _connected(stage, microphones, phones, PlacedCall("+48500100200", "+48221234583"), "117", hears)


def party_of_another_switch_is_sent_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: who calls from the other one is asked about by keys at this one; caller and colleague talk"""
    phones = {"117": _answers({"digits": [[1.0, "*2"], [2.0, "122#"], [5.0, "*2"]]})}
    call = PlacedCall("", "117", extension="113@acme.example")
    yield from _connected(stage, microphones, phones, call, "117", WITH_122, switch=NAME)


def caller_of_another_switch_asks_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: who calls from the other one asks a colleague by keys; both at this one talk"""
    call = PlacedCall("", "117", extension="113@acme.example", presses=((2.0, "*2"), (3.0, "122#"), (6.0, "*2")))
    hears = (Hears("117", VOICES["122"]), Hears("122", PHONE_HZ))
    yield from _connected(stage, microphones, {"117": _answers({})}, call, "117", hears, switch=NAME)


ACROSS: Final[tuple[Mishap, ...]] = (
    phone_of_another_switch_transfers_blind,
    phone_of_another_switch_names_a_call_of_this_one,
    called_from_another_switch_transfers_attended,
    phone_of_another_switch_sends_by_keys,
    phone_of_another_switch_asks_by_keys,
    colleague_of_another_switch_is_asked_by_keys,
    party_of_another_switch_is_sent_by_keys,
    caller_of_another_switch_asks_by_keys,
)


def _answers(does: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"action": "answers", "after_s": 0.3, "talk_s": TALK_S, **does}


def _refused(stage: RealStage, microphones: Microphones, does: Mapping[str, Any]) -> Iterator[str]:
    with _both(stage, {**BUSY, "113": _answers(does)}):
        yield from _told(stage, microphones, FROM_OUTSIDE, "113", "fs1", None)


@contextmanager
def _both(stage: RealStage, phones: Mapping[str, Any]) -> Iterator[int]:
    """Both switches run, and 113 is registered at the neighbour; yields the port at which its phones register."""
    with neighbour(stage) as port:
        arrange(stage, phones)
        stage.world.register("113", online=False)
        stage.world.register("113", online=True, port=port)
        wait(lambda: f'callcontrol_registrations{{switch="{NAME}"}} 1.0' in stage.daemon.metrics(), "known")
        yield port
        stage.world.register("113", online=False, port=port)


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


def _connected(
    stage: RealStage,
    microphones: Microphones,
    phones: Mapping[str, Any],
    call: PlacedCall,
    who: str,
    hears: tuple[Expectation, ...],
    switch: str = "fs1",
) -> Iterator[str]:
    """These hear each other in the end, and one exact record tells of the transfer by this one; no leg stands twice.

    Args:
        switch: whose call it is.
    """
    with _both(stage, {**BUSY, **COLLEAGUE, "113": _answers({}), **phones}) as port:
        microphones.clear()
        began = clock.now()
        placed = stage.world.place(call, port=port if switch == NAME else None)
        stage.world.wait_until_over([placed], OVER_S)
        yield from tone_differences(hears, _ports(stage), microphones)
        wait(lambda: any(one.switch == switch for one in records(stage, began)), "there is a record", RECORD_S)
        found = records(stage, began)
        if [(one.switch, one.outcome, one.estimated) for one in found] != [(switch, "answered", False)]:
            yield f"one exact record of {switch} expected, there are {found}"
        said = [note["what"] for one in found for note in one.notes]
        by = call.extension.partition("@")[0] if call.presses else who
        if not any(f"{by} transferred" in note for note in said):
            yield f"a note that {by} transferred the other party expected, there are {said}"


def _ports(stage: RealStage) -> Mapping[str, frozenset[int]]:
    return stage.world.listening_ports()
