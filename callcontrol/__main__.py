"""`callcontrol`: patches gevent before anything else is imported, then runs the command that was asked for.

Only the commands of PLAIN know no greenlets: the supervisor must not, for it watches over those who do.
"""

import sys

# Those that start, watch and end the daemon's workers.
PLAIN = ("serve", "drain", "restart")

if sys.argv[1:2] not in [[name] for name in PLAIN]:
    from gevent import monkey

    # First of all: psycopg chooses on import whether its waits let other greenlets run.
    monkey.patch_all()

import argparse  # noqa: E402
from collections.abc import Mapping, Sequence  # noqa: E402
from importlib import import_module  # noqa: E402
from types import ModuleType  # noqa: E402

# One file each in callcontrol/commands; each has `add(subparsers)` and `run(args) -> exit status`.
COMMANDS = (
    *PLAIN,
    "demo",
    "check",
    "explain",
    "forward",
    "calls",
    "queues",
    "agents",
    "rate",
    "reconcile",
    "render",
    "schema",
)
# For the supervisor only: no help shows them.
HIDDEN = ("work",)
# Whoever types one of these without a verb of its VERBS wants to see what there is.
SHOWING = ("queues", "agents")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser("callcontrol", description="Call control on FreeSWITCH.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the command that is asked for is imported: `callcontrol rate` starts in a blink.
    named = [name for name in (*COMMANDS, *HIDDEN) if name in arguments[:1]] or COMMANDS
    modules = {name: import_module(f"callcontrol.commands.{name}") for name in named}
    for module in modules.values():
        module.add(subparsers)
    args = parser.parse_args(_with_verb(arguments, modules))
    status: int = modules[args.command].run(args)
    return status


def _with_verb(arguments: Sequence[str], modules: Mapping[str, ModuleType]) -> Sequence[str]:
    """`queues acme` is short for `queues show acme`."""
    name, verb = (*arguments[:2], "", "")[:2]
    if name not in SHOWING or verb in ("-h", "--help", *modules[name].VERBS):
        return arguments
    return [name, "show", *arguments[1:]]


if __name__ == "__main__":
    sys.exit(main())
