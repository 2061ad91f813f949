"""`callcontrol forkserver`: has loaded all that workers and the media job need, and forks one whenever it is told to.

Loading takes a second or more of a core, forking some hundredths of it, and what was loaded lies in memory once. The
supervisor starts this process, asks it for others, and becomes their parent. It has no greenlets, threads or sockets
but the line to its supervisor: those would not survive a fork.
"""

from __future__ import annotations

import argparse
import errno
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from gevent import monkey
from setproctitle import setproctitle, setthreadtitle

from callcontrol.edges import meter_files
from callcontrol.edges.fork_message import (
    LOADED,
    MAX_BYTES,
    MAX_DESCRIPTORS,
    ForkAnswer,
    ForkRequest,
    request_of,
    to_message,
)

# The commands whose processes it forks.
FORKED: Final = ("work", "media", "web")
# Its metrics, all of them 0, are kept where they are not read.
INSTANCE: Final = "forkserver"
# By this option a process gets its line to the supervisor.
PULSE: Final = "--pulse"
# gevent's own would make a hub.
_NativeSocket: Final[type[socket.socket]] = monkey.get_original("socket", "socket")
_fork: Final = monkey.get_original("os", "fork")
_select: Final = monkey.get_original("select", "select")
GIVEN_UP: Final = 3


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`forkserver --line FD`."""
    parser = subparsers.add_parser("forkserver", description=__doc__)
    parser.add_argument("--line", type=int, required=True, metavar="FD", help="the inherited line to the supervisor")


def run(args: argparse.Namespace) -> int:
    """Fork until the supervisor closes the line. In a forked process: run its command, and return its status."""
    line = _NativeSocket(fileno=args.line)
    modules = _loaded()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor, which then closes the line
    line.send(LOADED)
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, MAX_BYTES, MAX_DESCRIPTORS)
        if not message:
            return 0
        answer = _forked()
        if answer is None:
            line.close()
            return _become(request_of(message), descriptors, modules)
        for descriptor in descriptors:
            os.close(descriptor)
        line.send(to_message(answer))


def _loaded() -> Mapping[str, ModuleType]:
    """The modules of the commands, and all that these import: objects that the collector need not look at any more."""
    with tempfile.TemporaryDirectory() as unread:
        os.environ |= meter_files.environment(Path(unread), INSTANCE)
        gc.disable()
        modules = {name: import_module(f"callcontrol.commands.{name}") for name in FORKED}
        gc.enable()
    gc.collect()
    gc.freeze()
    return modules


def _forked() -> ForkAnswer | None:
    """The new process, or why there is none; None in the new process.

    A process between the two ends at once, so that the new one is inherited by the supervisor, which reads its exit
    status as of any child (PR_SET_CHILD_SUBREAPER).
    """
    read, write = os.pipe()
    try:
        between = _fork()
    except OSError as error:
        os.close(write)
        os.close(read)
        return ForkAnswer(0, error.errno or errno.EAGAIN)
    if between == 0:
        if _forked_again(write):
            os._exit(0)
        os.close(read)
        return None
    os.close(write)
    answer = os.read(read, MAX_BYTES)
    os.close(read)
    os.waitpid(between, 0)
    return ForkAnswer(*map(int, answer.split()))


def _forked_again(write: int) -> bool:
    """Whether this is still the process between; what came of it is written for the fork server."""
    try:
        pid, reason = _fork(), 0
    except OSError as error:
        pid, reason = 0, error.errno or errno.EAGAIN
    is_between = pid != 0 or reason != 0
    if is_between:
        os.write(write, f"{pid} {reason}".encode())
    os.close(write)
    return is_between


def _become(request: ForkRequest, descriptors: Sequence[int], modules: Mapping[str, ModuleType]) -> int:
    """Be the process that is asked for, as if it had been started by its command line; returns its exit status."""
    if _is_given_up(descriptors[request.options.index(PULSE)]):
        return GIVEN_UP
    named = {option: str(descriptor) for option, descriptor in zip(request.options, descriptors, strict=True)}
    words = [*request.words, *(word for pair in named.items() for word in pair)]
    setproctitle(" ".join([sys.executable, "-m", "callcontrol", *words]))
    setthreadtitle(Path(sys.executable).name)  # what `top` and `pgrep` show, which setproctitle has changed, too
    sys.argv[1:] = words
    os.environ |= request.environment
    meter_files.change_instance()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser("callcontrol")
    subparsers = parser.add_subparsers(dest="command", required=True)
    for module in modules.values():
        module.add(subparsers)
    args = parser.parse_args(words)
    status: int = modules[args.command].run(args)
    return status


def _is_given_up(pulse: int) -> bool:
    """Whether the supervisor waits no more for this process, and has started another in its place: it never writes."""
    return bool(_select([pulse], [], [], 0)[0])
