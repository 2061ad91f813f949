"""`callcontrol queues` against a real Redis and Postgres, run as a person runs it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.commands import queues, showing
from callcontrol.commands.queue_tables import shortened
from callcontrol.edges import clock
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import queue_views
from callcontrol.usecases import live_queues
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import DemandStage, Leaving
from tests.billing.trails import NOON
from tests.commands.call_centre import WORKER, CallCentre, configured
from tests.edges.ledger.samples import queue_payload

ROOT = Path(__file__).parents[2]
Run = Callable[..., list[str]]

ANNA, BASIA, CELINA = (f"{letter}0000000-1111-4222-8333-444444444444" for letter in "abc")


@pytest.fixture
def run(centre: CallCentre, capsys: pytest.CaptureFixture[str]) -> Run:
    """What `queues …` prints, in lines without needless blanks."""
    return lambda *words, status=0: printed(centre.config, capsys, *words, status=status)


def printed(config: str, capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> list[str]:
    assert main(["queues", *words, "--config", config]) == status
    out, err = capsys.readouterr()
    return [" ".join(line.split()) for line in (err if status else out).splitlines() if line.strip()]


def busy_morning(centre: CallCentre) -> None:
    """One caller is served after a miss, one gives up, one waits too long; then two wait and a third is offered."""
    centre.join("first")
    centre.ring("first")
    centre.wait(6)
    centre.miss("first")  # wanda
    agent = centre.answer("first")
    centre.wait(100)
    centre.hang_up(agent, "first", 100)
    centre.wait(10)
    for call in ("gives-up", "talks", "waits-too-long", "hangs-up-at-once"):
        centre.join(call, number="")
    for call in ("gives-up", "talks"):
        centre.ring(call)
        centre.answer(call)
    centre.wait(3)
    centre.leave("hangs-up-at-once", Leaving.ABANDONED)
    centre.wait(27)
    centre.leave("waits-too-long", Leaving.WAITED_OUT)
    centre.join(ANNA)
    centre.wait(5)
    centre.join(BASIA, number="+49301234567", stages=(DemandStage(0, "german>=5"),))
    centre.wait(60)


def test_all_queues_with_the_figures_of_today(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    title, *_, head, _advice, claims, hotline, sales, support = run()
    assert title == "acme: queues, 2026-11-23 09:03:31"
    assert head.startswith("queue name waiting wait active ready entered answered")
    assert claims.split()[:3] == ["claims", "Claims", "0"]
    assert hotline.split()[:3] == ["hotline", "Hotline", "0"]
    assert (sales.split()[:3], support.split()[:3]) == (["sales", "Sales", "0"], ["support", "Support", "2"])


def test_the_figures_of_a_queue(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    (support,) = [line for line in run("acme", "support") if line.startswith("support")]
    # waiting, longest, active, ready; entered, answered, abandoned (short), overflowed, callbacks, offers, misses, …
    assert support == "support Support 2 1:05 2 0 7 3 0 (1) 1 0 4 1 0:02 1:42 75%/20s"


def test_who_waits_in_a_queue(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    lines = run("acme", "support")
    assert lines[lines.index("who waits in support") + 1 :][-2:] == [
        "1 a0000000 +48500100200 1:05 0 waiting",
        "2 b0000000 +49301234567 1:00 0 german>=5 waiting",
    ]
    assert "no caller waits in sales" in run("acme", "sales")


def test_to_whom_a_caller_is_offered_and_who_is_called_back(centre: CallCentre, run: Run) -> None:
    centre.join(ANNA, "sales")
    centre.ring(ANNA)
    centre.join(BASIA, "sales")
    centre.ring(BASIA)
    centre.join(CELINA, "sales", number="+48500100201")
    centre.ask_back(CELINA, "+48500100201")
    assert run("acme", "sales")[-3:] == [
        "1 a0000000 +48500100200 0:00 0 offered zenon",
        "2 b0000000 +48500100200 0:00 0 offered yvonne",
        "3 c0000000 +48500100201 0:00 0 callback",
    ]


def test_numbers_are_masked_where_logs_mask_them(centre: CallCentre, run: Run) -> None:
    file = Path(centre.config) / "callcontrol.yaml"
    file.write_text(file.read_text() + "\nmask_numbers: yes\n")
    centre.join(ANNA)
    assert run("acme", "support")[-1] == "1 a0000000 +48******200 0:00 0 offered wanda"


def test_json_lines_hold_everything(centre: CallCentre, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    busy_morning(centre)
    assert main(["queues", "acme", "support", "--json", "--config", centre.config]) == 0
    (line,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert (line["at"], line["tenant"], line["queue"]) == ("2026-11-23T08:03:31.000000Z", "acme", "support")
    assert line["now"] == {"waiting": 2, "callbacks": 0, "active": 2, "ready": 0}
    assert (line["entered"], line["answered"], line["short_abandoned"], line["offers"]) == (7, 3, 1, 4)
    assert (line["asa_ms"], line["aht_ms"], line["service_level"], line["in_time_s"]) == (2_000, 102_000, 0.75, 20)
    assert line["callers"][1] == {
        "id": f"{BASIA}/1",
        "position": 2,
        "number": "+49301234567",
        "joined": "2026-11-23T08:02:31.000000Z",
        "waited_ms": 60_000,
        "priority": 0,
        "demand": "german>=5",
        "state": "waiting",
        "offered_to": [],
    }


def test_a_long_queue_is_cut_in_tables(centre: CallCentre, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "SHOWN", 3)
    for n in range(5):
        centre.join(f"{n}-caller", number="")
    lines = run("acme", "support")
    assert "who waits in support (2 more after these)" in lines
    assert [line.split()[:2] for line in lines[-3:]] == [["1", "0-caller"], ["2", "1-caller"], ["3", "2-caller"]]


def test_a_long_queue_is_whole_in_json(
    centre: CallCentre, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "SHOWN", 3)
    monkeypatch.setattr(live_queues, "PAGE", 2)
    monkeypatch.setattr(queue_views.QueueViews.tickets, "__defaults__", (0, 2))
    for n in range(5):
        centre.join(f"{n}-caller", number="")
    assert main(["queues", "acme", "support", "--json", "--config", centre.config]) == 0
    (line,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert [caller["position"] for caller in line["callers"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("width", [100, 140, 160])
def test_tables_fit_their_terminal(
    centre: CallCentre, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    busy_morning(centre)
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["queues", "acme", "support", "--config", centre.config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if "…" in line]
    assert [line for line in lines if line.startswith("support") and line.rstrip().endswith("75%/20s")]


# --- acting


def told_to_the_worker(redis: Redis, do: Callable[[], object]) -> list[Any]:
    """What is published to the worker that has the calls, while this is done."""
    listening = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py's
    with listening as published:
        published.subscribe(f"cc:worker:{WORKER}")
        published.get_message(timeout=5)
        do()
        found = published.get_message(timeout=5)
    return orjson.loads(found["data"])["fields"] if found else []


def test_a_caller_is_moved(centre: CallCentre, run: Run, redis_client: Redis) -> None:
    busy_morning(centre)
    said: list[str] = []
    told = told_to_the_worker(redis_client, lambda: said.extend(run("move", "acme", "a0", "sales")))
    assert said == ["+48500100200 is sent from support to sales"]
    assert told == [f"{ANNA}/1", WORKER, "moved", "sales"]


@pytest.mark.parametrize(
    ("target", "detail", "whither"),
    [
        ((), "", "away"),
        (("voicemail:office",), "voicemail:office", "to voicemail:office"),
        (("number:600700800",), "number:+48600700800", "to number:+48600700800"),
    ],
)
def test_a_caller_is_removed(
    centre: CallCentre, run: Run, redis_client: Redis, target: tuple[str, ...], detail: str, whither: str
) -> None:
    busy_morning(centre)
    said: list[str] = []
    told = told_to_the_worker(redis_client, lambda: said.extend(run("remove", "acme", f"{ANNA}/1", *target)))
    assert said == [f"+48500100200 is sent from support {whither}"]
    assert told == [f"{ANNA}/1", WORKER, "removed", detail]


def test_a_caller_whose_call_no_worker_has_is_taken_out_of_the_queue_and_it_is_said_so(
    centre: CallCentre, run: Run
) -> None:
    busy_morning(centre)
    centre.worker_lives(False)
    no_worker = "no worker has this call"
    said = run("move", "acme", "a0", "sales", status=1)
    assert said == [f"+48500100200: {no_worker}, so it cannot be moved; `queues remove` takes it out"]
    said = run("remove", "acme", "a0", "voicemail:office")
    assert said == [f"+48500100200 is taken out of support: {no_worker}, so it cannot be sent to voicemail:office"]
    gone = "no call that begins with 'a0' waits in a queue of tenant acme"
    assert run("remove", "acme", "a0", status=1) == [gone]
    assert run("remove", "acme", "b0") == [f"+49301234567 is taken out of support: {no_worker}"]


def test_a_place_whose_call_nobody_has_is_given_up_in_three_minutes_and_counted(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    before = _lost()
    assert len(run("acme", "support")) > len(run("acme", "sales"))
    centre.wait(181)
    assert [line for line in run("acme", "support") if "+48500100200" in line] == []
    assert _lost() - before == 2


def _lost() -> float:
    return REGISTRY.get_sample_value("callcontrol_places_lost_total", {"tenant": "acme"}) or 0.0


def test_a_caller_is_put_first(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    assert run("priority", "acme", "b0", "9") == ["+49301234567 in support: priority 0 -> 9"]
    assert run("acme", "support")[-2:] == [
        "1 b0000000 +49301234567 1:00 9 german>=5 waiting",
        "2 a0000000 +48500100200 1:05 0 waiting",
    ]


def test_a_callback_can_only_be_removed(centre: CallCentre, run: Run) -> None:
    busy_morning(centre)
    centre.ask_back(ANNA, "+48500100299")
    told = "+48500100299 is to be called back: "
    assert run("move", "acme", "a0", "sales", status=1) == [f"{told}a callback cannot be moved, only removed"]
    refused = "+48500100299 is to be called back and cannot be sent to voicemail:office, only removed"
    assert run("remove", "acme", "a0", "voicemail:office", status=1) == [refused]
    assert run("remove", "acme", "a0") == ["+48500100299 is not called back any more"]
    assert [line for line in run("acme", "support") if "callback" in line] == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["move", "acme", "a0", "nowhere"], "tenant acme has no queue nowhere; it has: support, sales"),
        (["move", "acme", "a0", "support"], "+48500100200 waits in support already"),
        (["move", "umbrella", "a0", "support"], "there is no tenant umbrella; there are: acme, globex"),
        (["move", "acme", "f0", "sales"], "no call that begins with 'f0' waits in a queue of tenant acme"),
        (["remove", "acme", ""], "no call that begins with '' waits in a queue of tenant acme"),
        (["remove", "acme", "a0", "extension:999"], "there is no extension:999"),
        (["remove", "acme", "a0", "queue:nowhere"], "there is no queue:nowhere"),
        (["remove", "acme", "a0", "number:+48701234567"], "blocked by prefix 4870"),
        (["remove", "acme", "a0", "spaceship:1"], "'spaceship:1' is no target"),
        (["priority", "acme", "a0", "11"], "priority 11: write 0 to 10"),
        (["acme", "nowhere"], "tenant acme has no queue nowhere; it has: support, sales"),
        (["umbrella"], "there is no tenant umbrella"),
        (["globex"], "tenant globex has no queues"),
        (["acme", "--to", "2026-11-17"], "--to needs --from"),
        (["acme", "--from", "2026-11-17", "--watch"], "--watch shows what is now: leave --from out"),
        (["acme", "--from", "2026-11-17", "--to", "2026-11-16"], "nothing lies between 2026-11-17 and 2026-11-16"),
        (["acme", "--from", "yesterday"], "'yesterday' is no time"),
    ],
)
def test_nonsense_is_refused_with_a_reason(centre: CallCentre, run: Run, words: list[str], why: str) -> None:
    with_dsn(centre)
    busy_morning(centre)
    assert why in run(*words, status=1)[0]


def with_dsn(centre: CallCentre) -> None:
    """A Postgres that is named, for what is refused before it is asked."""
    file = Path(centre.config) / "callcontrol.yaml"
    file.write_text(file.read_text().replace('postgres: {dsn: ""}', 'postgres: {dsn: "host=/nonexistent"}'))


def test_of_several_callers_each_is_listed(centre: CallCentre, run: Run) -> None:
    for n in range(8):
        centre.join(f"{ANNA[:-1]}{n}", number=f"+4850010020{n}")
    said = run("remove", "acme", ANNA[:-1], status=1)
    assert said[0] == f"'{ANNA[:-1]}' may be any of these; write more of it:"
    assert said[1] == f"+48500100200 in support: {ANNA[:-1]}0/1"
    assert said[-1] == "and 3 more"


def test_a_caller_who_has_just_left(centre: CallCentre, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking the caller up and acting."""
    busy_morning(centre)
    looked_up = queue_views.QueueViews.tickets

    def then_gone(*args: Any, **how: Any) -> Any:
        found = looked_up(*args, **how)
        centre.leave(ANNA, Leaving.ABANDONED)
        return found

    monkeypatch.setattr(queue_views.QueueViews, "tickets", then_gone)
    assert run("move", "acme", "a0", "sales", status=1) == ["+48500100200: the caller has left the queue meanwhile"]


def test_before_the_daemon_has_told_redis_of_the_queues(
    tmp_path: Path, redis_url: str, redis_client: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    redis_client.ping()
    config = configured(tmp_path, redis_url)
    assert main(["queues", "--config", config]) == 1
    assert "no queues of acme are known yet: does `callcontrol serve` run" in capsys.readouterr().err


def test_without_redis_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(tmp_path, f"unix://{tmp_path}/none.sock")
    assert main(["queues", "--config", config]) == 1
    assert "Redis unreachable" in capsys.readouterr().err


# --- watching


def test_watching_without_a_terminal_prints_again(
    centre: CallCentre, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt
        centre.join(ANNA)

    monkeypatch.setattr(showing, "gevent", SimpleNamespace(sleep=sleep))
    assert main(["queues", "acme", "support", "--json", "--watch", "7", "--config", centre.config]) == 0
    first, second = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert ([caller["id"] for caller in first["callers"]], slept) == ([], [7.0, 7.0])
    assert [caller["id"] for caller in second["callers"]] == [f"{ANNA}/1"]


# How long a command may take to start, to print, and to end.
TERMINAL_S = 60.0


class Terminal:
    """A command on a terminal of its own; with the `with` block it ends, whatever happened."""

    def __init__(self, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "callcontrol", *words]
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "140", "LINES": "40"}
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            # A shell that starts the tests in the background has made them ignore it, and a child inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        os.close(theirs)
        self.seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def read_until(self, pattern: str) -> None:
        """Until this has appeared since the last time."""
        seen = ""
        while not re.search(pattern, seen):
            ready, _, _ = select.select([self._ours], [], [], TERMINAL_S)
            assert ready, f"{pattern} did not appear: {seen}"
            seen += os.read(self._ours, 65_536).decode(errors="replace")
        self.seen += seen

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        self._process.send_signal(signal.SIGINT)
        due = clock.monotonic() + TERMINAL_S
        while clock.monotonic() < due and (news := self._news()):
            self.seen += news
        return self._process.wait(TERMINAL_S)

    def _news(self) -> str:
        """What it prints next; "" when its other end is closed, or nothing comes."""
        try:
            ready, _, _ = select.select([self._ours], [], [], TERMINAL_S)
            return os.read(self._ours, 65_536).decode(errors="replace") if ready else ""
        except OSError:  # how a terminal says that its other end is closed
            return ""


def test_watching_on_a_terminal_until_ctrl_c(centre: CallCentre) -> None:
    centre.now = Instant(clock.now())
    with Terminal("queues", "acme", "support", "--watch", "0.1", "--config", centre.config) as terminal:
        terminal.read_until("no caller waits in support")
        centre.join(ANNA)
        terminal.read_until("a0000000")
        centre.leave(ANNA, Leaving.ABANDONED)
        terminal.read_until("no caller waits in support")
        assert terminal.interrupt() == 0
    assert "Traceback" not in terminal.seen
    assert terminal.seen.index("\x1b[?1049h") < terminal.seen.index("\x1b[?1049l")  # what was there before is back


# --- the records


@pytest.fixture
def ledger(tmp_path: Path, database: str) -> str:
    """The configuration of a ledger with two calls at noon of the 17th and one a day later."""
    writer = LedgerWriter(database, now=lambda: NOON)
    day = 86_400_000_000
    payloads = [queue_payload(), queue_payload(1), queue_payload(2, Instant(NOON + day), talk_s=120)]
    assert writer.write(payloads) == []
    writer.close()
    return configured(tmp_path, "unix:///nonexistent.sock", database)


@pytest.mark.parametrize(
    ("period", "title", "figures"),
    [
        ("--from 2026-11-17 --to 2026-11-17", "2026-11-17", "2 2 0 0 0 4 2 0:38 1:30 0%/20s"),
        ("--from 2026-11-17 --to 2026-11-18", "2026-11-17 to 2026-11-18", "3 3 0 0 0 6 3 0:38 1:50 0%/20s"),
        ("--from 20261118 --to 20261118T130009", "20261118 to 20261118T130009", "1 1 0 0 0 0 0 0:38 - 0%/20s"),
    ],
)
def test_a_past_period_from_the_records(
    ledger: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    period: str,
    title: str,
    figures: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    lines = printed(ledger, capsys, *period.split())
    assert lines[0] == f"acme: queues, {title}"
    assert lines[-1] == f"support Support 0:38 {figures}"


def test_a_period_without_callers(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(ledger, capsys, "acme", "--from", "2026-11-01", "--to", "2026-11-16")
    assert lines == ["acme: queues, 2026-11-01 to 2026-11-16: no callers"]
    (sales,) = printed(ledger, capsys, "acme", "sales", "--from", "2026-11-17", "--to", "2026-11-18")
    assert sales == "acme: queues, 2026-11-17 to 2026-11-18: no callers"


def test_each_queue_is_measured_by_its_own_service_level(
    ledger: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    tenant = Path(ledger) / "tenants" / "acme.yaml"
    tenant.write_text(tenant.read_text().replace("service_level: {within: 20,", "service_level: {within: 38,"))
    assert main(["queues", "--json", "--from", "2026-11-17", "--to", "2026-11-17", "--config", ledger]) == 0
    (support,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert (support["now"], support["answered_in_time"], support["service_level"]) == (None, 2, 1.0)
    assert (support["in_time_s"], support["longest_wait_ms"], support["talk_ms"]) == (38, 38_000, 120_000)


def test_without_a_ledger_it_says_what_to_start(centre: CallCentre, run: Run) -> None:
    (said,) = run("acme", "--from", "2026-11-17", status=1)
    assert "Postgres is the daemon's embedded one, which does not run" in said


# --- ids


def test_ids_are_shortened_as_far_as_they_can_be_told_apart() -> None:
    ids = ["12345678-a/1", "12345678-b/1", "12345678-b/12", "87654321-c/1", ""]
    assert shortened(ids) == {
        "12345678-a/1": "12345678-a",
        "12345678-b/1": "12345678-b/1",
        "12345678-b/12": "12345678-b/12",
        "87654321-c/1": "87654321",
        "": "",
    }
