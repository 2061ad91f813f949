"""What all embedded servers have in common: a folder, a lock, a log, a start and a stop with deadlines.

Folder of a server: `lock` (held while any process of the server lives; it contains the id of the starting process),
`address` (how to reach it, while it runs), `password` (made at the first start), `server.log` and
`server.log.1` (this run and the one before), `socket/`, and the server's own data.

The lock shows that the server lives: the server inherits its file descriptor, so the system releases it when the
last process of the server is gone, however that happened.
"""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType

from callcontrol.config.credentials import without_credentials
from callcontrol.edges import clock
from callcontrol.edges.embedded import child
from callcontrol.edges.embedded.child import Account, EmbeddedStoreError
from callcontrol.edges.embedded.private import write_private
from callcontrol.edges.file_errors import naming

START_DEADLINE_S = 60.0  # a first start makes a database cluster, on a slow disk
STOP_DEADLINE_S = 15.0
LOCK_DEADLINE_S = 10.0  # a server whose owner was just killed is still writing its last page
KILL_DEADLINE_S = 5.0
POLL_S = 0.005  # neither server tells its parent that it is ready; it has to be asked
LOG_TAIL_LINES = 8

log = logging.getLogger("callcontrol.embedded")


class EmbeddedServer(ABC):
    """One server in one folder. It can be started and stopped again and again; its address stays the same."""

    name: str  # for messages: "Redis"
    setting: str  # what a production node sets instead: "redis.url"
    stop_signal: signal.Signals  # asks for an orderly end without waiting for clients

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._address: str | None = None
        self._socket_folder = self.folder / "socket"  # _prepare may choose another

    @abstractmethod
    def _prepare(self) -> Account | None:
        """Make what the server needs in its folder; returns the user it runs as (None: our own)."""

    @abstractmethod
    def _command(self) -> list[str | Path]:
        """The command line of the server, after _prepare."""

    @abstractmethod
    def _locate(self) -> str:
        """The address of the server, after _prepare."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Whether the started server answers by now."""

    @property
    def address(self) -> str:
        """How clients reach the server. Raises EmbeddedStoreError before the first start."""
        if self._address is None:
            raise EmbeddedStoreError(f"embedded {self.name} in {self.folder} was never started: call start()")
        return self._address

    @property
    def is_running(self) -> bool:
        """Whether the server we started still runs (it may have crashed)."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return None if self._process is None else self._process.pid

    def start(self) -> str:
        """Start the server and wait until it serves; returns its address.

        Raises EmbeddedStoreError when it runs already (here or in another process), its wheel is missing, or
        it does not serve within START_DEADLINE_S.
        """
        if self.is_running:
            raise EmbeddedStoreError(f"embedded {self.name} in {self.folder} is running already")
        self.kill()  # what is left of a crashed one
        began_s = clock.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = self._take_lock()
        try:
            self._launch(lock)
        finally:
            os.close(lock)  # our copy; the server's own copy still holds the lock
        self._await_ready()
        self._write_address()
        log.warning(
            "embedded %s (for trial and tests; production sets %s) serves at %s after %.2f s",
            self.name,
            self.setting,
            without_credentials(self.address),
            clock.monotonic() - began_s,
        )
        return self.address

    def stop(self) -> None:
        """Stop the server in order, by force after STOP_DEADLINE_S; returns when it is gone."""
        if self._process is None:
            return
        (self.folder / "address").unlink(missing_ok=True)
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            log.error("embedded %s in %s did not end in time: killed", self.name, self.folder)
            self._process.kill()
            self._process.wait(KILL_DEADLINE_S)
        shutil.rmtree(self._socket_folder)
        self._process = None

    def kill(self) -> None:
        """kill -9, as a crash would end it (for tests of crashes); start() brings it back."""
        if self._process is not None:
            (self.folder / "address").unlink(missing_ok=True)
            self._process.kill()
            self._process.wait(KILL_DEADLINE_S)
            self._process = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _take_lock(self) -> int:
        """The folder's lock, as a file descriptor. A server that is ending gets LOCK_DEADLINE_S to finish."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until_s = clock.monotonic() + LOCK_DEADLINE_S
        while not _locked(lock):
            owner = _living_owner(lock)
            if (owner and running_address(self.folder)) or clock.monotonic() >= until_s:
                os.close(lock)
                raise EmbeddedStoreError(
                    f"embedded {self.name} in {self.folder} is in use by process {owner or '(gone)'}:"
                    " stop that, or use another folder"
                )
            time.sleep(POLL_S)
        with naming(self.folder / "lock"):
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
        return lock

    def _launch(self, lock: int) -> None:
        account = self._prepare()
        self._address = self._locate()
        path = self.folder / "server.log"
        if path.exists():
            path.replace(self.folder / "server.log.1")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            self._process = child.spawn(
                self._command(),
                log=output,
                account=account,
                environment=SERVER_ENVIRONMENT,
                kept_fd=lock,
                death_signal=self.stop_signal,
            )

    def _await_ready(self) -> None:
        assert self._process is not None
        until_s = clock.monotonic() + START_DEADLINE_S
        while not self._is_ready():
            status = self._process.poll()
            if status is not None:
                self._process = None
                raise EmbeddedStoreError(self._complaint(f"ended at once with status {status}"))
            if clock.monotonic() >= until_s:
                self.kill()
                raise EmbeddedStoreError(self._complaint(f"does not serve after {START_DEADLINE_S:.0f} s"))
            time.sleep(POLL_S)

    def _complaint(self, what: str) -> str:
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        said = "\n".join(f"  {line}" for line in lines) or "  (nothing)"
        return f"embedded {self.name} in {self.folder} {what}. Its log, server.log there, ends:\n{said}"

    def _write_address(self) -> None:
        write_private(self.folder / "address", self.address)


# nothing in our environment changes how a server behaves
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def running_address(folder: Path) -> str | None:
    """The address of the server that runs in `folder`, started by any process; None if none runs there."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _locked(lock):
            return None
        return (folder / "address").read_text() or None
    except FileNotFoundError:  # just starting or just ending
        return None
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    """Take the lock if it is free; whether we have it now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _living_owner(lock: int) -> int | None:
    """The process that started the server, if it lives; a server without it is about to end."""
    text = os.pread(lock, 20, 0)
    if not text.isdigit():
        return None
    try:
        os.kill(int(text), 0)
    except ProcessLookupError:
        return None
    except PermissionError:  # it lives, as another user
        return int(text)
    return int(text)
