"""One word, one file, one registry line, one row of documentation: targets, steps, commands, events."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from callcontrol.config.queue_settings import Strategy
from callcontrol.control import box_commands as in_box
from callcontrol.control import call, machine
from callcontrol.control import commands as do
from callcontrol.control import credit_commands as on_credit
from callcontrol.control import emergency_commands as in_need
from callcontrol.control import parked_commands as at_place
from callcontrol.control import room_commands as in_room
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control import talk_commands as say
from callcontrol.control import transfer_commands as move
from callcontrol.control.call import Closed, State
from callcontrol.control.commands import Command
from callcontrol.control.events import Event
from callcontrol.control.own_steps import OwnState, OwnStep
from callcontrol.control.steps.start import STARTERS
from callcontrol.daemon import (
    box_line,
    credit_line,
    emergency_line,
    leg_line,
    note_line,
    parked_line,
    queue_line,
    room_line,
    store_line,
    supervise_line,
)
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.edges.freeswitch import listening_commands, translate
from callcontrol.kinds import KINDS
from callcontrol.routing import plan
from callcontrol.routing.plan import Step
from callcontrol.vocabulary.outcome import OUTCOME_OF_CAUSE, TRUNK_FAILURES, Outcome

ROOT = Path(__file__).parents[2]
TARGETS = ROOT / "callcontrol" / "kinds" / "targets"
# `list` is Python's own word for something else.
FILES = {kind.word: "escalating_list" if kind.word == "list" else kind.word for kind in KINDS}


def test_each_kind_of_target_has_its_file_and_no_file_is_left_over() -> None:
    files = {p.stem for p in TARGETS.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert files - {"__init__"} == {*FILES.values()}


def test_each_kind_of_target_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [word for word in KINDS.forms.by_word if f"`{word}:`" not in readme] == []


STEPS = [one for one in vars(plan).values() if isinstance(one, type) and issubclass(one, Step) and one is not Step]


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    """All classes derived from it."""
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_step_of_routing_is_started_by_the_machine(step: type) -> None:
    assert step in STARTERS


def test_each_state_of_the_machine_is_handled_by_it() -> None:
    states = {one for one in State.__subclasses__() if getattr(call, one.__name__, None) is one}
    assert {*machine.HANDLERS} == states - {Closed}


def is_whole(one: type) -> bool:
    """Whether there may be values of this class of a kind: nothing is derived from it."""
    is_current = getattr(sys.modules[one.__module__], one.__name__) is one  # `slots` makes each class twice
    return is_current and not any(map(is_whole, subclasses(one)))


def test_each_step_and_state_of_a_kind_is_declared_by_it_to_be_saved() -> None:
    own = {*subclasses(OwnStep), *subclasses(OwnState)}
    assert {one for one in own if one.__module__.startswith("callcontrol.kinds.") and is_whole(one)} <= KINDS.saved


@cache
def source_of(carrier: type | Callable[..., object]) -> str:
    return inspect.getsource(carrier)


@pytest.mark.parametrize("command", get_args(Command), ids=lambda command: command.__name__)
def test_each_command_is_carried_out(command: type) -> None:
    lines = (leg_line.LegLine, queue_line.QueueLine, box_line.BoxLine, store_line.carry_out, emergency_line.carry_out)
    carriers = (
        CallDriver,
        translate.app_commands,
        credit_line.CreditLine,
        note_line.carry_out,
        parked_line.carry_out,
        supervise_line.carry_out,
        listening_commands.listening_commands,
        room_line.RoomLine,
        *lines,
    )
    # as a pattern, in the word's own file or as a parameter
    words = {say.__name__: ("say", say), in_box.__name__: ("in_box", in_box), in_need.__name__: ("in_need", in_need)}
    words |= {on_credit.__name__: ("on_credit", on_credit), at_place.__name__: ("at_place", at_place)}
    words |= {at_talk.__name__: ("at_talk", at_talk), move.__name__: ("move", move)}
    words |= {in_room.__name__: ("in_room", in_room)}
    word, module = words.get(command.__module__, ("do", do))
    name = f"{word}.{command.__name__}"
    ways = (f"{name}(", f"command: {name},")
    assert [any(way in source_of(carrier) for way in ways) for carrier in carriers].count(True) == 1
    assert getattr(module, command.__name__) is command


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_each_event_means_something(event: type) -> None:
    folders = (ROOT / "callcontrol" / "control", ROOT / "callcontrol" / "kinds")
    files = (p for folder in folders for p in folder.rglob("*.py") if p.name != "events.py")
    read = "".join(p.read_text(encoding="utf-8") for p in files)
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
