"""The switch's API commands, by name. Answers are what the real one writes, to the byte."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator.api import calls, channels, conferences, status, tasks
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.session import SwitchBase

ApiCommand = Callable[[SwitchBase, str], str]

COMMANDS: dict[str, ApiCommand] = {
    **channels.COMMANDS,
    **calls.COMMANDS,
    **tasks.COMMANDS,
    **status.COMMANDS,
    **conferences.COMMANDS,
    "sched_api": lambda switch, argument: sched_api(switch, argument),
}
# These answer only when something else has happened: `api` blocks its connection meanwhile.
_SLOW = frozenset({"originate"})


def is_slow(name: str) -> bool:
    """Whether a command waits for something."""
    return name in _SLOW


def sched_api(switch: SwitchBase, argument: str) -> str:
    """`sched_api [+]time group command`; recurring ones (`@`) are not known here."""
    when, group, command = (*separate(argument, " ", 3), "", "", "")[:3]
    if not command or not when.removeprefix("+").isdigit():
        return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
    name, _, rest = command.partition(" ")
    return f"+OK Added: {switch.tasks.add(group, switch.delay_s(when), lambda: run(switch, name, rest))}\n"


def run(switch: SwitchBase, name: str, argument: str) -> str:
    """The answer of a command on a switch; unknown ones have one too."""
    command = COMMANDS.get(name)
    if command is None:
        return f"-ERR {name} Command not found!\n"
    return command(switch, argument.strip())
