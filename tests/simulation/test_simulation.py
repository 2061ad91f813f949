"""Some hours of simulated call centres, and tests that broken promises are noticed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from callcontrol.billing.missed import cases
from callcontrol.billing.segments import Segments
from callcontrol.config.settings import Tenant
from callcontrol.control import holding
from callcontrol.control.events import Event, LegGone
from callcontrol.control.key_transfer_steps import IN_TALK, WHILE_ASKING
from callcontrol.daemon import passing_on, strays
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.closing_watch import ClosingWatch
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.edges.live_state import parked
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.trunks import Holder, Limits
from callcontrol.routing.opening_hours import state_at
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.queue import Occasion
from callcontrol.vocabulary.schedule import Source, State, Why
from tests.oracle import callers, engagements
from tests.oracle.answers import Acceptance, Result
from tests.oracle.model import Model
from tests.oracle.state import TicketState
from tests.simulation import people
from tests.simulation.centre import DESK
from tests.simulation.channel import Channel
from tests.simulation.exporting import Exports
from tests.simulation.faults import PROFILES
from tests.simulation.records_twin import MediaTwin
from tests.simulation.sought import Failure, run_once, run_plan
from tests.simulation.switch_twin import SwitchTwin
from tests.simulation.world import Plan, Report, World

ROOT = Path(__file__).parents[2]
HOURS = 0.25
OnAnswer = Callable[[str, str], None] | None
# In seed 1 of `clocks` workers whose clocks differ tell of one listening.
RUNS = [(1 if profile == "clocks" else 3, profile) for profile in PROFILES]


def without_meetings(seed: int, profile: str, **more: Any) -> Plan:
    """A run in which people meet in no conference room, and none is supervised: what is looked for is elsewhere."""
    return Plan(seed, profile, **{"meetings_per_h": 0.0, "supervised_per_h": 0.0, **more})


@pytest.mark.parametrize(("seed", "profile"), RUNS)
def test_every_promise_holds(seed: int, profile: str) -> None:
    found = run_once(Plan(seed, profile, hours=HOURS))
    assert isinstance(found, Report), found
    assert found.calls > 50
    assert found.accounts.legs > 100
    assert found.let_in > 0
    assert found.found_closed > 0
    assert found.by_key > 1
    assert found.cases > 3
    assert found.exported > 50
    if not PROFILES[profile].ends_may_be_missed:
        assert (found.accounts.estimated, found.accounts.unwritten) == (0, 0)


def test_an_exporter_that_does_not_wait_for_open_transactions_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exports, "watermark", lambda exports: len(exports._ends_s) + 1)
    found = run_once(without_meetings(1, "calm", hours=HOURS))
    assert isinstance(found, Failure)
    assert found.what.startswith("exports: ")


def test_cases_that_depend_on_the_order_of_records_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sorting, cases built from the last record to the first differ."""
    monkeypatch.setattr(cases, "_in_order", lambda contacts, acts: [*contacts, *acts])
    found = run_once(without_meetings(1, "calm", hours=HOURS))
    assert isinstance(found, Failure)
    assert found.what.startswith("cases of ('t")


def test_callers_are_parked_and_taken_and_left_on_hold() -> None:
    worlds: list[World] = []
    found = run_once(without_meetings(7, "deaths", hours=0.5), worlds.append)
    assert isinstance(found, Report), found
    (world,) = worlds
    counted = sum((tenant.found for tenant in world.redis.server.parked.values()), Counter())
    assert counted["parked"] > 3
    assert counted["taken"] > 0


def test_colleagues_are_asked_by_keys_and_by_refer_and_the_parties_connected() -> None:
    worlds: list[World] = []
    found = run_once(without_meetings(5, "calm", hours=0.4, calls_per_h=800), worlds.append)
    assert isinstance(found, Report), found
    phones = [channel for switch in worlds[0].switches for channel in switch.every.values() if channel.plan is not None]
    assert sum(IN_TALK in phone.codes for phone in phones) > 20
    assert sum(WHILE_ASKING in phone.codes for phone in phones) >= 3
    assert any(phone.joined_with for phone in phones)


# In these callers are moved while Redis is away, and come to the other worker.
PASSED_ON = without_meetings(8, "redis-away", hours=0.12, calls_per_h=900)
BEGUN_ANEW = without_meetings(1, "redis-away", hours=0.12, calls_per_h=900)


def test_a_caller_who_is_moved_while_redis_is_away_goes_on_at_the_other_worker() -> None:
    found = run_once(PASSED_ON)
    assert isinstance(found, Report), found


def test_a_worker_that_passes_no_call_on_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_on, "_asked", lambda *asked: None)
    found = run_once(PASSED_ON)
    assert isinstance(found, Failure)
    assert "were joined for" in found.what  # for longer than the call that was begun anew knows of


def test_a_worker_that_gives_up_a_call_it_has_begun_anew_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_on, "_asked", lambda *asked: None)
    assert isinstance(run_once(BEGUN_ANEW), Report)
    monkeypatch.setattr(strays, "began", lambda shared, driver, stray: None)
    found = run_once(BEGUN_ANEW)
    assert isinstance(found, Failure)
    assert "without a row" in found.what or "no segment says so" in found.what


def test_a_segment_that_outlasts_its_conversation_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a transfer ends no segment."""
    monkeypatch.setattr(Segments, "_part", lambda segments, at: None)
    found = run_once(Plan(2, "calm", hours=HOURS))
    assert isinstance(found, Failure)
    assert "were joined for" in found.what


def test_callers_who_are_moved_and_dropped_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a phone that hangs up on hold ends the call."""
    monkeypatch.setattr(holding, "is_recall", lambda call, event, facts: False)
    found = run_once(without_meetings(1, "calm", hours=HOURS))
    assert isinstance(found, Failure)
    assert "was moved, and is hung up unheard" in found.what


def test_places_that_stay_taken_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ParkedStore, "free", lambda store, tenant, place, call: None)
    monkeypatch.setattr(parked, "LEASE_S", 10**6)
    found = run_once(without_meetings(1, "calm", hours=HOURS))
    assert isinstance(found, Failure)
    assert ": place 70" in found.what


def test_waiting_callers_have_a_living_worker_within_five_seconds_of_a_death() -> None:
    found = run_once(without_meetings(2, "massacre", hours=0.3, agents=2, calls_per_h=700))
    assert isinstance(found, Report), found
    assert found.faults["kill"] > 2
    assert 0 < found.slowest_s <= 5.0


def test_trunks_of_few_channels_have_no_more_calls_than_channels() -> None:
    found = run_once(without_meetings(3, "storm", hours=0.06, channels=2, calls_per_h=1200))
    assert isinstance(found, Report), found


def test_more_calls_than_channels_are_noticed() -> None:
    def out(capacity: TrunkCapacity, trunk: str, holder: Holder, limits: Limits, on_answer: OnAnswer) -> None:
        if on_answer is not None:
            on_answer(holder.leg, "")

    with mock.patch.object(TrunkCapacity, "_claim", out):
        found = run_once(without_meetings(3, "calm", hours=0.1, channels=2, calls_per_h=2000))
    assert isinstance(found, Failure), "it was not noticed"
    assert "calls and" in found.what


def test_the_same_seed_is_the_same_run() -> None:
    one, other = (run_once(Plan(4, "massacre", hours=0.1)) for _ in range(2))
    assert isinstance(one, Report)
    assert one == other


def simulate(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    command = [sys.executable, "-m", "tests.simulation", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50, check=False)


def test_the_command_prints_a_table() -> None:
    done = simulate("--seed", "3", "--profile", "calm", "--hours", "0.1")
    assert done.returncode == 0, done.stderr
    assert "every promise held" in done.stdout


# --- what breaks promises is noticed


def broken(seed: int, profile: str = "calm", *, hours: float = HOURS, agents: int = 3, calls_per_h: float = 400) -> str:
    """The broken promise of a run with a fault in the program."""
    found = run_once(without_meetings(seed, profile, hours=hours, agents=agents, calls_per_h=calls_per_h))
    assert isinstance(found, Failure), "the fault was not noticed"
    return found.what


def test_an_agent_who_is_never_let_go_is_noticed() -> None:
    forever = mock.patch.object(engagements, "ENGAGED_US", 10**15)
    with mock.patch.object(QueueStore, "over", return_value=None), forever:
        assert "talks with" in broken(5, hours=0.1)


def test_a_call_let_in_by_opening_hours_that_are_closed_is_noticed() -> None:
    always = State(True, Why(Source.WEEK), None)

    def of_desk_always(tenant: Tenant, name: str | None, at: Instant, overrides: Overrides | None) -> State | None:
        return always if name == DESK else state_at(tenant, name, at, overrides)

    with mock.patch("callcontrol.routing.facts.state_at", of_desk_always):
        assert "was led as if open, the opening hours said closed" in broken(8)


def test_a_queue_that_gives_a_caller_to_two_agents_is_noticed() -> None:
    def accept_all(model: Model, occasion: Any, offer: str, agent: str, call: str) -> Result[Acceptance]:
        found = model.state.offers.get(offer)
        if found is not None:
            ticket = model.state.tickets[found.ticket]  # it stays, and can be given away again
            ticket.offer, ticket.state = "", TicketState.WAITING
        return Result(Acceptance(True), (), ())

    with mock.patch.object(Model, "accept", accept_all):
        assert "queues of" in broken(6, hours=0.1)


def test_callers_who_are_left_in_a_closed_queue_are_noticed() -> None:
    patient = mock.patch.object(people, "PATIENCE_S", 3_000.0)
    with mock.patch.object(ClosingWatch, "look", return_value=None), patient:
        assert " waits in side " in broken(11, hours=0.25, agents=1, calls_per_h=1500)


def test_a_caller_who_never_leaves_the_queue_is_noticed() -> None:
    forever = mock.patch.object(callers, "TICKET_LEASE_US", 10**15)
    with mock.patch.object(Model, "leave", return_value=Result(True, (), ())), forever:
        assert "waits in main, long after its call was over" in broken(7, hours=0.1)


def test_a_ticket_whose_place_is_not_polled_is_removed() -> None:
    with mock.patch.object(Model, "leave", return_value=Result(True, (), ())):
        assert not isinstance(run_once(without_meetings(7, "calm", hours=0.1, agents=3)), Failure)


def test_a_message_without_a_row_is_noticed() -> None:
    with mock.patch.object(MediaTwin, "note", return_value=None):
        assert "has 0 rows" in broken(7, hours=0.1)


def test_an_offer_that_is_ended_before_its_time_is_noticed() -> None:
    due = Model.due

    def too_early(model: Model, at: Occasion) -> Result[int]:
        return due(model, replace(at, now=Instant(at.now + 20 * SECOND_US)))

    with mock.patch.object(Model, "due", too_early):
        assert "before its time" in broken(11, hours=0.1)


def test_a_reported_end_that_is_forgotten_is_noticed() -> None:
    deliver = CallDriver.deliver

    def forget_ends(driver: CallDriver, event: Event) -> None:
        if not isinstance(event, LegGone) or event.leg_id == driver.call.id:
            deliver(driver, event)

    with mock.patch.object(CallDriver, "deliver", forget_ends):
        assert "was told, and its row is a guess" in broken(14, hours=0.1)


def test_an_older_layout_over_a_newer_is_noticed() -> None:
    with mock.patch("tests.simulation.leases.edition_of", side_effect=count(9, -1)):
        assert "replaced edition" in broken(13, hours=0.1)


def test_a_switch_that_gives_a_caller_two_partners_is_noticed() -> None:
    kept = SwitchTwin._join

    def join_twice(switch: SwitchTwin, first: Channel, second: Channel) -> None:
        kept(switch, first, second)
        kept(switch, first, second)

    with mock.patch.object(SwitchTwin, "_join", join_twice):
        assert "is given to two at once" in broken(8)


def test_a_record_that_is_lost_is_noticed() -> None:
    def lose_some(world: World) -> None:
        write = world.ledger.write

        def less(payloads: Sequence[bytes]) -> list[object]:
            """Records that no credit account pays for are lost: of others missing charges would be noticed first."""
            paid = b'"tenant":"t1"', b'"payer":"extension:190"'
            return write([one for one in payloads if any(by in one for by in paid) or one is not payloads[0]])

        world.ledger.write = less  # type: ignore[method-assign]  # made worse on purpose

    found = run_once(without_meetings(11, "calm", hours=0.1), lose_some)
    assert isinstance(found, Failure)
    assert "without a row" in found.what


def test_a_silent_switch_is_noticed_and_traced_step_by_step() -> None:
    with mock.patch.object(SwitchTwin, "lose_control", return_value=None):
        # A worker has to die in the one moment in which its caller hears nothing: some seeds have none.
        runs = (run_plan(without_meetings(seed, "massacre", hours=HOURS)) for seed in range(10, 30))
        found = next((run for run in runs if isinstance(run, Failure)), None)
    assert found is not None, "the fault was not noticed"
    assert "hears nothing" in found.what
    assert any("takes over" in line or "took over" in line for line in found.happenings)
