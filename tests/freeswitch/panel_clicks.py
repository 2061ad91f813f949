"""Click to call of the panel on a real switch: my phone rings, then calls with my rights and my credit."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.vocabulary.credit import amount_of
from tests.freeswitch.audio import Microphones
from tests.freeswitch.credits import account, top_up
from tests.freeswitch.mishaps import Mishap, arrange, records, wait
from tests.freeswitch.panel import Browser, acts_of, panel_at
from tests.freeswitch.sounds import PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import REFUSE_HZ, Hears, tone_differences

PREPAID, WITHOUT_RIGHT = "145", "107"
MOBILE: Final = "+48600700802"  # has a tone of its own
TALKS: Final = {"action": "answers", "after_s": 1.0, "talk_s": 5}
PICKED_UP: Final = {"action": "answers", "after_s": 1.0}
# Extension 107 may call abroad with a PIN alone, and never to Britain; no phone of the tenant may call premium numbers.
REFUSED: Final[Mapping[str, str]] = {"+442071838750": "GB", "+48701234567": "+4870"}


def click_to_call_of_the_panel(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a click rings my phone, which then calls: both hear each other, and the call is mine, at my expense"""
    top_up(stage, "5.00")
    arrange(stage, {PREPAID: PICKED_UP, MOBILE: TALKS})
    began = clock.now()
    with panel_at(stage) as panel:
        oskar = panel.signed_in("oskar")
        click = _click(oskar, MOBILE)
        wait(lambda: _stage_of(oskar, click) == "picked_up", "the phone is picked up")
        (call,) = records(stage, began)
    legs = [(leg.target, leg.payer, leg.outcome) for leg in call.legs if leg.direction == "b"]
    if (call.caller_extension, legs) != (PREPAID, [(f"number:{MOBILE}", f"extension:{PREPAID}", "answered")]):
        yield f"a call of {PREPAID} to {MOBILE} that {PREPAID} pays for expected: {call.caller_extension}, {legs}"
    hears = (Hears(PREPAID, VOICES[MOBILE.removeprefix("+")]), Hears(MOBILE.removeprefix("+"), PHONE_HZ))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    cost = sum((leg.cost.amount or Decimal(0) for leg in call.legs if leg.cost is not None), Decimal(0))
    wait(lambda: not account(stage).reserved, "nothing stays reserved")
    if not cost or amount_of(account(stage).available) != Decimal("5.00") - cost:
        yield f"5.00 less the cost {cost} should be left: {account(stage)}"
    if [act["what"] for act in acts_of(stage, "oskar", began)] != ["signed in", "click to call"]:
        yield f"the audit should have the click: {acts_of(stage, 'oskar', began)}"


def click_to_call_without_the_right(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a click for a number that my phone may not call, or that is blocked for all: no carrier is asked"""
    with panel_at(stage) as panel:
        grazyna = panel.signed_in("grazyna")
        for number, why in REFUSED.items():
            arrange(stage, {WITHOUT_RIGHT: PICKED_UP, number: TALKS})
            microphones.clear()
            began = clock.now()
            _click(grazyna, number)
            (call,) = records(stage, began)
            yield from _is_refused(stage, microphones, call, WITHOUT_RIGHT, why)


def click_to_call_without_credit(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a click from a prepaid phone without credit: the phone rings and hears that it may not, no carrier is asked"""
    top_up(stage, "0.00")
    arrange(stage, {PREPAID: PICKED_UP, MOBILE: TALKS})
    began = clock.now()
    with panel_at(stage) as panel:
        _click(panel.signed_in("oskar"), MOBILE)
        (call,) = records(stage, began)
        yield from _is_refused(stage, microphones, call, PREPAID, "credit", spoken=True)


def click_to_call_of_others_and_offline_phones(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a click for another person's phone rings none; for one's own that is offline it is told so"""
    arrange(stage, {MOBILE: TALKS, "102": PICKED_UP}, (PREPAID,))
    with panel_at(stage) as panel:
        oskar = panel.signed_in("oskar")
        status, told, _ = oskar.api("POST", "/clicks", {"number": MOBILE, "phone": "102"})
        if (status, told["field"]) != (404, "phone"):
            yield f"another person's phone should not be there: {status} {told}"
        click = _click(oskar, MOBILE)
        wait(lambda: _stage_of(oskar, click) == "offline", "it is told that the phone is offline")
        if rung := [one.who for one in stage.world.heard() if one.what == "invite"]:
            yield f"no phone should ring: {rung}"


def _click(browser: Browser, number: str) -> str:
    """The id of what was asked for."""
    status, told, _ = browser.api("POST", "/clicks", {"number": number})
    assert status == 202, told
    return str(told["id"])


def _stage_of(browser: Browser, click: str) -> Any:
    return browser.api("GET", f"/clicks/{click}")[1]["stage"]


def _is_refused(
    stage: RealStage, microphones: Microphones, call: PastCall, phone: str, why: str, *, spoken: bool = False
) -> Iterator[str]:
    invited = {one.who.partition("@")[0] for one in stage.world.heard() if one.what == "invite"}
    if invited != {phone}:
        yield f"{phone} alone should ring: {invited}"
    told = [str(station) for station in call.path] + [str(note) for note in call.notes]
    if not any(why in one for one in told):
        yield f"the call should say why it was refused ({why}): {told}"
    costs = [leg.cost.amount for leg in call.legs if leg.cost is not None and leg.cost.amount]
    if (call.outcome, costs) == ("answered", []) or costs:
        yield f"it should be refused, for nothing: {call.outcome}, {costs}"
    ports = stage.world.listening_ports().get(phone, frozenset())
    time.sleep(0.5)
    if not spoken and not microphones.heard(ports, REFUSE_HZ) and not microphones.speech(ports, (PHONE_HZ,)):
        yield f"{phone} should hear that it may not"


PANEL_CLICKS: Final[tuple[Mishap, ...]] = (
    click_to_call_of_the_panel,
    click_to_call_without_the_right,
    click_to_call_without_credit,
    click_to_call_of_others_and_offline_phones,
)
