"""Faults that stories do not cover: the daemon is gone, hangs, or dies in a conversation. The switch goes on alone."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from redis import Redis

from callcontrol.billing.switch_cdr import read_cdr
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.live_state import keys
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall, Story
from callcontrol.vocabulary.moment import Instant, instant_of
from callcontrol.vocabulary.wanted import Wanted
from tests.freeswitch.audio import Microphones
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import HOST
from tests.freeswitch.tones import Hears, tone_differences

OVER_S = 90.0
RECORD_S = 60.0
POLL_S = 0.1
OLD_S = 120  # the age of the switch's record files that are read
NOT_POSSIBLE_HZ = 1_400.0  # `not_possible` of freeswitch-xml/vars.xml
FROM_OUTSIDE = PlacedCall("+48500100200", "+48221234583")

Mishap = Callable[[RealStage, Microphones], Iterator[str]]


def no_daemon(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """no daemon: callers from outside hear the announcement `not possible`, phones still ring each other"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 1.5}})
    stage.daemon.stop()
    try:
        yield from _is_refused(stage, microphones)
        placed = stage.world.place(PlacedCall("", "117", extension="102@acme.example"))
        stage.world.wait_until_over([placed], OVER_S)
        hears = (Hears("117", CALLER_HZ), Hears("caller 2", PHONE_HZ))
        yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    finally:
        stage.daemon.start()


def daemon_hangs(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a daemon that takes calls and does nothing: the switch takes them back"""
    arrange(stage, {})
    stage.daemon.send_to_all(signal.SIGSTOP)
    try:
        yield from _is_refused(stage, microphones)
    finally:
        stage.daemon.send_to_all(signal.SIGCONT)


def daemon_dies_in_a_conversation(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 in a conversation: it goes on, and the next daemon writes its record, once and exact"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 12}})  # until another daemon has started
    began = clock.now()
    placed = stage.world.place(FROM_OUTSIDE)
    wait(lambda: any(h.what == "answered" for h in stage.world.heard()), "the call is answered")
    stage.daemon.kill()
    microphones.clear()
    stage.daemon.start()
    stage.world.wait_until_over([placed], OVER_S)
    hears = (Hears("117", CALLER_HZ), Hears("caller", PHONE_HZ))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    calls = records(stage, began)
    if [(call.outcome, call.estimated, len(call.legs)) for call in calls] != [("answered", False, 2)]:
        yield f"one exact record of an answered call with two legs expected, there are {calls}"


def daemon_dies_between_two_tenants(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 in a conversation between two tenants: it goes on, and each tenant has one record, exact"""
    arrange(stage, {"101@globex.example": {"action": "answers", "after_s": 0.3, "talk_s": 12}})
    began = clock.now()
    placed = stage.world.place(PlacedCall("", "+4930901821", extension="102@acme.example"))
    wait(lambda: any(h.what == "answered" for h in stage.world.heard()), "the call is answered")
    stage.daemon.kill()
    microphones.clear()
    stage.daemon.start()
    stage.world.wait_until_over([placed], OVER_S)
    hears = (Hears("101", CALLER_HZ), Hears("caller", PHONE_HZ))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)
    wait(lambda: len(records(stage, began)) > 1, "both tenants have a record", RECORD_S)
    calls = sorted(records(stage, began), key=lambda call: call.tenant)
    said = [(call.tenant, call.outcome, call.estimated, len(call.legs)) for call in calls]
    if said != [("acme", "answered", False, 2), ("globex", "answered", False, 2)]:
        yield f"an exact record of an answered call with two legs expected for each tenant, there are {calls}"
    if [leg.cost for call in calls for leg in call.legs if leg.cost is not None]:
        yield f"no leg costs anything, there are {calls}"


def strangers_at_the_on_net_profile(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an INVITE to the profile between tenants that does not come from the switch itself is asked for a password"""
    arrange(stage, {})
    began = clock.now()
    answer = invited(stage.ports.on_net, "+4930901821")
    if answer.split()[1:2] not in (["407"], ["401"]):
        yield f"the INVITE should be refused with 407, was with {answer!r}"
    time.sleep(1)
    with LedgerReader(stage.dsn) as ledger:
        if calls := ledger.calls(Wanted(since=began, limit=10)):
            yield f"no call should have come of it, there are {calls}"


def end_without_a_daemon(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a conversation ends without a daemon: its end is an estimate, then reconcile replaces it by the switch's own"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 6}})
    began = clock.now()
    placed = stage.world.place(FROM_OUTSIDE)
    # The daemon may lag behind the phones, and an estimate needs a saved conversation.
    wait(lambda: _is_saved_as_talking(stage), "the daemon knows of the conversation")
    stage.daemon.kill()
    stage.world.wait_until_over([placed], OVER_S)
    stage.daemon.start()
    guessed = records(stage, began)
    if [(call.outcome, call.estimated, call.reconciled) for call in guessed] != [("answered", True, False)]:
        yield f"one estimated record of an answered call expected, there are {guessed}"
    cdrs = stage.switch.folder / "log" / "json_cdr"
    for path in cdrs.glob("*.cdr.json"):
        os.utime(path, (path.stat().st_mtime - OLD_S,) * 2)
    stage.reconcile(cdrs)
    calls = records(stage, began)
    if [(call.estimated, call.reconciled, len(call.legs)) for call in calls] != [(False, True, 2)]:
        yield f"one record with two true legs expected, there are {calls}"
    for leg in (leg for call in calls for leg in call.legs):
        yield from _differs_from_file(cdrs / "done", leg)


def _is_saved_as_talking(stage: RealStage) -> bool:
    with Redis.from_url(stage.redis_url) as redis:
        return any(b'"$":"Talking"' in value for value in redis.hvals(keys.calls(TENANT)))


def _differs_from_file(done: Path, leg: PastLeg) -> Iterator[str]:
    (path,) = done.glob(f"*{leg.leg_id}.cdr.json")
    said = read_cdr(path.read_bytes()).stamps
    told = tuple(at and instant_of(at) for at in (leg.answered_at, leg.ended_at))
    if told != (said.answered, said.ended):
        yield f"leg {leg.leg_id} was answered and ended at {said.answered, said.ended}, the books say {told}"


MISHAPS: Final[tuple[Mishap, ...]] = (
    no_daemon,
    daemon_hangs,
    daemon_dies_in_a_conversation,
    daemon_dies_between_two_tenants,
    strangers_at_the_on_net_profile,
    end_without_a_daemon,
)


def _is_refused(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    placed = stage.world.place(FROM_OUTSIDE)
    stage.world.wait_until_over([placed], OVER_S)
    codes = [h.detail.get("code") for h in stage.world.heard() if h.who == placed and h.what == "hangup"]
    if codes != ["503"]:
        yield f"the caller should be refused with 503, was with {codes}"
    yield from tone_differences((Hears("caller", NOT_POSSIBLE_HZ),), stage.world.listening_ports(), microphones)


def invited(port: int, number: str) -> str:
    """The status line of the last response to an INVITE for this number, sent from an unused port."""
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.bind((HOST, 0))
        sender.settimeout(5)
        here = f"{HOST}:{sender.getsockname()[1]}"
        lines = (
            f"INVITE sip:{number}@{HOST}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bKstranger",
            f"From: <sip:+48500100200@{HOST}>;tag=stranger",
            f"To: <sip:{number}@{HOST}:{port}>",
            f"Call-ID: stranger@{here}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:stranger@{here}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        sender.sendto("\r\n".join((*lines, "", "")).encode(), (HOST, port))
        answer = ""
        while not answer or answer.split()[1].startswith("1"):
            answer = sender.recv(65_536).decode().splitlines()[0]
        return answer


def arrange(stage: RealStage, phones: Mapping[str, Any], offline: tuple[str, ...] = ()) -> None:
    """Set up phones and trunks; phones not named ring and are never answered. `offline` are not registered."""
    stage.world.arrange(Story("", "", phones, offline, {}, (), (), (), ()))


def records(stage: RealStage, began: Instant) -> tuple[PastCall, ...]:
    """Wait for the records of the calls since `began`."""

    def read() -> tuple[PastCall, ...]:
        with LedgerReader(stage.dsn) as ledger:
            return tuple(ledger.calls(Wanted(since=began, limit=10)))

    wait(lambda: bool(read()), "the record is in Postgres", RECORD_S)
    return read()


def wait(is_so: Callable[[], bool], what: str, within_s: float = OVER_S, poll_s: float = POLL_S) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it does not within `within_s`; the message contains `what`.
    """
    due = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > due:
            raise TimeoutError(f"after {within_s:.0f} s the condition does not hold: {what}")
        time.sleep(poll_s)
