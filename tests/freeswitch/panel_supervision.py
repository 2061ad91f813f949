"""Supervision from the panel's page of the floor on a real switch: a phone rings, and tones tell who hears whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import psycopg

from callcontrol.edges import clock
from callcontrol.edges.ledger.listenings import listenings_of
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, wait
from tests.freeswitch.panel import Browser, NotDone, acts_of, panel_at
from tests.freeswitch.sounds import CALLER_HZ, VOICES
from tests.freeswitch.stage import RealStage

CLAIMS: Final = "+48221234561"  # of queue:claims, whose agent has extension 143
RADEK: Final = "+48221234583"  # of extension 117
CALLER: Final = "+48500100200"
SUPERVISOR: Final = "124"
SUPERVISOR_HZ: Final = VOICES[SUPERVISOR]
# Share of all energy; while two talk, each has half.
THERE: Final = 0.15
PICKED_UP: Final = {"action": "answers", "after_s": 0.5}
# How long each mode is listened to (seconds), of which the supervisor is heard at least so long, or not at all.
LISTENED_S, HEARD_S = 2.0, 1.0


def supervision_of_the_panel(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """listen on the floor page: my phone rings; then whisper, barge in, listen, take over by the page's buttons"""
    arrange(stage, {"143": {"action": "answers", "after_s": 0.3, "talk_s": 60}, SUPERVISOR: PICKED_UP})
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, CLAIMS, hangup_after_s=45.0))
    with panel_at(stage) as panel:
        zenon = panel.signed_in("zenon")
        wait(lambda: zenon.has("/floor", "listen-nadia"), "the agent talks, as the floor shows")
        time.sleep(4)  # the announcement that it is recorded is over
        zenon.send("/floor", "listen-nadia", mode="listen", reason="coaching")
        form = _own_form(zenon)
        yield from _hear(stage, microphones, "listen", set())
        for mode, who in (("whisper", {"143"}), ("barge", {"143", "caller"}), ("listen", set())):
            zenon.send("/floor", form, mode=mode)
            yield from _hear(stage, microphones, mode, who)
        zenon.send("/floor", form, mode="take_over")
        wait(lambda: not zenon.has("/floor", form), "it is taken over")
        yield from _hear(stage, microphones, "take_over", {"caller"})
        talking = stage.world.listening_ports()[SUPERVISOR]
        if not microphones.heard(talking, CALLER_HZ):
            yield "the supervisor should hear the caller"
        stage.world.wait_until_over([placed], OVER_S)
    yield from _is_noted(stage, began)


def mode_of_the_panel_is_refused(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a mode without a right, another person's listening, one that is over: each is refused in words, none is heard"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 25}, "105": PICKED_UP})
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, RADEK))
    time.sleep(2)
    with panel_at(stage) as panel:
        ewa, zenon = panel.signed_in("ewa"), panel.signed_in("zenon")
        status, told, _ = ewa.api("POST", "/listenings", {"extension": "117", "mode": "barge"})
        if (status, told["field"]) != (400, "mode"):
            yield f"105 has no right to barge in: {status} {told}"
        status, told, _ = ewa.api("POST", "/listenings", {"extension": "117"})
        if status != 202:
            yield f"105 may listen: {status} {told}"
        form = _own_form(ewa)
        path = f"/listenings/{form.removeprefix('mode-')}/mode"
        for mode in ("whisper", "barge", "take_over"):
            status, told, _ = ewa.api("PUT", path, {"mode": mode})
            if (status, told.get("field")) != (400, "mode"):
                yield f"105 has no right to {mode}: {status} {told}"
        if (status := zenon.api("PUT", path, {"mode": "barge"})[0]) != 403:
            yield f"another person's listening should not be changed: {status}"
        stage.world.wait_until_over([placed], OVER_S)
        wait(lambda: not ewa.has("/floor", form), "the listening is over")
        if (status := ewa.api("PUT", path, {"mode": "listen"})[0]) != 404:
            yield f"a listening that is over is not there: {status}"
    (row,) = _rows(stage, began)
    if [span.mode for span in row.spans] != [Mode.LISTEN]:
        yield f"nothing but listening expected: {row.spans}"


def _own_form(browser: Browser) -> str:
    """The form by which one's own listening is changed, once it is there."""
    found: list[str] = []

    def is_there() -> bool:
        listed = browser.api("GET", "/listenings")[1]["listenings"]
        found.extend(f"mode-{one['id']}" for one in listed)
        return bool(found) and browser.has("/floor", found[-1])

    try:
        wait(is_there, "the phone is at the conversation, and the page offers what can be done", 20.0)
    except TimeoutError as error:
        raise NotDone(str(error)) from error
    return found[-1]


def _hear(stage: RealStage, microphones: Microphones, mode: str, who: set[str]) -> Iterator[str]:
    """Listen for a while, and compare which parties hear the supervisor."""
    time.sleep(0.5)
    microphones.clear()
    time.sleep(LISTENED_S)
    ports = stage.world.listening_ports()
    seconds = {
        one: len(microphones.moments(ports.get(one, ()), SUPERVISOR_HZ, THERE)) / 10 for one in ("caller", "143")
    }
    hear = {one for one, heard_s in seconds.items() if heard_s >= HEARD_S}
    slightly = {one for one, heard_s in seconds.items() if 0 < heard_s < HEARD_S}
    if hear != who or slightly:
        yield f"{mode}: {sorted(who) or 'no one'} should hear the supervisor, heard for {seconds}"


def _is_noted(stage: RealStage, began: Instant) -> Iterator[str]:
    """One row with a span for each mode, and the audit of who asked for it."""
    wait(lambda: any(row.ended is not None for row in _rows(stage, began)), "the row is whole")
    (row,) = _rows(stage, began)
    modes = [span.mode for span in row.spans]
    if modes != [Mode.LISTEN, Mode.WHISPER, Mode.BARGE, Mode.LISTEN]:
        yield f"listen, whisper, barge and listen expected: {row.spans}"
    if (row.how, row.reason, row.whom, row.queue) != (ListeningEnd.TAKEN_OVER, "coaching", "extension:143", "claims"):
        yield f"it should be taken over from 143 in claims, for coaching: {row}"
    acts = [(act["what"], (act["after"] or {}).get("mode")) for act in acts_of(stage, "zenon", began)]
    changed = [("supervisor: mode changed", mode) for mode in ("whisper", "barge", "listen", "take_over")]
    if acts != [("signed in", None), ("supervisor: phone rung", "listen"), *changed]:
        yield f"the audit should have each change: {acts}"


def _rows(stage: RealStage, began: Instant) -> list[ListeningRecord]:
    with psycopg.connect(stage.dsn) as connection:
        return listenings_of(connection, TENANT, since=began)


PANEL_SUPERVISION: Final[tuple[Mishap, ...]] = (supervision_of_the_panel, mode_of_the_panel_is_refused)
