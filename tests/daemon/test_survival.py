"""The daemon as a process; daemon, Redis, Postgres and switch die: no call is dropped, each leg is recorded once.

All tests share one stage: each leaves the stores, the switch and the daemon running.
"""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import psycopg
import pytest
from redis import Redis

from callcontrol.config.fields import host_and_port
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.listenings import listenings_of
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger
from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode
from callcontrol.vocabulary.wanted import Wanted

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
PHONE, DID = "117@acme.example", "48221234583"
OTHERS_PHONE, OTHERS = "101@globex.example", "+4930901821"
WAIT_S = 90.0
# No phone hangs up before the test says so, because the time a daemon takes to start depends on the machine.
TALKS = Behaviour("answers", after_s=0.3)
# Longer than a takeover of a dead worker's calls takes.
TAKEN_OVER_S = 6.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), EXAMPLE) as made:
            yield made


@pytest.fixture(autouse=True)
def fresh(stage: Stage) -> None:
    """All processes run, there is no call, and the phone answers after 0.3 s and talks until the caller hangs up."""
    phone_that(stage, TALKS)


def phone_that(stage: Stage, behaviour: Behaviour) -> None:
    stage.switch.reset()
    stage.switch.phone(Phone(PHONE, (behaviour,), registered=False))
    stage.switch.register(PHONE)
    until(lambda: stage.daemon.registrations() >= 1)


def until(is_so: Callable[[], object], wait_s: float = WAIT_S) -> None:
    due = clock.monotonic() + wait_s
    while not is_so():
        assert clock.monotonic() < due, "the condition did not hold in time"
        gevent.sleep(0.05)


def records(stage: Stage) -> list[PastCall]:
    try:
        with LedgerReader(stage.dsn) as ledger:
            return ledger.calls(Wanted(limit=10_000))
    except NoLedger:
        return []


def record_of(stage: Stage, call_id: str) -> PastCall:
    """Wait for the record of a call, of which there must be exactly one."""
    call_id = call_id_of(next(str(e["uuid"]) for e in stage.switch.heard(call_id) if e["what"] == "calls"))
    until(lambda: any(c.call_id == call_id for c in records(stage)))
    (found,) = [c for c in records(stage) if c.call_id == call_id]
    return found


def heard(stage: Stage, who: str) -> list[str]:
    return [str(entry["what"]) for entry in stage.switch.heard(who)]


def is_bridged(stage: Stage, call_id: str) -> bool:
    return "bridged" in heard(stage, call_id)


def is_talking(stage: Stage, call_id: str, tenant: str = "acme") -> bool:
    """Whether the daemon knows of the conversation too, and has saved it."""
    with Redis.from_url(stage.redis_url) as redis:
        saved = " ".join(value.decode() for value in redis.hvals(keys.calls(tenant)))
    return is_bridged(stage, call_id) and '"$":"Talking"' in saved


def owner(stage: Stage, call_id: str) -> str:
    """The worker that owns a call, by Redis."""
    with Redis.from_url(stage.redis_url) as redis:
        found = redis.hget(keys.owners("acme"), call_id_of(stage.switch.heard(call_id)[0]["uuid"]))
    assert found is None or isinstance(found, bytes)
    return (found or b"").decode()


def owners(stage: Stage) -> set[object]:
    """The workers that own calls of either tenant."""
    with Redis.from_url(stage.redis_url) as redis:
        found = {worker for tenant in ("acme", "globex") for worker in redis.hvals(keys.owners(tenant))}
    return found - {b"-"}  # "-" stands in the field of a caller's channel


def another_takes_over(stage: Stage, call_id: str, before: str) -> None:
    """Wait until another worker owns the call."""
    until(lambda: owner(stage, call_id) not in ("", before))


def hang_up(stage: Stage, call_id: str) -> dict[str, str]:
    """The caller hangs up; returns the switch's data of the end."""
    stage.switch.hang_up(call_id)
    return stage.switch.wait_for_end(call_id, WAIT_S)


def heard_talk_ms(stage: Stage, call_id: str) -> float:
    """How long the caller was bridged, by the switch's clock."""
    at_us = {str(entry["what"]): int(entry["at_us"]) for entry in stage.switch.heard(call_id)}
    return (at_us["hangup"] - at_us["bridged"]) / 1000


def nothing_is_left(stage: Stage) -> None:
    """Wait until Redis has no calls any more."""
    with Redis.from_url(stage.redis_url) as redis:
        until(lambda: redis.hlen(keys.calls("acme")) == 0)


def test_kill_9_in_a_conversation(stage: Stage) -> None:
    call = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    before = owner(stage, call)
    stage.daemon.kill()
    assert "unbridged" not in heard(stage, call)
    stage.daemon.start()
    another_takes_over(stage, call, before)
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by, found.estimated) == ("answered", "extension:117", False)
    assert [leg.hung_up_by for leg in found.legs] == ["caller", "switch"]
    assert abs(float(found.legs[1].talk_ms) - heard_talk_ms(stage, call)) < 500
    nothing_is_left(stage)


def test_kill_9_in_a_conversation_between_two_tenants(stage: Stage) -> None:
    stage.switch.phone(Phone(OTHERS_PHONE, (TALKS,), registered=False))
    stage.switch.register(OTHERS_PHONE)
    call = stage.switch.place(Call(OTHERS, number="102", user="102", domain="acme.example"))
    until(lambda: is_talking(stage, call) and is_talking(stage, call, "globex"))
    before = owners(stage)
    stage.daemon.kill()
    assert "unbridged" not in [*heard(stage, call), *heard(stage, OTHERS_PHONE)]
    stage.daemon.start()
    until(lambda: not before & owners(stage) and len(owners(stage)) == 1)
    hang_up(stage, call)
    found = record_of(stage, call)
    until(lambda: [c for c in records(stage) if c.tenant == "globex" and c.started_at >= found.started_at])
    (there,) = [c for c in records(stage) if c.tenant == "globex" and c.started_at >= found.started_at]
    assert (found.outcome, found.estimated, there.outcome, there.estimated) == ("answered", False, "answered", False)
    assert (found.legs[1].trunk, found.legs[1].cost, there.answered_by) == ("on-net", None, "extension:101")
    assert there.caller_number == "+48221234567"
    nothing_is_left(stage)


def supervises(stage: Stage, code: str) -> str:
    """A supervisor's call."""
    return stage.switch.place(Call(code, number="102", user="102", domain="acme.example"))


def listened(stage: Stage, began: Instant) -> list[ListeningRecord]:
    """The ledger's records of listening since then."""
    with psycopg.connect(stage.dsn) as connection:
        return listenings_of(connection, "acme", since=began)


def test_kill_9_while_a_supervisor_barges_in(stage: Stage) -> None:
    began, call = clock.now(), stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    supervisor = supervises(stage, "*53*117*3#")
    until(lambda: "listens" in heard(stage, supervisor))
    stage.daemon.kill()
    assert "unbridged" not in heard(stage, call)
    stage.daemon.start()
    until(
        lambda: heard(stage, supervisor).count("listens") == 2
    )  # the leg was fetched back, and the right was checked again
    hang_up(stage, call)
    stage.switch.wait_for_end(supervisor, WAIT_S)
    assert (record_of(stage, call).outcome, record_of(stage, supervisor).outcome) == ("answered", "changed")
    until(lambda: [one.how for one in listened(stage, began)] == [ListeningEnd.CALL_ENDED])
    (row,) = listened(stage, began)
    assert {span.mode for span in row.spans} == {Mode.BARGE}
    nothing_is_left(stage)


def test_kill_9_as_a_supervisor_takes_over(stage: Stage) -> None:
    began, call = clock.now(), stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    supervisor = supervises(stage, "*53*117*4#")
    until(lambda: "answered" in heard(stage, supervisor))
    stage.daemon.kill()
    stage.daemon.start()
    gevent.sleep(TAKEN_OVER_S)
    assert "hangup" not in heard(stage, call)
    hang_up(stage, call)
    if "hangup" not in heard(stage, supervisor):
        hang_up(stage, supervisor)
    assert record_of(stage, call).outcome == "answered"
    record_of(stage, supervisor)
    until(lambda: all(one.ended is not None for one in listened(stage, began)))
    nothing_is_left(stage)


def test_kill_9_while_it_rings(stage: Stage) -> None:
    phone_that(stage, Behaviour("answers", after_s=3))
    call = stage.switch.place(Call(DID))
    until(lambda: "ringing" in heard(stage, PHONE) and owner(stage, call))
    before = owner(stage, call)
    stage.daemon.kill()
    stage.daemon.start()
    until(lambda: is_bridged(stage, call))
    another_takes_over(stage, call, before)
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by, found.estimated) == ("answered", "extension:117", False)
    assert "took over" in " ".join(note["what"] for note in found.notes)
    nothing_is_left(stage)


def test_the_end_of_a_call_while_no_daemon_lived_is_estimated_and_recorded_once(stage: Stage) -> None:
    call = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    stage.daemon.kill()
    hang_up(stage, call)
    stage.daemon.start()
    found = record_of(stage, call)
    assert (found.outcome, found.estimated) == ("answered", True)
    assert len(found.legs) == 2
    nothing_is_left(stage)


def test_the_time_without_a_daemon_is_not_billed(stage: Stage) -> None:
    """The conversation goes on for 2 s with a daemon, and ends 4 s later at a time no daemon has seen."""
    phone_that(stage, Behaviour("answers", after_s=0.1, talk_s=6.0))
    call = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    began = clock.monotonic()
    gevent.sleep(2.5)
    stage.daemon.kill()
    heard_ms = 1000 * (clock.monotonic() - began)
    stage.switch.wait_for_end(call, WAIT_S)
    gevent.sleep(3)
    stage.daemon.start()
    found = record_of(stage, call)
    assert (found.outcome, found.estimated) == ("answered", True)
    assert heard_ms - 1500 < found.legs[1].talk_ms < heard_ms + 500
    nothing_is_left(stage)


def test_a_call_that_finds_no_daemon_gets_the_switchs_last_resort(stage: Stage) -> None:
    stage.daemon.kill()
    call = stage.switch.place(Call(DID))
    end = stage.switch.wait_for_end(call, WAIT_S)
    stage.daemon.start()
    assert end["code"] == "503"


def test_postgres_away_while_calls_run(stage: Stage) -> None:
    phone_that(stage, Behaviour("answers", after_s=0.0, talk_s=0.1))
    before = len(records(stage))
    stage.postgres.stop()
    calls = [stage.switch.place(Call(DID)) for _ in range(30)]
    for call in calls:
        stage.switch.wait_for_end(call, WAIT_S)
    until(lambda: "callcontrol_spool_records 30.0" in stage.daemon.metrics())
    assert "callcontrol_postgres_up 0.0" in stage.daemon.metrics()
    stage.daemon.kill()  # the daemon dies as well
    stage.daemon.start()
    stage.postgres.start()
    until(lambda: len(records(stage)) == before + 30)
    gevent.sleep(0.5)
    assert len({c.call_id for c in records(stage)}) == len(records(stage)) == before + 30
    until(lambda: "callcontrol_spool_records 0.0" in stage.daemon.metrics())
    nothing_is_left(stage)


def test_redis_away_conversations_go_on_and_new_calls_take_the_last_known_rules(stage: Stage) -> None:
    talking = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, talking))
    stage.redis.kill()
    new = stage.switch.place(Call(DID))
    until(lambda: is_bridged(stage, new))
    assert "unbridged" not in heard(stage, talking)
    hang_up(stage, new)
    hang_up(stage, talking)
    stage.redis.start()
    found = record_of(stage, new)
    assert found.outcome == "answered"
    assert any("Redis unreachable" in note["what"] for note in found.notes)
    assert record_of(stage, talking).estimated is False
    nothing_is_left(stage)


def test_the_switch_dies_and_its_calls_are_closed(stage: Stage) -> None:
    call = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    stage.switch.restart()
    found = record_of(stage, call)
    assert (found.outcome, found.estimated) == ("answered", True)
    assert "was restarted" in " ".join(note["what"] for note in found.notes)
    stage.daemon.wait_until_ready()
    nothing_is_left(stage)


def test_sigterm_waits_for_the_call_and_exits_0(stage: Stage) -> None:
    call = stage.switch.place(Call(DID))
    until(lambda: is_talking(stage, call))
    ending = gevent.spawn_later(1, hang_up, stage, call)
    assert stage.daemon.stop() == 0
    assert ending.get(timeout=WAIT_S)["cause"] == "NORMAL_CLEARING"
    found = record_of(stage, call)
    assert (found.outcome, found.estimated) == ("answered", False)
    stage.daemon.start()


def test_sighup_takes_a_good_folder_and_refuses_a_bad_one(stage: Stage) -> None:
    tenant = stage.config / "tenants" / "acme.yaml"
    good = tenant.read_text(encoding="utf-8")
    process = stage.daemon.process
    assert process is not None
    try:
        tenant.write_text(good + "\nnonsense: 1\n", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: 'callcontrol_config_reloads_total{result="refused"} 1.0' in stage.daemon.metrics())
        tenant.write_text(good.replace("+48 22 123 45 76: hangup:busy", "+48 22 123 45 76: hangup:congestion"))
        process.send_signal(signal.SIGHUP)
        until(lambda: 'callcontrol_config_reloads_total{result="accepted"} 1.0' in stage.daemon.metrics())
        until(lambda: "callcontrol_config_behind 0.0" in stage.daemon.metrics())
        end = stage.switch.wait_for_end(stage.switch.place(Call("48221234576")), WAIT_S)
        assert end["cause"] == "NORMAL_CIRCUIT_CONGESTION"
    finally:
        tenant.write_text(good, encoding="utf-8")


def test_strangers_and_garbage_on_the_call_port_affect_no_call(stage: Stage) -> None:
    call = stage.switch.place(Call(DID))
    address = host_and_port(read_configuration(stage.config).settings.listen)
    peers = [socket.create_connection(address) for _ in range(50)]
    for n, peer in enumerate(peers):
        peer.sendall([b"", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 70_000, b"Content-Length: 99999999999\n\n"][n % 4])
    until(lambda: is_bridged(stage, call))
    for peer in peers:
        peer.close()
    hang_up(stage, call)
    assert record_of(stage, call).outcome == "answered"
    until(lambda: "callcontrol_connections 0.0" in stage.daemon.metrics())
