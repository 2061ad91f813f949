"""After `callcontrol erase` no byte of the number is left anywhere, and the sums of each month are as they were."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.billing.record_json import to_json
from callcontrol.edges.embedded.wheels import postgres_programs
from callcontrol.edges.ledger import erasing as rows
from callcontrol.edges.ledger.holds import Held, hold
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.listenings import note_listenings
from callcontrol.edges.ledger.missed_cases import fold_again
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.ledger.writer import LedgerWriter, Rejection
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import encode_override
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.jobs.erasing import erasing
from callcontrol.jobs.media.moving import Mover
from callcontrol.vocabulary.barring import Barring
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.supervision import ListeningRecord, Mode
from callcontrol.vocabulary.trail import Arrived
from tests.billing.trails import NOON, forwarded
from tests.commands.test_media_care import NUMBER, add, config, ledger
from tests.commands.test_media_erasing import NAME, OTHER, Left
from tests.config import folder
from tests.daemon.test_adoption import pipeline
from tests.edges.ledger.samples import rated
from tests.routing.test_media_rights import QUEUES

__all__ = ["config", "ledger", "pipeline"]

CORE = "500100200"
PERSON = "500 100 200"
SUMS = (
    "SELECT to_char(started_day, 'YYYY-MM') AS month, direction, payer, currency, status, count(*) AS n,"
    " sum(amount) AS amount, sum(counted_s) AS seconds FROM current_charges"
    " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    "SELECT currency, sum(amount) AS amount, count(*) AS n FROM call_costs GROUP BY 1",
    "SELECT outcome, type, sum(calls) AS n, sum(talk_ms) AS ms FROM call_hours GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT count(*) AS n, sum(total_ms) AS ms FROM calls",
    "SELECT count(*) AS n, sum(talk_ms) AS ms FROM legs",
)


def call_of(n: int, caller: str, called: str, *, estimated: bool = False) -> bytes:
    """A call from one number that was forwarded to another."""
    trail = list(forwarded(n, NOON, estimated=estimated))
    assert isinstance(trail[0], Arrived)
    trail[0] = replace(trail[0], caller=Caller(caller, NAME if caller == NUMBER else "Jan"))
    made = to_json(rated(tuple(trail))).decode()
    return made.replace("+48600700800", called).replace("48600700800", called.removeprefix("+")).encode()


class World(Left):
    """The number in every place there is."""

    def fill(self, ledger: DictConnection) -> None:
        """Everything but sound files, and what goes with them."""
        writer = LedgerWriter(self.dsn, now=lambda: NOON)
        assert (
            writer.write([call_of(1, NUMBER, OTHER), call_of(2, OTHER, NUMBER), call_of(3, OTHER, "+48600700800")])
            == []
        )
        assert writer.write([call_of(4, NUMBER, OTHER, estimated=True)]) == []
        assert writer.write([call_of(4, NUMBER, OTHER)]) == []  # gives way to the truer one: withdrawn_rows
        writer.close()
        while HourCounter(self.dsn).step():
            pass
        self._people_write(ledger)
        self._missed(ledger)
        self._in_redis()
        self._on_disk()

    def _people_write(self, ledger: DictConnection) -> None:
        ledger.execute("INSERT INTO accounts (tenant, account, currency) VALUES ('acme', 'tenant', 'PLN')")
        ledger.execute(
            "INSERT INTO account_entries (tenant, account, currency, number, kind, amount, balance, on_hold, reason,"
            " entered_by, key) VALUES ('acme', 'tenant', 'PLN', 1, 'top_up', 5, 5, false, %s, 'olga', 'k')",
            (f"paid by {PERSON}, thanks",),
        )
        heard = ListeningRecord("acme", "s1", "extension:102", f"number:{NUMBER}", "c1", "fs1", NOON, "", PERSON)
        note_listenings(ledger, [heard.doing(Mode.LISTEN, f"number:{NUMBER}", NOON)])

    def _missed(self, ledger: DictConnection) -> None:
        for call, number in (("m1", NUMBER), ("m2", OTHER)):
            ledger.execute(
                "INSERT INTO missed_contacts (tenant, switch, call_id, number, target, kind, reason, began_at,"
                " ended_at, started_day, due_at, expires_at)"
                " SELECT 'acme', 'fs1', %s, %s, 'queue:sales', 'missed', 'closed', at, at, at::date,"
                " at, at + interval '14 days' FROM (SELECT now() AS at) AS d",
                (call, number),
            )
        with transaction(ledger):
            fold_again(ledger, [("acme", NUMBER), ("acme", OTHER)])

    def _in_redis(self) -> None:
        barred = Barring((), (NUMBER, OTHER), (), "a nuisance", None, "jan (command)", Instant(1))
        self.redis.hset(keys.overrides("acme"), "admin-barring:101", encode_override(barred))
        self.redis.hset(keys.rules("acme"), "101/always", orjson.dumps({"target": f"number:{NUMBER}"}))
        self.redis.hset(keys.rules("acme"), "102/always", orjson.dumps({"target": f"number:{OTHER}"}))
        self.redis.hset(keys.calls("acme"), "call-9", orjson.dumps({"caller": NUMBER}))

    def _on_disk(self) -> None:
        rejected = RejectedRecords(Path(self.settings.data) / "rejected.jsonl")
        rejected.path.parent.mkdir(exist_ok=True)
        rejected.add([Rejection(call_of(7, NUMBER, OTHER), "x"), Rejection(call_of(8, OTHER, OTHER), "x")], NOON)
        cdrs = Path(str(self.settings.switches["fs1"].cdrs))
        for name, number in (("a_1", NUMBER), ("a_2", OTHER), ("done/a_3", NUMBER), ("doubtful/a_4", NUMBER)):
            path = cdrs / f"{name}.cdr.json"
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(f'{{"variables": {{"sip_from": "%2B{number.removeprefix("+")}"}}}}')


@pytest.fixture
def world(
    config: Path, ledger: DictConnection, ledger_database: str, pipeline: RedisPipeline, redis_client: Redis
) -> World:
    main_file = config / "callcontrol.yaml"
    cdrs = f"password: secret, cdrs: {config.parent}/cdr"
    main_file.write_text(main_file.read_text().replace("password: secret", cdrs))
    (config / "tenants" / "acme.yaml").write_text(folder.located(f"{folder.TENANT}{QUEUES}"))
    made = World(config, ledger_database, pipeline, redis_client)
    made.fill(ledger)
    return made


@pytest.fixture
def whole_world(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """With sound files, still on the switch, mails about them, boxes, and a worker's notes in its spool."""
    monkeypatch.setattr(Mover, "step", lambda _: False)
    world.leave()
    yield world
    world.writer.stop(5)


def command(config: Path, name: str, *words: str) -> int:
    return main([name, "--config", str(config), *words])


def erase(config: Path, *words: str) -> int:
    return command(config, "erase", PERSON, "--tenant", "acme", "--why", "letter of 12 November", *words)


def left(world: World, ledger: DictConnection) -> set[str]:
    """Where the number still is, in any of its forms."""
    return {place for word in (CORE, PERSON) for place in world.places_of(ledger, word)}


def sums(ledger: DictConnection) -> list[Any]:
    return [ledger.execute(one.encode()).fetchall() for one in SUMS]


def test_no_byte_is_left_and_the_sums_are_as_they_were(
    whole_world: World, ledger: DictConnection, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, before = whole_world, sums(ledger)
    there = left(world, ledger)
    months = {f"{name}_2026_11" for name in ("calls", "legs", "charges")}
    tables = {"withdrawn_rows", "account_entries", "mails", "media", "box_facts", "missed_cases", "missed_revisions"}
    assert months | tables <= there
    assert erase(config, "--dry-run") == 0
    assert left(world, ledger) == there
    assert erase(config) == 0
    said = capsys.readouterr()
    assert "call call-9 is in progress" in said.out
    assert "out of reach: logs" in said.err
    world.redis.hdel(keys.calls("acme"), "call-9")  # the call ends
    world.carry_out()
    assert left(world, ledger) == set()
    assert sums(ledger) == before
    (erasure,) = ledger.execute("SELECT * FROM erasures").fetchall()
    assert erasure["ended_at"] is not None
    assert (erasure["told"]["rows"]["calls"], erasure["told"]["rows"]["withdrawn_rows"]) == (3, 2)
    pseudonyms = ledger.execute(
        "SELECT caller_number AS n FROM calls WHERE caller_number LIKE 'erased-%' UNION"
        " SELECT split_part(target, ':', 2) FROM legs WHERE target LIKE 'number:erased-%'"
    ).fetchall()
    assert [row["n"] for row in pseudonyms] == [erasure["pseudonym"]]
    assert ledger.execute("SELECT caller_name FROM calls WHERE caller_number LIKE 'erased-%'").fetchall() == [
        {"caller_name": ""},
        {"caller_name": ""},
    ]
    assert ledger.execute("SELECT how FROM missed_cases WHERE number LIKE 'erased-%'").fetchall() == [
        {"how": "dismissed"}
    ]
    assert {OTHER.removeprefix("+48")} <= {word for word in (OTHER[3:],) if [*world.places_of(ledger, word)]}
    assert erase(config, "--list") == 0
    assert "letter of 12 November" in capsys.readouterr().out


def test_a_dump_has_no_byte_of_it(whole_world: World, ledger: DictConnection, config: Path) -> None:
    """As a backup has it that is made afterwards: every row of every table, as text."""
    dump = postgres_programs() / "bin" / "pg_dump"

    def dumped() -> bytes:
        told = subprocess.run([dump, "--dbname", whole_world.dsn], check=True, capture_output=True)
        return re.sub(rb"[ ()./-]", b"", told.stdout)  # also as people write it

    assert CORE.encode() in dumped()
    assert erase(config) == 0
    whole_world.carry_out()
    assert CORE.encode() not in dumped()


def test_what_comes_later_loses_the_number(world: World, ledger: DictConnection, config: Path) -> None:
    assert erase(config) == 0
    writer = LedgerWriter(world.dsn, now=lambda: NOON)
    assert writer.write([call_of(20, NUMBER, OTHER), call_of(21, OTHER, NUMBER)]) == []
    writer.close()
    found = ledger.execute(
        "SELECT caller_number, caller_name FROM calls WHERE caller_number LIKE 'erased-%'"
    ).fetchall()
    assert len(found) == 3
    assert {row["caller_name"] for row in found} == {""}
    assert len({row["caller_number"] for row in found}) == 1
    assert not {place for place in left(world, ledger) if "_2026_" in place}
    ledger.execute("UPDATE erasures SET key_until = now() - interval '1 day'")
    ledger.execute(query("throw_keys_away"))
    assert ledger.execute("SELECT key, tags, pseudonym FROM erasures").fetchall() == [
        {"key": None, "tags": [], "pseudonym": ""}
    ]


@pytest.mark.parametrize("cut", ["await_writers", "begin", "replace_in", "erase_cases", "aside", "end"])
def test_the_same_command_goes_on_with_what_was_cut_short(
    world: World, ledger: DictConnection, config: Path, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    where = erasing if cut == "aside" else rows
    real: Callable[..., Any] = getattr(where, cut)
    calls = iter(range(100))

    def killed(*args: Any, **more: Any) -> Any:
        if next(calls) == {"replace_in": 5, "aside": 1}.get(cut, 0) and cut != "begin":
            raise Killed
        result = real(*args, **more)
        if cut == "begin":
            raise Killed
        return result

    before = sums(ledger)
    with monkeypatch.context() as patched:
        patched.setattr(where, cut, killed)
        with pytest.raises(Killed):
            erase(config)
    assert ledger.execute("SELECT ended_at FROM erasures").fetchall() == [{"ended_at": None}]
    assert erase(config) == 0
    assert len(ledger.execute("SELECT erasure_id FROM erasures").fetchall()) == 1
    world.redis.hdel(keys.calls("acme"), "call-9")
    assert left(world, ledger) == set()
    assert sums(ledger) == before


def test_what_is_held_stays(
    world: World, ledger: DictConnection, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (call,) = ledger.execute("SELECT call_id FROM calls WHERE caller_number = %s LIMIT 1", (NUMBER,)).fetchall()
    hold(ledger, "acme", Held(call_id=call["call_id"]), "olga", "court order 7")
    assert erase(config) == 0
    assert "1 calls are held and stay" in capsys.readouterr().out
    found = ledger.execute("SELECT call_id FROM calls WHERE caller_number = %s", (NUMBER,)).fetchall()
    assert found == [call]
    hold(ledger, "acme", Held(number=NUMBER), "olga", "inquiry")
    assert erase(config) == 1
    assert "is held (hold 2 by olga: inquiry)" in capsys.readouterr().err


def test_a_number_that_is_in_a_time_that_is_held_is_erased_later(
    world: World, ledger: DictConnection, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def of_media(*words: str) -> int:
        return main(["media", words[0], "--config", str(config), "acme", *words[1:], "--by", "olga"])

    there = left(world, ledger)
    assert of_media("hold", "--period", "2025-11/2026-10", "--why", "case 1") == 0
    assert of_media("hold", "--period", "2026-11-10/2026-12", "--why", "case 2") == 0
    assert of_media("hold", "--period", "2026-11/2026-10", "--why", "case 3") != 0
    assert [erase(config, *more) for more in ((), ("--dry-run",))] == [1, 1]
    said = capsys.readouterr()
    assert "hold 2: everything from 2026-11-09T23:00:00.000000Z to 2026-12-31T23:00:00.000000Z" in said.out
    assert (
        "rows of calls of acme from 2026-11-09 to 2026-12-31, which are held (hold 2 by olga (command): case 2)"
        in said.err
    )
    assert left(world, ledger) == there
    assert main(["media", "release", "--config", str(config), "acme", "2", "--by", "olga"]) == 0
    assert erase(config) == 0  # nothing of it is in the other time


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("+48221234567", "--why", "x"), "is a number of acme's own"),
        (("112", "--why", "x"), "is no international number"),
        (("500100200", "--why", "500100200 wants it"), "--why has the number itself"),
        (("500100200",), "--why: the reason"),
        (("500100200", "--why", "x", "--tenant", "amce"), "acme"),
    ],
)
def test_what_cannot_be_erased_is_refused(
    config: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], ledger: DictConnection
) -> None:
    assert command(config, "erase", *words) == 1
    assert said in capsys.readouterr().err
    assert ledger.execute("SELECT count(*) AS n FROM erasures").fetchall() == [{"n": 0}]


def test_a_batch_of_before_is_not_made_again(
    world: World, ledger: DictConnection, config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    with (config / "callcontrol.yaml").open("a") as file:
        file.write(f"exports: {{books: {{what: calls, folder: {tmp_path}/out}}}}\n")
    assert main(["export", "run", "books", "--config", str(config)]) == 0
    assert erase(config) == 0
    assert "delivered before with the number, and cannot be recalled: batches books 1" in capsys.readouterr().out
    assert main(["export", "resend", "books", "1", "--config", str(config)]) != 0
    assert "numbers were erased since (erasure 1 (acme, " in capsys.readouterr().err
    assert main(["export", "check", "books", "--config", str(config)]) == 0


def test_everything_is_disclosed(whole_world: World, ledger: DictConnection, config: Path, tmp_path: Path) -> None:
    add(ledger, config, "b-1")  # in storage
    (tmp_path / "out").mkdir()
    assert command(config, "disclose", PERSON, "--to", str(tmp_path / "out")) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["acme.zip"]
    with zipfile.ZipFile(tmp_path / "out" / "acme.zip") as file:
        told = orjson.loads(file.read("manifest.json"))
        assert sum(name.startswith("files/") for name in file.namelist()) == 1
    assert {"calls", "legs", "charges", "withdrawn_rows", "account_entries", "mails", "media", "missed_cases"} <= told[
        "rows"
    ].keys()
    assert len(told["rows"]["calls"]) == 3
    assert OTHER not in {row["number"] for row in told["rows"]["missed_cases"]}
    assert {"language", "rule of 101/always", "override of admin-barring:101", "call call-9"} <= {*told["redis"]}
    assert datetime.fromisoformat(told["made_at"]) <= datetime.now(UTC)
