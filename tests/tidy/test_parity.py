"""One word, one file, one registry line, one row of documentation: targets, steps, commands, events."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import get_args

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.control import commands as do
from callcontrol.control import machine, steps
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.control.steps import agent_setting, callback, queue, refusal, ring, setting, start, talk
from callcontrol.daemon import leg_line, queue_line
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.edges.freeswitch import translate
from callcontrol.kinds import KINDS
from callcontrol.routing import plan
from callcontrol.routing.plan import Step
from callcontrol.vocabulary.outcome import OUTCOME_OF_CAUSE, TRUNK_FAILURES, Outcome

ROOT = Path(__file__).parents[2]
TARGETS = ROOT / "callcontrol" / "kinds" / "targets"
# `list` is Python's own word for something else.
FILES = {kind.word: "escalating_list" if kind.word == "list" else kind.word for kind in KINDS}


def test_each_kind_of_target_has_its_file_and_no_file_is_left_over() -> None:
    assert {p.stem for p in TARGETS.glob("*.py")} - {"__init__"} == {*FILES.values()}


def test_each_kind_of_target_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [word for word in KINDS.forms.by_word if f"`{word}:`" not in readme] == []


STEPS = [one for one in vars(plan).values() if isinstance(one, type) and issubclass(one, Step) and one is not Step]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_step_is_started_somewhere(step: type) -> None:
    assert f"case {step.__name__}() as step" in inspect.getsource(start)
    modules = (agent_setting, queue, refusal, ring, setting)
    assert any(f"step: {step.__name__}," in inspect.getsource(module) for module in modules)


def test_each_state_of_a_step_is_handled() -> None:
    assert {handler.__module__.rpartition(".")[2] for handler in steps.HANDLERS.values()} == {
        module.__name__.rpartition(".")[2]
        for module in (agent_setting, callback, queue, ring, setting, talk)
    }


@pytest.mark.parametrize("command", get_args(Command), ids=lambda command: command.__name__)
def test_each_command_is_carried_out(command: type) -> None:
    carriers = (CallDriver, translate.app_commands, leg_line.LegLine, queue_line.QueueLine)
    # as a pattern, in the word's own file or as a parameter
    ways = (f"do.{command.__name__}(", f"command: do.{command.__name__},")
    assert [any(way in inspect.getsource(carrier) for way in ways) for carrier in carriers].count(True) == 1
    assert getattr(do, command.__name__) is command


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_each_event_means_something(event: type) -> None:
    folder = Path(inspect.getfile(machine)).parent
    read = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py") if p.name not in ("events.py",))
    assert f"{event.__name__}(" in read


def test_a_trunks_failure_is_never_a_persons() -> None:
    assert {OUTCOME_OF_CAUSE[cause] for cause in TRUNK_FAILURES} == {Outcome.UNAVAILABLE}


@pytest.mark.parametrize("folder", ["tests/oracle/strategies", "callcontrol/edges/live_state/queue_scripts/strategies"])
def test_each_strategy_has_its_file_and_no_file_is_left_over(folder: str) -> None:
    files = {p.stem for p in (ROOT / folder).iterdir() if p.suffix in (".py", ".lua")} - {"__init__"}
    assert files == {strategy.value for strategy in Strategy}


def test_each_strategy_has_its_row_in_the_rules() -> None:
    rules = (ROOT / "callcontrol/edges/live_state/queue_scripts/RULES.md").read_text(encoding="utf-8")
    table = rules.split("| strategy | score |\n| --- | --- |\n")[1].split("\n\n")[0]
    assert [line.split("`")[1] for line in table.splitlines()] == [strategy.value for strategy in Strategy]
