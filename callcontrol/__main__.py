"""`callcontrol`: patches gevent before anything else is imported, then runs the command that was asked for.

Only the commands of PLAIN know no greenlets: the supervisor must not, for it watches over those who do.
"""

import sys

# Those that start, watch and end the daemon's workers.
PLAIN = ("serve", "drain", "restart")

if sys.argv[1:2] not in [[name] for name in PLAIN]:
    from callcontrol.edges.greenlets import patch_all

    # First of all: psycopg chooses on import whether its waits let other greenlets run.
    patch_all()

    from gevent.hub import Hub

    # Ctrl-C ends the command (see `main`) without a traceback of the hub.
    Hub.NOT_ERROR = (*Hub.NOT_ERROR, KeyboardInterrupt)

import argparse  # noqa: E402
import atexit  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
from collections.abc import Mapping, Sequence  # noqa: E402
from functools import partial  # noqa: E402
from importlib import import_module, metadata  # noqa: E402
from types import ModuleType  # noqa: E402

# One file each in callcontrol/commands; each has `add(subparsers)` and `run(args) -> exit status`.
COMMANDS = (
    *PLAIN,
    "demo",
    "check",
    "explain",
    "forward",
    "duty",
    "barring",
    "boxes",
    "account",
    "limits",
    "export",
    "statement",
    "calls",
    "report",
    "missed",
    "users",
    "web",
    "webhooks",
    "erase",
    "disclose",
    "retention",
    "queues",
    "recordings",
    "trunks",
    "parked",
    "supervise",
    "rooms",
    "agents",
    "menus",
    "media",
    "mail",
    "hours",
    "rate",
    "reconcile",
    "records",
    "rerate",
    "render",
    "schema",
    "completion",
)
# Those that have to know all others.
WHOLE = ("completion",)
# For the supervisor only: no help shows them.
HIDDEN = ("work", "forkserver")
WITH_CALLS = ("work",)
# One of these commands without a verb of its VERBS shows what there is.
SHOWING = (
    *("recordings", "rooms", "queues", "agents", "hours", "duty", "barring", "boxes", "records", "account", "limits"),
    "statement",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: as shells have it, 128 and the signal's number for Ctrl-C and for output
    whose reader has gone.
    """
    try:
        status = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, or the interpreter would try once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return status


def _run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "callcontrol",
        description="Call control on FreeSWITCH.",
        formatter_class=partial(argparse.HelpFormatter, max_help_position=16),
    )
    parser.add_argument("--version", action="version", version=f"callcontrol {metadata.version('callcontrol')}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Only the command that is asked for is imported: `callcontrol rate` starts in a blink.
    named = [name for name in (*COMMANDS, *HIDDEN) if name in arguments[:1] and name not in WHOLE] or COMMANDS
    modules = _imported(named)
    for module in modules.values():
        module.add(subparsers)
    args = parser.parse_args(_with_verb(arguments, modules), argparse.Namespace(whole=parser))
    status: int = modules[args.command].run(args)
    return status


def _imported(names: Sequence[str]) -> Mapping[str, ModuleType]:
    """The modules of these commands. Imports make many objects and hardly any garbage: to look for it meanwhile takes a
    tenth of the start.
    """
    gc.disable()
    try:
        return {name: import_module(f"callcontrol.commands.{name}") for name in names}
    finally:
        gc.enable()


def _with_verb(arguments: Sequence[str], modules: Mapping[str, ModuleType]) -> Sequence[str]:
    """`queues acme` is short for `queues show acme`."""
    name, verb = (*arguments[:2], "", "")[:2]
    if name not in SHOWING or verb in ("-h", "--help", *modules[name].VERBS):
        return arguments
    return [name, "show", *arguments[1:]]


def _end(status: int) -> None:
    """End the process. One with calls ends at once: taking the interpreter apart ends its greenlets one by one, and
    each would hang up the call it has.
    """
    if sys.argv[1:2] in [[name] for name in WITH_CALLS]:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    _end(main())
