"""The switch's API commands, by name. Answers are what the real one writes, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from callcontrol.simulator.api import calls, channels, status, tasks

if TYPE_CHECKING:
    from callcontrol.simulator.switch import Switch

ApiCommand = Callable[["Switch", str], str]

COMMANDS: dict[str, ApiCommand] = {
    **channels.COMMANDS,
    **calls.COMMANDS,
    **tasks.COMMANDS,
    **status.COMMANDS,
}
# These answer only when something else has happened: `api` blocks its connection meanwhile.
_SLOW = frozenset({"originate"})


class Api:
    """Carries out API commands on one switch."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def is_slow(self, name: str) -> bool:
        """Whether the command waits for something."""
        return name in _SLOW

    def run(self, name: str, argument: str) -> str:
        """The answer of a command; unknown ones have one too."""
        command = COMMANDS.get(name)
        if command is None:
            return f"-ERR {name} Command not found!\n"
        return command(self._switch, argument.strip())
