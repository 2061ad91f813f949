"""A switch's folder and the books, on real Postgres and Redis: what is completed, what is left; twice is once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import gevent
import psycopg
import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.daemon.configuration import Configuration, read_configuration
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder, FolderAway
from callcontrol.edges.ledger.history import alone
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.jobs import folder_pass
from callcontrol.jobs.reconcile import Reconciler
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON, answered_in_queue, call_id, forwarded
from tests.config.example import EXAMPLE
from tests.jobs.cdr import CALLER, OUTSIDE, cdr, put, seen

SEEN_AT = Instant(1795564943289456)  # when the call a real switch told of was over
HOUR_US = 3600 * SECOND_US


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return read_configuration(EXAMPLE)


@dataclass
class Bench:
    """A folder, the books and the job, whose clock is set by hand."""

    folder: Path
    dsn: str
    redis_url: str
    configuration: Configuration
    now: Instant = NOON
    job: Reconciler = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.job = self.another()

    def another(self) -> Reconciler:
        """The same on another host."""
        tariffs = self.configuration.tariffs
        return Reconciler(lambda: self.configuration.settings, tariffs.get, self.dsn, self.redis_url, lambda: self.now)

    def reconcile(self, *, dry_run: bool = False) -> dict[str, int]:
        counts = self.job.reconcile("fs1", CdrFolder(self.folder), dry_run=dry_run)
        assert counts is not None
        return {str(verdict): count for verdict, count in counts.items() if count}

    def put(self, leg: str, data: bytes, *, ago_s: float = 120, prefix: str = "") -> Path:
        return put(self.folder, leg, data, Instant(self.now - round(ago_s * SECOND_US)), prefix)

    def put_seen(self) -> None:
        """The two legs of the call a real switch told of."""
        self.put(OUTSIDE, seen(OUTSIDE))
        self.put(CALLER, seen(CALLER), prefix="a_")

    def write(self, *payloads: bytes) -> None:
        writer = LedgerWriter(self.dsn, now=lambda: self.now)
        assert writer.write(payloads) == []
        writer.close()

    def calls(self) -> list[PastCall]:
        with LedgerReader(self.dsn) as reader:
            return reader.calls(Wanted(limit=100))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()

    def files(self, where: str = "") -> set[str]:
        folder = self.folder / where
        return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()


@pytest.fixture
def bench(tmp_path: Path, database: str, redis_url: str, redis_client: Redis, configuration: Configuration) -> Bench:
    return Bench(tmp_path / "json_cdr", database, redis_url, configuration)


def rated(bench: Bench, estimated: bool, talk_s: float = 61.5, queue: bool = False) -> RatedRecord:
    """The sample call as a worker records it, by the price list of the example."""
    trail = answered_in_queue if queue else forwarded
    return rate_record(fold(trail(0, NOON, talk_s, estimated)), bench.configuration.tariffs["acme"])


def true_ends(bench: Bench, record: RatedRecord, ended_s: float) -> None:
    """The switch's files of the legs that were estimated: they ended so much after noon."""
    for leg in record.call.legs:
        if leg.estimated:
            assert leg.created is not None
            assert leg.answered is not None
            since, is_callers = (leg.created - NOON) / SECOND_US, leg.leg_id == record.call.call_id
            marks = {} if is_callers else {"cc_call": record.call.call_id, "cc_tenant": "acme"}
            answered = (leg.answered - leg.created) / SECOND_US
            bench.put(leg.leg_id, cdr(leg.leg_id, leg.created, ended_s - since, answered, **marks))


ALL_ROWS = (
    "SELECT to_jsonb(c) AS row FROM calls c UNION ALL SELECT to_jsonb(l) FROM legs l UNION ALL SELECT to_jsonb(h)"
    " FROM charges h UNION ALL SELECT to_jsonb(v) FROM queue_visits v UNION ALL SELECT to_jsonb(o) FROM offers o"
    " ORDER BY row"
)


def test_an_estimate_gets_the_true_end_and_a_new_charge(bench: Bench) -> None:
    guessed = rated(bench, estimated=True)
    bench.write(to_json(guessed))
    bench.now = Instant(NOON + 300 * SECOND_US)
    true_ends(bench, guessed, 200)
    assert bench.reconcile() == {"corrected": 2}
    (call,) = bench.calls()
    assert (call.estimated, call.reconciled, call.total_ms) == (False, True, Decimal(200_000))
    leg = call.legs[-1]
    assert (leg.estimated, leg.reconciled, leg.talk_ms) == (False, True, Decimal(175_000))
    assert len(bench.rows("SELECT 1 FROM legs")) == 3
    charges = bench.rows("SELECT revision, status, amount, counted_s FROM charges ORDER BY revision")
    first, void, last = charges
    assert (first[1], void[1:], last[1], last[3]) == ("rated", ("void", None, 0), "rated", 175)
    assert last[2] > first[2]
    assert bench.rows("SELECT amount FROM current_charges") == [(last[2],)]
    assert (bench.files(), len(bench.files("done"))) == (set(), 2)


def test_a_second_time_nothing_changes(bench: Bench) -> None:
    guessed = rated(bench, estimated=True, queue=True)
    bench.write(to_json(guessed))
    bench.now = Instant(NOON + 300 * SECOND_US)
    true_ends(bench, guessed, 200)
    assert bench.reconcile() == {"corrected": 2}
    before = bench.rows(ALL_ROWS)
    for name in bench.files("done"):
        (bench.folder / "done" / name).replace(bench.folder / name)
    assert bench.reconcile() == {"settled": 2}
    assert bench.rows(ALL_ROWS) == before
    bench.write(to_json(guessed))  # the estimate comes again from a spool
    assert bench.rows(ALL_ROWS) == before


def test_what_the_books_have_is_done_with(bench: Bench) -> None:
    exact = rated(bench, estimated=False)
    bench.write(to_json(exact))
    before = bench.rows(ALL_ROWS)
    for leg in exact.call.legs:
        bench.put(leg.leg_id, cdr(leg.leg_id, NOON, 999, 1))
    assert bench.reconcile() == {"settled": 3}
    assert bench.rows(ALL_ROWS) == before


def test_a_lost_call_becomes_a_record_and_is_paid_by_whom_its_mark_names(bench: Bench) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    assert bench.reconcile() == {"added": 2}
    (call,) = bench.calls()
    assert (call.call_id, call.tenant, call.caller_number, call.outcome) == (CALLER, "acme", "+48500100200", "answered")
    assert (call.estimated, call.reconciled, call.worker) == (True, True, "")
    own, outside = call.legs
    assert (own.direction, outside.trunk, outside.payer) == ("a", "carrier-a", "extension:106")
    assert outside.cost is not None
    assert (outside.cost.status, outside.cost.billed_s) == ("rated", 60)
    assert bench.files("done") == {f"{OUTSIDE}.cdr.json", f"a_{CALLER}.cdr.json"}


def test_a_workers_own_record_that_comes_late_replaces_what_was_put_together(bench: Bench) -> None:
    exact = rated(bench, estimated=False)
    outside = exact.call.legs[-1]
    bench.now = Instant(NOON + HOUR_US)
    marks = {"cc_call": exact.call.call_id, "cc_tenant": "acme", "cc_payer": "extension:101"}
    bench.put(
        outside.leg_id,
        cdr(outside.leg_id, NOON, 90, 20, **marks, sip_gateway_name="carrier-a", dialled="48600700800"),
    )
    assert bench.reconcile() == {"added": 1}
    bench.write(to_json(exact))
    (call,) = bench.calls()
    assert (call.reconciled, call.estimated, len(call.legs), call.worker) == (False, False, 3, "worker-1")
    assert call.legs[-1].cost is not None
    assert call.legs[-1].cost.amount == exact.charges[0].amount
    assert [row[0] for row in bench.rows("SELECT status FROM charges ORDER BY revision")] == ["rated", "void", "rated"]


def test_a_call_that_goes_on_or_may_still_be_recorded_waits(bench: Bench, redis_client: Redis) -> None:
    bench.now = Instant(SEEN_AT + 300 * SECOND_US)
    bench.put_seen()
    assert bench.reconcile() == {"waiting": 2}
    bench.now = Instant(SEEN_AT + HOUR_US)
    redis_client.hset(keys.calls("acme"), CALLER, b"{}")
    assert bench.reconcile() == {"waiting": 2}
    redis_client.hdel(keys.calls("acme"), CALLER)
    assert bench.reconcile() == {"added": 2}


def test_without_redis_nobody_is_taken_for_lost(bench: Bench) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    bench.redis_url = f"unix://{bench.folder}/gone.sock"
    bench.job = bench.another()
    assert bench.reconcile() == {"waiting": 2}
    assert bench.rows("SELECT count(*) FROM calls") == [(0,)]


def test_a_call_that_nobody_can_read_is_not_waited_for_longer_than_a_day(bench: Bench, redis_client: Redis) -> None:
    """A later version of the program saved it, and no worker of that version is there."""
    redis_client.hset(keys.calls("acme"), CALLER, '{"$":"Call/99"}')
    bench.now = Instant(SEEN_AT + 23 * HOUR_US)
    bench.put_seen()
    assert bench.reconcile() == {"waiting": 2}
    bench.now = Instant(SEEN_AT + 25 * HOUR_US)
    assert bench.reconcile() == {"added": 2}


def marked(**variables: str | None) -> bytes:
    return cdr("leg", NOON, 60, 10, dialled="48600700800", **variables)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (marked(cc_call="gone"), "no mark says whose it is"),
        (marked(direction="inbound", socket_host="127.0.0.1"), "no mark says whose it is"),
        (marked(cc_call="gone", cc_tenant="acme", sip_gateway_name="carrier-a"), "no mark says who pays"),
    ],
)
def test_the_payer_is_never_guessed(bench: Bench, caplog: pytest.LogCaptureFixture, data: bytes, why: str) -> None:
    bench.now = Instant(NOON + 600 * SECOND_US + HOUR_US)
    path = bench.put("leg", data)
    assert bench.reconcile() == {"doubtful": 1}
    assert why in caplog.text
    assert bench.files("doubtful") == {path.name}
    assert bench.rows("SELECT count(*) FROM legs") == [(0,)]
    assert REGISTRY.get_sample_value("callcontrol_reconcile_files", {"switch": "fs1", "state": "doubtful"}) == 1


def test_legs_of_one_call_that_name_two_tenants_are_doubtful(bench: Bench) -> None:
    bench.now = Instant(NOON + HOUR_US)
    for leg, tenant in (("one", "acme"), ("two", "globex")):
        bench.put(leg, cdr(leg, NOON, 60, cc_call="gone", cc_tenant=tenant))
    assert bench.reconcile() == {"doubtful": 2}


def test_strangers_are_left_alone_and_read_once(bench: Bench) -> None:
    bench.now = Instant(NOON + 3 * HOUR_US)
    stranger = bench.put("stranger", cdr("stranger", NOON, 60, 10))
    refused = bench.put("refused", cdr("refused", NOON, 4, direction="inbound", socket_host="x", context="fallback"))
    assert bench.reconcile() == {"stranger": 2}
    assert bench.reconcile() == {}
    assert bench.files() == {stranger.name, refused.name}
    assert bench.rows("SELECT count(*) FROM calls") == [(0,)]


@pytest.mark.parametrize(
    ("variables", "tenant", "dialled"),
    [
        ({"dialled": "+48221234567"}, "acme", "+48221234567"),  # never reached the socket
        ({"dialled": "48221234567", "socket_host": "127.0.0.1"}, "acme", "+48221234567"),  # was gone when it did
        ({"dialled": "102", "context": "internal", "domain_name": "acme.example"}, "acme", "102"),
    ],
)
def test_a_caller_who_hung_up_before_any_worker_had_the_call_is_in_the_books(
    bench: Bench, variables: dict[str, str], tenant: str, dialled: str
) -> None:
    cancelled = {"hangup_cause": "ORIGINATOR_CANCEL", "sip_hangup_disposition": "recv_cancel", "direction": "inbound"}
    path = bench.put("early", cdr("early", NOON, 0.2, None, **cancelled, **variables))
    bench.now = Instant(NOON + 300 * SECOND_US)
    assert bench.reconcile() == {"waiting": 1}  # a worker may have it after all
    bench.now = Instant(NOON + HOUR_US)
    assert bench.reconcile() == {"added": 1}
    (call,) = bench.calls()
    told = (call.call_id, call.tenant, call.dialled, call.outcome)
    assert told == (call_id_of("early"), tenant, dialled, "abandoned")
    assert (call.caller_number, call.total_ms, call.reconciled) == ("+48500100200", Decimal(200), True)
    assert bench.rows("SELECT count(*) FROM charges") == [(0,)]
    assert bench.files("done") == {path.name}


def test_a_caller_of_an_application_of_the_admins_own_is_a_stranger(bench: Bench) -> None:
    bench.now = Instant(NOON + 3 * HOUR_US)
    ours = {"dialled": "+48221234567", "direction": "inbound"}
    bench.put("answered", cdr("answered", NOON, 60, 1, **ours))  # and never reached us
    bench.put("elsewhere", cdr("elsewhere", NOON, 60, None, context="conference", **ours))
    bench.put("nobodys", cdr("nobodys", NOON, 60, dialled="+48990000000", direction="inbound"))
    assert bench.reconcile() == {"stranger": 3}


def test_bad_files_stop_nobody_and_are_told_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    bad = {
        bench.put("half", seen(OUTSIDE)[:900]).name: "perhaps half written",
        bench.put("empty", b"").name: "perhaps half written",
        bench.put("huge", b"{" + b" " * (1 << 20)).name: "more than 1048576 bytes",
        bench.put("list", b"[]").name: "not the record of a channel",
    }
    (bench.folder / "notes.txt").write_text("not a record")
    (bench.folder / "folder.cdr.json").mkdir()
    (bench.folder / "link.cdr.json").symlink_to(bench.folder / "notes.txt")
    young = bench.put("young", seen(OUTSIDE), ago_s=59)
    assert bench.reconcile() == {"added": 2, "unreadable": 4}
    assert {name for name, why in bad.items() if name in caplog.text and why in caplog.text} == set(bad)
    assert bench.files() == {*bad, young.name, "notes.txt", "link.cdr.json"}
    gauge = {"switch": "fs1", "state": "unreadable"}
    caplog.clear()
    assert bench.reconcile() == {}
    assert REGISTRY.get_sample_value("callcontrol_reconcile_files", gauge) == 4
    (bench.folder / "half.cdr.json").write_bytes(b"")
    (bench.folder / "empty.cdr.json").unlink()
    bench.now = Instant(bench.now + 10**12)
    assert bench.reconcile() == {"unreadable": 1, "settled": 1}
    assert REGISTRY.get_sample_value("callcontrol_reconcile_files", gauge) == 3


def test_a_dry_run_changes_nothing_and_does_not_say_it_did(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    before = bench.files()
    bench.write(to_json(rated(bench, estimated=True)))
    rows = bench.rows(ALL_ROWS)
    assert bench.reconcile(dry_run=True) == {"added": 2}
    assert "would be added" in caplog.text
    assert "completed" not in caplog.text
    assert (bench.files(), bench.files("done"), bench.rows(ALL_ROWS)) == (before, set(), rows)


def test_one_at_a_time_looks_after_a_switch(bench: Bench) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    bench.write()
    with alone(bench.dsn, "fs1") as is_alone:
        assert is_alone
        assert bench.job.reconcile("fs1", CdrFolder(bench.folder)) is None
        assert bench.job.reconcile("fs2", CdrFolder(bench.folder.parent)) == {}
    assert bench.reconcile() == {"added": 2}


def test_two_hosts_at_once_complete_the_books_once(bench: Bench) -> None:
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    bench.write(to_json(rated(bench, estimated=True)))
    folder = CdrFolder(bench.folder)
    jobs = [bench.job, bench.another(), bench.another()]
    found = gevent.joinall([gevent.spawn(job.reconcile, "fs1", folder) for job in jobs], raise_error=True)
    assert sum((one.value or {}).get("added", 0) for one in found) == 2
    assert bench.rows(f"SELECT count(*) FROM legs WHERE call_id = '{CALLER}'") == [(2,)]
    assert bench.rows(f"SELECT count(*) FROM charges WHERE call_id = '{CALLER}'") == [(1,)]


def test_a_pass_cut_short_after_the_commit_is_made_up_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    guessed = rated(bench, estimated=True)
    bench.write(to_json(guessed))
    bench.now = Instant(NOON + 300 * SECOND_US)
    true_ends(bench, guessed, 200)

    def killed(folder: CdrFolder, name: str, where: str) -> None:
        raise FolderAway("read-only")

    with monkeypatch.context() as patched:
        patched.setattr(CdrFolder, "put_away", killed)
        patched.setattr(folder_pass, "BATCH", 1)
        with pytest.raises(FolderAway):
            bench.reconcile()
    before = bench.rows(ALL_ROWS)
    assert bench.rows("SELECT count(*) FROM legs WHERE reconciled") == [(2,)]
    assert bench.reconcile() == {"settled": 2}
    assert bench.rows(ALL_ROWS) == before


def test_more_files_than_one_batch_holds(bench: Bench) -> None:
    bench.now = Instant(NOON + HOUR_US)
    for n in range(450):
        call = call_id(n)
        bench.put(f"leg{n}", cdr(f"leg{n}", NOON, 60, 10, cc_call=call, cc_tenant="acme"), ago_s=2000 - n)
    assert bench.reconcile() == {"added": 450}
    assert bench.rows("SELECT count(*), count(DISTINCT call_id) FROM legs WHERE reconciled") == [(450, 450)]
    assert bench.files() == set()


def test_a_record_postgres_refuses_is_kept_for_a_person(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.now = Instant(NOON + HOUR_US)
    bench.put("old", cdr("old", Instant(10**15), 60, 10, cc_call="old-call", cc_tenant="acme"))
    bench.put("good", cdr("good", NOON, 60, 10, cc_call="good-call", cc_tenant="acme"))
    assert bench.reconcile() == {"added": 1, "doubtful": 1}
    assert "Postgres refused it: the day of arrival is implausible" in caplog.text
    assert (bench.files("done"), bench.files("doubtful")) == ({"good.cdr.json"}, {"old.cdr.json"})


def failing(switch: str) -> float | None:
    return REGISTRY.get_sample_value("callcontrol_reconcile_failing", {"switch": switch})


def test_what_goes_wrong_with_one_switch_is_told_and_the_daemon_lives(bench: Bench, tmp_path: Path) -> None:
    gone = bench.configuration.settings.switches["fs1"].model_copy(update={"cdrs": str(tmp_path / "gone")})
    good = gone.model_copy(update={"cdrs": str(bench.folder)})
    settings = bench.configuration.settings.model_copy(update={"switches": {"gone": gone, "fs1": good}})
    bench.now = Instant(SEEN_AT + HOUR_US)
    bench.put_seen()
    tariffs = bench.configuration.tariffs
    job = Reconciler(lambda: settings, tariffs.get, bench.dsn, bench.redis_url, lambda: bench.now)
    started = job.start()
    with gevent.Timeout(30):
        while bench.files():
            gevent.sleep(0.05)
    started.kill()
    assert failing("gone") == 1
    shutil.rmtree(bench.folder)
    job.look()
    assert failing("fs1") == 1
    assert [call.call_id for call in bench.calls()] == [CALLER]
