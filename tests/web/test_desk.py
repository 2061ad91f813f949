"""An agent's desk, acting on agents and callers by their versions, supervisors, conference rooms, parked callers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from falcon import testing
from redis import Redis

from callcontrol.billing.record_json import to_json
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import connect as connect_ledger
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.usecases import agents, click_to_call, supervision
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.parked import ParkedCaller
from callcontrol.vocabulary.room import RoomMember
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, ModeSpan, SupervisedTalk
from tests.billing.trails import NOON, answered_in_queue
from tests.commands.call_centre import CallCentre, at
from tests.edges.ledger.samples import rated
from tests.usecases.answering import answering, save_listening
from tests.web.conftest import Site, site_of

CALLER = "+48221234567"


@pytest.fixture
def floor(
    tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, CallCentre]]:
    redis_client.ping()
    site = site_of(tmp_path, redis_url, ledger_database)
    centre = CallCentre(str(tmp_path / "conf"), redis_url)
    at(monkeypatch, centre)
    centre.open()
    monkeypatch.setattr(site.services, "now", lambda: centre.now)
    yield site, centre
    centre.stop()
    site.stop()


def own_queue(site: Site) -> str:
    """One that yvonne serves."""
    queues = site.services.tenant("acme").queues
    return next(name for name, queue in queues.items() if "yvonne" in {seat.agent for seat in queue.agents})


def test_an_agent_sees_who_rings_and_talks_with_the_earlier_calls_of_the_number(floor: tuple[Site, CallCentre]) -> None:
    site, centre = floor
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    assert writer.write([to_json(rated(answered_in_queue(3)))]) == []
    writer.close()
    for agent in ("wanda", "zenon", "xenia"):
        if agent in site.services.tenant("acme").agents:
            site.ask("admin", "POST", f"/agents/{agent}/acts", {"action": "pause"}, key=f"pause {agent}")
    site.ask("agent", "POST", "/agents/yvonne/acts", {"action": "log-in"}, key="in")
    desk = site.get("agent", "/desk").json
    assert (desk["agent"], desk["state"], desk["caller"], desk["last_talks"]) == ("yvonne", "ready", None, None)
    queue = own_queue(site)
    assert queue in {one["queue"]["queue"] for one in desk["queues"]}
    centre.join("call-1", queue, number=CALLER)
    centre.ring("call-1")
    desk = site.get("agent", "/desk").json
    assert desk["state"] == "ringing"
    caller = desk["caller"]
    assert (caller["number"], caller["queue"], caller["is_talking"]) == (CALLER, queue, False)
    assert (caller["call_id"], caller["waiting_since"]) == ("call-1", "2026-11-23T08:00:00.000000Z")
    (talk,) = desk["last_talks"]
    assert (talk["queue"], talk["agent"], talk["talk_ms"], talk["outcome"]) == ("support", "alice", 60_010, "answered")
    centre.wait(5)
    assert centre.answer("call-1") == "yvonne"
    caller = site.get("agent", "/desk").json["caller"]
    assert (caller["is_talking"], caller["waited_ms"], caller["number"]) == (True, 5_000, CALLER)
    centre.hang_up("yvonne", "call-1", 60)
    desk = site.get("agent", "/desk").json
    assert (desk["caller"], desk["today"]["answered"], desk["today"]["talk_ms"]) == (None, 1, 60_000)


def test_a_person_who_is_no_agent_has_no_desk(floor: tuple[Site, CallCentre]) -> None:
    site, _ = floor
    assert site.get("admin", "/desk").status_code == 404
    assert site.get("sub", "/desk").status_code == 403


def test_waiting_callers_are_masked_for_the_agent_until_they_ring(floor: tuple[Site, CallCentre]) -> None:
    site, centre = floor
    queue = own_queue(site)
    for agent in site.services.tenant("acme").agents:
        site.ask("admin", "POST", f"/agents/{agent}/acts", {"action": "log-in"}, key=f"in {agent}")
        site.ask("admin", "POST", f"/agents/{agent}/acts", {"action": "pause"}, key=f"pause {agent}")
    site.ask("agent", "POST", "/agents/yvonne/acts", {"action": "resume"}, key="resume")
    for number in range(3):
        centre.join(f"call-{number}", queue, number=f"+4850010020{number}")
    queues = {one["queue"]["queue"]: one["next"] for one in site.get("agent", "/desk").json["queues"]}
    waiting = queues[queue]
    assert waiting
    assert {one["number"] for one in waiting} <= {f"+48******20{number}" for number in range(3)}


def test_two_supervisors_do_not_overwrite_each_other(floor: tuple[Site, CallCentre]) -> None:
    site, centre = floor

    def act(login: str, path: str, given: dict[str, object], version: str) -> testing.Result:
        return site.ask(login, "POST", f"{path}/acts", given, key=f"{login} {given}", If_Match=version)

    wanda, looked = "/agents/wanda", site.get("boss", "/agents/wanda").headers["ETag"]
    first = act("admin", wanda, {"action": "pause"}, looked)
    assert (first.status_code, first.json["state"]) == (200, "paused")
    late = act("boss", wanda, {"action": "log-in"}, looked)
    assert (late.status_code, late.json["code"], late.json["field"]) == (412, "changed_meanwhile", "If-Match")
    assert act("boss", wanda, {"action": "resume"}, first.headers["ETag"]).status_code == 200
    for agent in site.services.tenant("acme").agents:
        site.ask("admin", "POST", f"/agents/{agent}/acts", {"action": "pause"}, key=f"pause {agent}")
    site.ask("admin", "POST", "/agents/wanda/acts", {"action": "log-in"}, key="in")
    for number in ("1", "2"):
        centre.join(f"call-{number}")
    waiting = site.get("boss", "/queues/support").json["waiting"][-1]
    path, version = f"/queues/support/callers/{waiting['id']}", f'"{waiting["version"]}"'
    assert act("boss", path, {"act": "prioritise", "priority": 4}, version).status_code == 200
    assert act("admin", path, {"act": "prioritise", "priority": 1}, version).status_code == 412
    found = {one["id"]: one["priority"] for one in site.get("boss", "/queues/support").json["waiting"]}
    assert found[waiting["id"]] == 4


def test_one_act_at_a_time(floor: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch) -> None:
    site, _ = floor

    def while_acting(*_: object) -> None:
        other = site.ask("boss", "POST", "/agents/wanda/acts", {"action": "log-out"}, key="b")
        assert (other.status_code, other.json["code"]) == (409, "under_way")

    with monkeypatch.context() as patched:
        patched.setattr(agents, "act", while_acting)
        assert site.ask("admin", "POST", "/agents/wanda/acts", {"action": "pause"}, key="a").status_code == 200
    assert site.ask("boss", "POST", "/agents/wanda/acts", {"action": "pause"}, key="c").status_code == 200


def test_a_supervisor_is_rung_by_right_of_the_person_and_of_the_phone(
    floor: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = floor
    rung: list[ClickToCall] = []
    monkeypatch.setattr(click_to_call, "ask_worker", lambda request, store: rung.append(request))

    def listen(login: str, given: dict[str, str]) -> testing.Result:
        return site.ask(login, "POST", "/listenings", given, key=f"{login} {given}")

    assert listen("sub", {"extension": "117"}).status_code == 403
    assert listen("admin", {"extension": "117"}).json["field"] == "phone"
    # Of a tenant's right, but not looked after by this supervisor; the supervisor's own phone.
    assert listen("boss", {"extension": "117"}).status_code == 404
    assert listen("boss", {"extension": "105"}).status_code == 404
    # Looked after, but no right of that phone's allows it.
    assert listen("boss", {"extension": "101", "mode": "barge"}).json["field"] == "mode"
    assert rung == []
    with connect_ledger(site.dsn) as connection:
        doer = Doer("root (command)", "command")
        people = People(site.services.settings, connection, doer, clock.now, os.urandom, clock.new_id)
        people.change("boss", extensions=("117",))
    told = listen("boss", {"extension": "117", "reason": "coaching"})
    assert (told.status_code, told.json["stage"], told.json["phone"]) == (202, "ringing", "105")
    assert listen("boss", {"extension": "117", "mode": "barge"}).json["field"] == "mode"
    (request,) = rung
    assert (request.extension, request.number[: len("*53*117*1*")]) == ("105", "*53*117*1*")
    act = site.get("admin", "/audit").json["acts"][0]
    assert (act["what"], act["object"], act["after"]["reason"]) == (
        "supervisor: phone rung",
        "extension:117",
        "coaching",
    )


def test_those_who_listen_now_are_seen_by_who_looks_after_the_conversation(
    floor: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, centre = floor
    span = ModeSpan(Mode.WHISPER, "extension:101", centre.now)
    mine = ListeningRecord(
        "acme", "l1", "extension:105", "extension:101", "c1", "fs1", centre.now, "support", "coaching", (span,)
    )
    other = ListeningRecord("acme", "l2", "extension:102", "extension:117", "c2", "fs1", centre.now)
    monkeypatch.setattr(supervision, "running", lambda *_: iter([mine, other]))
    told = site.get("boss", "/listenings").json
    assert [(one["id"], one["mode"], one["reason"]) for one in told["listenings"]] == [("l1", "whisper", "coaching")]
    assert {one["id"] for one in site.get("admin", "/listenings").json["listenings"]} == {"l1", "l2"}
    assert site.get("agent", "/listenings").status_code == 403


def test_the_mode_of_ones_own_listening_is_changed_and_of_no_other(
    floor: tuple[Site, CallCentre], redis_url: str
) -> None:
    site, centre = floor
    with connect_ledger(site.dsn) as connection:
        doer = Doer("root (command)", "command")
        people = People(site.services.settings, connection, doer, clock.now, os.urandom, clock.new_id)
        people.change("boss", extensions=("117",))
    for name, supervisor, whom in (("l1", "105", "117"), ("l2", "102", "117"), ("l3", "102", "103")):
        noted = ListeningRecord("acme", name, f"extension:{supervisor}", f"extension:{whom}", "c1", "fs1", centre.now)
        noted = noted.doing(Mode.WHISPER, noted.whom, centre.now)
        save_listening(site.pipeline, noted, SupervisedTalk("c1", "fs1", "cust-1", "leg-1", whom))

    def change(login: str, name: str, mode: str = "listen") -> testing.Result:
        return site.ask(login, "PUT", f"/listenings/{name}/mode", {"mode": mode})

    with answering(redis_url, site.pipeline, "") as heard:
        told = change("boss", "l1")
        assert (told.status_code, told.json["mode"]) == (200, "listen")
        assert [(call, wish.mode, wish.by) for call, wish in heard] == [("l1", Mode.LISTEN, "panel, boss, token test")]
        # A mode that the phone has no right to; another's that is seen, by who has a phone or none; one not seen.
        assert change("boss", "l1", "barge").json["field"] == "mode"
        assert [change(login, "l2").status_code for login in ("boss", "admin", "sub")] == [403, 403, 403]
        assert change("boss", "l3").status_code == change("boss", "l9").status_code == 404
        with connect_ledger(site.dsn) as connection:
            People(site.services.settings, connection, doer, clock.now, os.urandom, clock.new_id).change(
                "boss", extensions=("101",)
            )
        assert change("boss", "l1").status_code == 403
        assert len(heard) == 1
    act = site.get("admin", "/audit").json["acts"][1]
    assert (act["what"], act["object"], act["before"], act["after"]) == (
        "supervisor: mode changed",
        "extension:117",
        {"mode": "whisper"},
        {"mode": "listen", "listening": "l1"},
    )


def test_rooms_and_parked_callers(floor: tuple[Site, CallCentre]) -> None:
    site, centre = floor
    member = RoomMember("call-9", "host/1", "ch-9", "fs1", CALLER, "Jan", "", centre.now)
    rooms, parked = RoomStore(site.pipeline), ParkedStore(site.pipeline)
    rooms.enter("acme", "board", member, 10, lambda *_: None)
    parked.claim(
        "acme",
        ParkedCaller("701", "lot", "call-8", "ch-8", "fs1", "host/1", centre.now, "101", CALLER),
        ("701",),
        lambda *_: None,
    )
    site.pipeline.ask("PING")
    assert site.get("sub", "/rooms").status_code == 403
    (room,) = site.get("admin", "/rooms").json["rooms"]
    assert (room["room"], room["members"][0]["number"], room["locked"]) == ("board", CALLER, False)
    assert site.get("boss", "/rooms").json["rooms"][0]["members"][0]["number"] == "+48******567"
    (place,) = site.get("admin", "/parked").json["parked"]
    assert (place["place"], place["number"], place["by"]) == ("701", CALLER, "101")
    locked = site.ask("admin", "POST", "/rooms/board/acts", {"act": "lock"}, key="l")
    assert (locked.status_code, locked.json["locked"]) == (200, True)
    assert site.ask("boss", "POST", "/rooms/board/acts", {"act": "unlock"}, key="u").status_code == 403
    assert site.ask("admin", "POST", "/rooms/board/acts", {"act": "kick"}, key="k").status_code == 400
    assert site.ask("admin", "POST", "/rooms/other/acts", {"act": "end"}, key="o").status_code == 404
    assert site.get("admin", "/audit").json["acts"][0]["what"] == "conference room"
