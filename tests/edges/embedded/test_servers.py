"""Embedded servers: started, found, stopped, killed, orphaned, refused; the same for Redis and Postgres."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import gevent
import psycopg
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from callcontrol.edges.embedded import (
    EmbeddedPostgres,
    EmbeddedRedis,
    EmbeddedStoreError,
    running_address,
    server_folders,
)
from callcontrol.edges.embedded.child import Account
from callcontrol.edges.embedded.server import EmbeddedServer

# A process of its own, not patched by gevent, that dies as kill -9 would have it.
ORPHAN_MAKER = """
import os, signal, sys
from pathlib import Path
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
store = {"redis": EmbeddedRedis, "postgres": EmbeddedPostgres}[sys.argv[1]](Path(sys.argv[2]))
print(store.start(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
SUBPROCESS_DEADLINE_S = 50.0
OTHER_USER = 65_533  # an account of no user


def write_and_count(address: str) -> int:
    """Add one entry to the store; how many it holds now."""
    if address.startswith("unix:"):
        with Redis.from_url(address) as client:
            return int(client.incr("entries"))
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS entries ()")
        connection.execute("INSERT INTO entries DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM entries").fetchone()
    assert row is not None
    return int(row[0])


def same_folder(server: EmbeddedServer) -> EmbeddedServer:
    """What another process would make of the server's folder."""
    return type(server)(server.folder)


@pytest.fixture(params=["redis", "postgres"])
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    """A running server of each kind."""
    found = request.getfixturevalue(f"restartable_{request.param}")
    assert isinstance(found, EmbeddedServer)
    return found


def test_what_was_written_survives_a_stop_at_the_same_address(server: EmbeddedServer) -> None:
    before = server.address
    assert write_and_count(server.address) == 1
    server.stop()
    assert not server.is_running
    assert server.start() == before
    assert write_and_count(server.address) == 2


def test_postgres_keeps_what_was_committed_before_a_crash(restartable_postgres: EmbeddedPostgres) -> None:
    assert write_and_count(restartable_postgres.address) == 1
    restartable_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        write_and_count(restartable_postgres.address)
    restartable_postgres.start()
    assert write_and_count(restartable_postgres.address) == 2


def test_redis_comes_back_from_a_crash_with_what_reached_its_file(restartable_redis: EmbeddedRedis) -> None:
    with Redis.from_url(restartable_redis.address) as client:
        client.set("kept", "yes")
        client.config_set("appendfsync", "always")
        client.set("kept too", "yes")
        restartable_redis.kill()
        restartable_redis.start()
        assert client.mget("kept", "kept too") == [b"yes", b"yes"]


def test_a_running_server_is_found_by_its_folder(server: EmbeddedServer) -> None:
    assert running_address(server.folder) == server.address
    server.stop()
    assert running_address(server.folder) is None
    assert running_address(server.folder / "no such folder") is None


def test_a_second_server_in_the_same_folder_is_refused(server: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedStoreError, match=r"in use by process \d+: stop that"):
        same_folder(server).start()
    with pytest.raises(EmbeddedStoreError, match="running already"):
        server.start()
    assert write_and_count(server.address) == 1


def test_a_server_ends_with_the_process_that_started_it(server: EmbeddedServer) -> None:
    kind = "redis" if isinstance(server, EmbeddedRedis) else "postgres"
    assert write_and_count(server.address) == 1
    server.stop()
    orphan_maker = subprocess.run(
        [sys.executable, "-c", ORPHAN_MAKER, kind, server.folder],
        stdout=subprocess.PIPE,
        text=True,
        timeout=SUBPROCESS_DEADLINE_S,
        check=False,
    )
    assert orphan_maker.returncode == -signal.SIGKILL
    assert orphan_maker.stdout.strip() == server.address
    assert server.start() == server.address  # waits until the orphan has let go of the folder
    assert write_and_count(server.address) == 2


def test_a_crashed_server_is_noticed_and_can_be_started_again(server: EmbeddedServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    while server.is_running:  # the test's own timeout is the deadline
        gevent.sleep(0.01)
    with pytest.raises((psycopg.OperationalError, RedisConnectionError)):
        write_and_count(server.address)
    assert server.start() == server.address


def test_an_address_is_known_only_after_a_start(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedStoreError, match="never started"):
        _ = EmbeddedRedis(tmp_path).address


def test_a_failing_server_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "appendonly.aof").write_text("no such file format")
    server = EmbeddedRedis(tmp_path)
    complaint = rf"Redis in {re.escape(str(tmp_path))} ended at once(.|\n)*Bad file format"
    with pytest.raises(EmbeddedStoreError, match=complaint):
        server.start()
    assert not server.is_running
    (tmp_path / "data" / "appendonly.aof").unlink()
    with server as address:
        assert write_and_count(address) == 1


def test_a_cluster_for_which_the_disk_has_no_room_is_not_left_half_made(stores_folder: Path) -> None:
    """No file may grow beyond a part of what a new cluster writes; a full disk takes the same way."""
    folder = stores_folder / "no-room"
    starting = (
        "import resource, sys; from pathlib import Path; from callcontrol.edges.embedded import EmbeddedPostgres\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, resource.RLIM_INFINITY))\n"
        "EmbeddedPostgres(Path(sys.argv[1])).start()"
    )
    done = subprocess.run([sys.executable, "-c", starting, folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert re.search(
        r"EmbeddedStoreError: .*initdb in .* failed \(\d+ MB are free there, a new cluster takes 46\)", told
    )
    assert "File too large" in told
    assert [*folder.glob("new-*"), *folder.glob("data")] == []
    with EmbeddedPostgres(folder, durable=False) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_the_previous_log_is_kept(restartable_redis: EmbeddedRedis) -> None:
    restartable_redis.stop()
    restartable_redis.start()
    assert "User requested shutdown" in (restartable_redis.folder / "server.log.1").read_text()
    assert "ready to accept connections" in (restartable_redis.folder / "server.log").read_text()


def test_servers_are_reached_through_sockets_of_their_owner_alone(server: EmbeddedServer) -> None:
    folder = re.search(r"(?:unix://:\w+@|host=)(\S+?)(?:/redis.sock)?(?: |$)", server.address)
    assert folder is not None
    assert Path(folder[1]).stat().st_mode & 0o777 == 0o700


def test_a_server_asks_for_its_password(server: EmbeddedServer) -> None:
    password = (server.folder / "password").read_text()
    assert password in server.address
    without = server.address.replace(f":{password}@", "").replace(f"password={password}", "")
    with pytest.raises((psycopg.OperationalError, AuthenticationError)):
        write_and_count(without)
    with pytest.raises((psycopg.OperationalError, AuthenticationError)):
        write_and_count(server.address.replace(password, "wrong"))


def test_what_holds_a_password_is_its_owners_alone_and_no_list_of_processes_shows_it(
    server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.stop()
    server.start()
    password = (server.folder / "password").read_text()
    holding = [path for path in server.folder.glob("*") if path.is_file() and password in path.read_text()]
    assert {"address", "password"} <= {path.name for path in holding}
    assert {path.stat().st_mode & 0o777 for path in holding} == {0o600}
    assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()
    assert password not in caplog.text


def test_another_user_reaches_no_server(server: EmbeddedServer) -> None:
    """Neither socket nor password; where the test may try as another user (as root), that one is kept out indeed."""
    address = re.search(r"(?:unix://:\w+@|host=)(\S+)", server.address)
    assert address is not None
    sockets = [*Path(address[1]).glob(".s.PGSQL.5432")] or [Path(address[1])]
    files = [server.folder / name for name in ("password", "address", "server.log")]
    assert sockets[0].parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    other = Account("other", OTHER_USER, OTHER_USER)
    found = [path for path in (*sockets, *files) if os.geteuid() == 0 and server_folders.reaches(other, path, "-r")]
    assert found == []


def test_postgres_of_a_version_without_passwords_gets_one_at_its_start(stores_folder: Path) -> None:
    server = EmbeddedPostgres(stores_folder / "of before", durable=False)
    with server as address:
        write_and_count(address)
    (server.folder / "password").unlink()
    (server._home / "data" / "pg_hba.conf").write_text("local all all trust\n")
    with server as address:
        assert write_and_count(address) == 2
        with pytest.raises(psycopg.OperationalError, match="password"):
            write_and_count(re.sub(" password=.*", "", address))


def test_redis_of_a_version_without_passwords_gets_one_at_its_start(restartable_redis: EmbeddedRedis) -> None:
    assert write_and_count(restartable_redis.address) == 1
    restartable_redis.stop()
    for name in ("password", "redis.conf"):
        (restartable_redis.folder / name).unlink()
    assert write_and_count(restartable_redis.start()) == 2


def test_postgres_lives_in_a_folder_that_is_deep_odd_and_closed(tmp_path: Path) -> None:
    """As root too, where it runs as a user whom the closed folder keeps out."""
    closed = tmp_path / "closed, to others"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed.joinpath(*["deep"] * 30), durable=False)
    try:
        with server as dsn:
            assert write_and_count(dsn) == 1
        with server as again:
            assert again == dsn
            assert write_and_count(again) == 2
    finally:
        if (server.folder / "moved").exists():
            shutil.rmtree((server.folder / "moved").resolve())


def test_postgres_settings(restartable_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(restartable_postgres.address) as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings").fetchall()
    settings: dict[str, str] = dict(rows)
    assert settings["listen_addresses"] == ""
    assert settings["TimeZone"] == "UTC"
    assert settings["server_encoding"] == "UTF8"
    assert settings["fsync"] == "off", "the tests' server is not durable"


def test_postgres_is_durable_unless_told_otherwise(second_postgres: EmbeddedPostgres) -> None:
    second_postgres.stop()
    with EmbeddedPostgres(second_postgres.folder) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_redis_settings(restartable_redis: EmbeddedRedis) -> None:
    with Redis.from_url(restartable_redis.address) as client:
        names = ("appendonly", "appendfsync", "port", "save")
        settings = {name: client.config_get(name)[name] for name in names}
    assert settings == {"appendonly": "yes", "appendfsync": "everysec", "port": "0", "save": ""}
