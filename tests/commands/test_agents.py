"""`callcontrol agents` against a real Redis and Postgres, run as a person runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.usecases.agent_rows import AT_WORK, OCCUPIED, in_state_ms, occupancy
from callcontrol.vocabulary.agent import AgentAction, AgentState, AgentView
from callcontrol.vocabulary.moment import Instant
from tests.billing.trails import NOON
from tests.commands.call_centre import NINE, CallCentre, configured
from tests.edges.ledger.samples import queue_payload

Run = Callable[..., list[str]]
S = 1_000_000


@pytest.fixture
def run(centre: CallCentre, capsys: pytest.CaptureFixture[str]) -> Run:
    """What `agents …` prints, in lines without needless blanks."""
    return lambda *words, status=0: printed(centre.config, capsys, *words, status=status)


def printed(config: str, capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> list[str]:
    assert main(["agents", *words, "--config", config]) == status
    out, err = capsys.readouterr()
    return [" ".join(line.split()) for line in (err if status else out).splitlines() if line.strip()]


def morning(centre: CallCentre) -> None:
    """Six minutes of wanda's: 6 s of ringing, 100 s of talk, 2 s of wrap-up, and 4 s of ringing that she misses."""
    centre.wait(186)
    centre.join("first")
    centre.ring("first")
    centre.wait(6)
    assert centre.answer("first") == "wanda"
    centre.wait(100)
    centre.hang_up("wanda", "first", 100)
    centre.wait(2)
    centre.act("yvonne", AgentAction.PAUSE, "training")
    centre.wait(60)
    centre.join("second")
    centre.ring("second")
    centre.wait(4)
    centre.miss("second")
    centre.wait(2)


def test_every_agent_with_the_figures_of_today(centre: CallCentre, run: Run) -> None:
    morning(centre)
    title, *_, stefan, wanda, xawery, yvonne, zenon = run()
    assert title == "acme: agents, 2026-11-23 09:06:00"
    assert stefan == "stefan logged_out 6:00 support 0 0 0 0:00 - -"
    # occupied: 6 + 100 + 2 + 4 of the 360 s; rests for another second after the miss
    assert wanda == "wanda ready 0:02 0:01 hotline, support 2 1 1 (1) 1:40 1:42 31%"
    assert xawery == "xawery logged_out 6:00 support 0 0 0 0:00 - -"
    assert yvonne == "yvonne Yvonne Zalewska paused (training) 1:06 hotline, sales, support 0 0 0 0:00 - 0%"
    assert zenon == "zenon ready 6:00 hotline, sales 0 0 0 0:00 - 0%"


def test_one_agent_and_how_his_day_went(centre: CallCentre, run: Run) -> None:
    morning(centre)
    *_, wanda, today = run("acme", "wanda")
    assert wanda.startswith("wanda ready 0:02")
    assert today == "today: talking 1:40, ringing 0:10, wrap_up 0:02, ready 4:08"


def test_with_whom_an_agent_talks_and_how_long_he_wraps_up(centre: CallCentre, run: Run) -> None:
    centre.join("first")
    centre.answer("first")
    centre.wait(61)
    assert run("acme", "wanda")[-2].startswith("wanda talking 1:01 hotline, support +48500100200 1 1 0")
    centre.hang_up("wanda", "first", 61)
    assert run("acme", "wanda")[-2].startswith("wanda wrap_up 0:00 0:02 hotline, support 1 1 0 1:01 1:03 100%")


def test_numbers_are_masked_where_logs_mask_them(centre: CallCentre, run: Run) -> None:
    file = Path(centre.config) / "callcontrol.yaml"
    file.write_text(file.read_text() + "\nmask_numbers: yes\n")
    centre.join("first")
    centre.answer("first")
    assert "+48******200" in run("acme", "wanda")[-2]


def test_json_lines_hold_everything(centre: CallCentre, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    morning(centre)
    assert main(["agents", "acme", "--json", "--config", centre.config]) == 0
    lines = {line["agent"]: line for line in map(orjson.loads, capfdbinary.readouterr().out.splitlines())}
    assert lines["wanda"] == {
        "at": "2026-11-23T08:06:00.000000Z",
        "tenant": "acme",
        "agent": "wanda",
        "name": "",
        "now": {
            "state": "ready",
            "reason": "",
            "since": "2026-11-23T08:05:58.000000Z",
            "for_ms": 2_000,
            "until": "2026-11-23T08:06:01.000000Z",
            "left_ms": 1_000,
            "queues": ["hotline", "support"],
            "caller": "",
            "misses_in_a_row": 1,
        },
        "offered": 2,
        "answered": 1,
        "missed": 1,
        "talks": 1,
        "talk_ms": 100_000,
        "wrap_up_ms": 2_000,
        "aht_ms": 102_000,
        "occupancy": 112 / 360,
        "in_state_ms": {"talking": 100_000, "ringing": 10_000, "wrap_up": 2_000, "ready": 248_000},
        "ends": {},
    }
    assert lines["yvonne"]["now"]["reason"] == "training"


@pytest.mark.parametrize("width", [100, 140])
def test_tables_fit_their_terminal(
    centre: CallCentre, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    morning(centre)
    centre.wait(1)
    assert centre.answer("second") == "wanda"
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["agents", "acme", "--config", centre.config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    agents = [line.split()[0] for line in lines[-7:]]
    assert agents == ["dorota", "nadia", "stefan", "wanda", "xawery", "yvonne", "zenon"]
    assert [line for line in lines if "+48500100200" in line and line.rstrip().endswith("%")]


# --- acting


def test_a_day_of_an_agent_who_logs_in(centre: CallCentre, run: Run) -> None:
    assert run("log-in", "acme", "xawery") == ["xawery of acme: logged in; now ready"]
    assert run("pause", "acme", "xawery", "1") == ["xawery of acme: paused; now paused (lunch)"]
    assert run("pause", "acme", "xawery", "the dentist") == ["xawery of acme: paused; now paused (the dentist)"]
    assert run("pause", "acme", "xawery") == ["xawery of acme: paused; now paused (paused)"]
    assert run("resume", "acme", "xawery") == ["xawery of acme: resumed; now ready"]
    assert run("log-out", "acme", "xawery") == ["xawery of acme: logged out; now logged_out"]


def test_wrap_up_is_prolonged_and_ended(centre: CallCentre, run: Run) -> None:
    centre.join("first")
    centre.answer("first")
    centre.wait(60)
    centre.hang_up("wanda", "first", 60)
    prolonged = "wanda of acme: wrap-up prolonged; now wrap_up for another"
    assert run("prolong-wrap-up", "acme", "wanda", "90") == [f"{prolonged} 1:32"]
    assert run("prolong-wrap-up", "acme", "wanda") == [f"{prolonged} 2:32"]
    assert run("end-wrap-up", "acme", "wanda") == ["wanda of acme: wrap-up ended; now ready"]
    assert run("prolong-wrap-up", "acme", "wanda", status=1) == ["wanda is in no wrap-up"]


def test_a_pause_during_a_conversation_begins_after_it(centre: CallCentre, run: Run) -> None:
    centre.join("first")
    centre.answer("first")
    assert run("pause", "acme", "wanda", "2") == ["wanda of acme: paused; now talking, then pause"]
    centre.hang_up("wanda", "first", 60)
    assert run("acme", "wanda")[-2].startswith("wanda paused (training) 0:00")


def test_an_agent_who_logs_in_is_offered_a_waiting_caller_at_once(centre: CallCentre, run: Run) -> None:
    for call in ("first", "second", "third"):
        centre.join(call)
    assert run("log-in", "acme", "xawery") == ["xawery of acme: logged in; now reserved"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["log-out", "acme", "wanda"], "wanda is active whenever the agent's phone is registered: use pause instead"),
        (
            ["log-in", "acme", "nobody"],
            "tenant acme has no agent nobody; it has: wanda, xawery, yvonne, zenon, dorota, nadia, stefan",
        ),
        (["log-in", "umbrella", "wanda"], "there is no tenant umbrella; there are: acme, globex"),
        (["pause", "acme", "wanda", ""], "a reason has 1 to 32 characters, in one line"),
        (["pause", "acme", "wanda", "two\nlines"], "a reason has 1 to 32 characters, in one line"),
        (["prolong-wrap-up", "acme", "wanda", "0"], "0 seconds: write 1 to 3600"),
        (["acme", "nobody"], "tenant acme has no agent nobody; it has: "),
        (["globex"], "tenant globex has no queues"),
        (["acme", "--from", "2026-11-17"], "Postgres is the daemon's embedded one, which does not run"),
    ],
)
def test_nonsense_is_refused_with_a_reason(run: Run, words: list[str], why: str) -> None:
    assert run(*words, status=1)[0].startswith(why)


def test_before_the_daemon_has_told_redis_of_the_agents(
    tmp_path: Path, redis_url: str, redis_client: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    redis_client.ping()
    config = configured(tmp_path, redis_url)
    (said,) = printed(config, capsys, "acme", status=1)
    assert said.startswith("no agents of acme are known yet: does `callcontrol serve` run")
    (said,) = printed(config, capsys, "log-in", "acme", "xawery", status=1)
    assert said.startswith("xawery is not known yet: does `callcontrol serve` run")


# --- the records


def test_a_past_period_from_the_records(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([queue_payload(), queue_payload(1, talk_s=120)]) == []
    writer.close()
    config = configured(tmp_path, "unix:///nonexistent.sock", database)
    title, *_, alice, bob = printed(config, capsys, "acme", "--from", "2026-11-17", "--to", "2026-11-17")
    assert title == "acme: agents, 2026-11-17"
    # offered, answered, missed; busy, unreachable, caller gone, answered elsewhere, expired; talks, talk, wrap-up, AHT
    assert alice == "alice 2 2 0 0 0 0 0 0 2 3:00 1:00 2:00"
    assert bob == "bob 2 0 2 0 0 0 0 0 0 0:00 0:00 -"
    assert printed(config, capsys, "acme", "alice", "--from", "2026-11-17", "--to", "2026-11-17")[-1] == alice
    (nothing,) = printed(config, capsys, "--from", "2026-11-18", "--to", "2026-11-19")
    assert nothing == "acme: agents, 2026-11-18 to 2026-11-19: no agent was offered a caller"


# --- occupancy


def view(state: AgentState, since: int, **counted: int) -> AgentView:
    figures = {f"in_{name}_ms": ms for name, ms in counted.items()}
    return AgentView("a", state, Instant(since), None, "", (), "", 0, figures)


def test_the_state_that_goes_on_counts_from_midnight_on_at_most() -> None:
    day_began = Instant(NINE - 9 * 3600 * S)
    yesterday = view(AgentState.READY, day_began - 3600 * S, talking=1_000)
    assert in_state_ms(yesterday, NINE, day_began) == {AgentState.TALKING: 1_000, AgentState.READY: 9 * 3_600_000}
    today = view(AgentState.TALKING, NINE - 5 * S, talking=1_000)
    assert in_state_ms(today, NINE, day_began) == {AgentState.TALKING: 6_000}


def test_an_unknown_agent_has_no_state() -> None:
    assert in_state_ms(view(AgentState.LOGGED_OUT, 0), NINE, Instant(0)) == {}
    assert occupancy({}) is None
    assert occupancy({AgentState.PAUSED: 5, AgentState.LOGGED_OUT: 7, AgentState.UNREACHABLE: 9}) is None


@given(st.dictionaries(st.sampled_from(AgentState), st.integers(1, 10**9)))
def test_occupancy_is_a_share_and_idle_time_lowers_it(spans: dict[AgentState, int]) -> None:
    found = occupancy(spans)
    assert (found is None) is not any(state in AT_WORK for state in spans)
    if found is not None:
        assert 0 <= found <= 1
        idler = occupancy(spans | {AgentState.READY: spans.get(AgentState.READY, 0) + 10})
        assert idler is not None
        assert idler < found or found == 0
        assert (found == 1) is not any(state in AT_WORK and state not in OCCUPIED for state in spans)
