"""Starts a child process that never outlives us, as another user if the program insists.

Linux sends the parent-death signal when the *thread* that started the child ends, so servers are started from the
main thread. On other systems a killed parent leaves its servers behind, and the next start in their folder says so.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
ORPHANED_AT_BIRTH = 70  # EX_SOFTWARE: our parent died before it could be watched
# looked up here, because a forked child must not load libraries
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class EmbeddedStoreError(Exception):
    """An embedded server cannot be started; the message says which, where, why, and what would help."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a server runs as: user and group ids."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The user for a server that refuses to run as root; None: our own user, since it is not root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account("nobody", nobody.pw_uid, nobody.pw_gid)


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    account: Account | None,
    environment: Mapping[str, str],
    kept_fd: int,
    death_signal: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (Ctrl-C in a terminal ends only us), output into `log`.

    `kept_fd` stays open in the child; `death_signal` reaches it when we die.
    """
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd="/",
        pass_fds=[kept_fd],
        start_new_session=True,
        preexec_fn=_death_watch(death_signal),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def run(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    text: str = "",
    deadline_s: float = 60.0,
) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end with `text` as its input; returns output and errors together.

    Raises subprocess.TimeoutExpired when it takes longer than `deadline_s` (it is then killed).
    """
    return subprocess.run(
        [str(word) for word in command],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        cwd="/",
        timeout=deadline_s,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _death_watch(death_signal: signal.Signals) -> Callable[[], None]:
    """The last step in the child before it becomes the server: a change of user would clear the death signal."""
    parent = os.getpid()

    def watch() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, death_signal.value)
        if os.getppid() != parent:
            os._exit(ORPHANED_AT_BIRTH)

    return watch
