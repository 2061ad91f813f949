"""What a person changes in the panel is in force for the next call on a real switch: rules, do not disturb, the number
shown, the pause of an agent. The daemon is told of nothing, and not reloaded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.panel import Browser, acts_of, panel_at
from tests.freeswitch.stage import RealStage

RADEK: Final = "+48221234583"  # of extension 117, which has no rules
CLAIMS: Final = "+48221234561"  # of queue:claims, whose only agent has extension 143
CALLER: Final = "+48500100200"
COMPANY: Final = "+48221234567"
MOBILE: Final = "+48600700800"
# Mobiles are asked to press 1, which this one does.
PICKS_UP: Final = {"action": "answers", "after_s": 0.3, "digits": [[1.0, "1"]], "talk_s": 2}
RINGS_S: Final = 3.0


def rules_of_the_panel_hold_for_the_next_call(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """forward always and busy, set, changed and removed on My phone and by the API: the next call does as said"""
    began = clock.now()
    arrange(stage, {})
    with panel_at(stage) as panel:
        radek = panel.signed_in("radek")
        yield from _rings(stage, "before anything is set", {"117"})
        radek.send("/phone", "rule-always", target="extension:103", on="on")
        yield from _rings(stage, "forward always", {"103"})
        radek.send("/phone", "rule-always", target="extension:102")
        yield from _rings(stage, "forward always to another phone", {"102"})
        radek.send("/phone", "clear-always")
        yield from _rings(stage, "forward always removed", {"117"})
        yield from _put_busy(radek, "extension:103")
        arrange(stage, {"117": {"action": "busy"}})
        yield from _rings(stage, "busy", {"117", "103"})
        radek.send("/phone", "rule-busy", on="off")
    expected = ["signed in", "rule always", "rule always", "rule always", "rule busy", "rule busy"]
    if (found := [act["what"] for act in acts_of(stage, "radek", began)]) != expected:
        yield f"the audit should have {expected}: {found}"


def do_not_disturb_of_the_panel(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """do not disturb on My phone: the next caller finds the phone busy, and the rule for that applies; then it rings"""
    arrange(stage, {})
    with panel_at(stage) as panel:
        radek = panel.signed_in("radek")
        radek.send("/phone", "do-not-disturb")
        yield from _rings(stage, "do not disturb", set())
        if (code := _refused_with(stage)) != "486":
            yield f"the caller should be refused with 486, was with {code}"
        yield from _put_busy(radek, "extension:103")
        yield from _rings(stage, "do not disturb and a rule for busy", {"103"})
        radek.send("/phone", "disturb")
        yield from _rings(stage, "calls ring again", {"117"})


def number_shown_of_the_panel(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the number shown by a forwarding to a mobile is changed on My phone: the carrier's next INVITE has it"""
    arrange(stage, {MOBILE: PICKS_UP})
    with panel_at(stage) as panel:
        radek = panel.signed_in("radek")
        for show, number in (("company", COMPANY), ("caller", CALLER)):
            typed = {"target": "number", "number": MOBILE, "on": "on", "show": show}
            radek.send("/phone", "rule-always", **typed)
            began = clock.now()
            shown = _shown(_place(stage, hangup_after_s=12.0))
            if shown != {MOBILE.removeprefix("+"): number}:
                yield f"{show}: {MOBILE} alone should ring and show {number}: {shown}"
            (call,) = records(stage, began)
            legs = [(leg.shown, leg.payer, leg.outcome) for leg in call.legs if leg.direction == "b"]
            if legs != [(number, "extension:117", "answered")]:
                yield f"{show}: one answered leg that shows {number} and 117 pays for expected: {legs}"


def pause_of_the_panel_keeps_the_next_caller(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent pauses at the desk, a supervisor ends it on the floor, and pauses the agent: the next caller waits"""
    began = clock.now()
    arrange(stage, {})
    with panel_at(stage) as panel:
        nadia, zenon = panel.signed_in("nadia"), panel.signed_in("zenon")
        wait(lambda: zenon.has("/floor", "pause-nadia"), "the agent is ready on the floor")
        nadia.send("/desk", "act-pause", reason="lunch")
        yield from _rings(stage, "the agent has paused", set(), CLAIMS)
        zenon.send("/floor", "resume-nadia")
        yield from _rings(stage, "the supervisor has ended the pause", {"143"}, CLAIMS)
        wait(lambda: zenon.has("/floor", "pause-nadia"), "the agent is offered callers")
        zenon.send("/floor", "pause-nadia", reason="training")
        yield from _rings(stage, "the supervisor has paused the agent", set(), CLAIMS)
        nadia.send("/desk", "act-resume")
        yield from _rings(stage, "the agent has ended the pause", {"143"}, CLAIMS)
    found = [act["what"] for act in acts_of(stage, "zenon", began)]
    if found != ["signed in", "agent: resume", "agent: pause"]:
        yield f"the audit should have what the supervisor did: {found}"


def _put_busy(browser: Browser, target: str) -> Iterator[str]:
    """As a script of the page would: the version that was seen, then the rule."""
    _, _, seen = browser.api("GET", "/extensions/117/rules")
    path, rule = "/extensions/117/rules/busy", {"target": target}
    status, told, _ = browser.api("PUT", path, rule, If_Match=seen["ETag"])
    if status != 200:
        yield f"the rule should be set: {status} {told}"
    if (again := browser.api("PUT", path, rule, If_Match=seen["ETag"])[0]) != 412:
        yield f"a rule that has changed meanwhile should be refused with 412: {again}"


def _rings(stage: RealStage, when: str, expected: set[str], to: str = RADEK) -> Iterator[str]:
    """Place a call, and compare which phones ring."""
    rang = set(_shown(_place(stage, to)))
    if rang != expected:
        yield f"{when}: {sorted(expected) or 'no phone'} should ring, {sorted(rang) or 'none'} did"


def _place(stage: RealStage, to: str = RADEK, hangup_after_s: float = RINGS_S) -> Sequence[Any]:
    """What phones were told during one call."""
    before = len(stage.world.heard())
    time.sleep(0.2)
    stage.world.wait_until_over([stage.world.place(PlacedCall(CALLER, to, hangup_after_s=hangup_after_s))], OVER_S)
    time.sleep(0.5)
    return stage.world.heard()[before:]


def _shown(heard: Sequence[Any]) -> Mapping[str, str]:
    """The numbers shown to the phones that rang, by phone."""
    return {one.who.partition("@")[0]: one.detail["number"] for one in heard if one.what == "invite"}


def _refused_with(stage: RealStage) -> str:
    codes = [one.detail["code"] for one in stage.world.heard() if one.what == "hangup" and "code" in one.detail]
    return codes[-1] if codes else "nothing"


PANEL_CHANGES: Final[tuple[Mishap, ...]] = (
    rules_of_the_panel_hold_for_the_next_call,
    do_not_disturb_of_the_panel,
    number_shown_of_the_panel,
    pause_of_the_panel_keeps_the_next_caller,
)
