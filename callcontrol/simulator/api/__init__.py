"""The switch's API commands, by name. Answers are what the real one writes, to the byte."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator.api import calls, channels, status, tasks
from callcontrol.simulator.session import SwitchBase

ApiCommand = Callable[[SwitchBase, str], str]

COMMANDS: dict[str, ApiCommand] = {
    **channels.COMMANDS,
    **calls.COMMANDS,
    **tasks.COMMANDS,
    **status.COMMANDS,
}
# These answer only when something else has happened: `api` blocks its connection meanwhile.
_SLOW = frozenset({"originate"})


def is_slow(name: str) -> bool:
    """Whether a command waits for something."""
    return name in _SLOW


def run(switch: SwitchBase, name: str, argument: str) -> str:
    """The answer of a command on a switch; unknown ones have one too."""
    command = COMMANDS.get(name)
    if command is None:
        return f"-ERR {name} Command not found!\n"
    return command(switch, argument.strip())
