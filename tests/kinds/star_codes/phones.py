"""Phones that dial star codes."""

from __future__ import annotations

from callcontrol.kinds.star_codes.agent_code import ChangeAgent
from callcontrol.routing import arrival
from callcontrol.vocabulary.call import Caller
from tests.routing import queue_world


def change_of_agent(dialled: str, extension: str = "101", written: str | None = None) -> ChangeAgent:
    """What the agent at this extension asks for by a code."""
    caller = Caller(extension, "Anna", extension=extension)
    step = arrival.decide(queue_world.facts(dialled, caller=caller, written=written)).step
    assert isinstance(step, ChangeAgent)
    return step
