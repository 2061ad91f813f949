"""Where sockets and files go, and what is refused there."""

import os
from pathlib import Path

import pytest

from callcontrol.edges.embedded import EmbeddedStoreError, child, server_folders, wheels
from callcontrol.edges.embedded.child import Account

SOCKET = "redis.sock"


def test_a_short_plain_folder_keeps_its_own_socket(stores_folder: Path) -> None:
    assert server_folders.socket_folder(stores_folder, SOCKET, None) == stores_folder / "socket"


@pytest.mark.parametrize("name", ["long" * 40, "with space", "comma,", "quo'te", "per%cent", "zażółć"])
def test_a_long_or_odd_folder_has_its_socket_at_one_other_place(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    found, other = (server_folders.socket_folder(place, SOCKET, None) for place in (home, tmp_path / "an, other"))
    try:
        assert not found.is_relative_to(home)
        assert len(os.fsencode(found / SOCKET)) <= server_folders.SOCKET_PATH_BYTES
        assert server_folders.PLAIN_PATH.fullmatch(str(found))
        assert server_folders.socket_folder(home, SOCKET, None) == found
        assert other != found
    finally:
        found.rmdir()
        other.rmdir()


def test_a_socket_folder_that_is_somebody_elses_link_is_refused(stores_folder: Path, tmp_path: Path) -> None:
    home = stores_folder / "trap"
    home.mkdir()
    (home / "socket").symlink_to(tmp_path)
    with pytest.raises(EmbeddedStoreError, match="belongs to another user"):
        server_folders.socket_folder(home, SOCKET, None)


def test_our_own_user_stays_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert server_folders.home_folder(folder, None) == folder
    assert folder.is_dir()
    assert server_folders.programs_within_reach(tmp_path, folder, None) == tmp_path


def test_access_to_folders_is_asked_of_the_system(tmp_path: Path) -> None:
    ourselves = Account("ourselves", os.geteuid(), os.getegid())
    account = None if os.geteuid() else ourselves  # only root may run a program as a named user
    assert server_folders.reaches(account, tmp_path)
    assert server_folders.reaches(account, tmp_path / "missing") is (account is None)


def test_the_account_a_server_runs_as(tmp_path: Path) -> None:
    account = child.unprivileged_account()
    assert (account is None) is (os.geteuid() != 0)
    done = child.run(["/usr/bin/id", "-u"], account=account)
    assert int(done.stdout) == (os.geteuid() if account is None else account.uid)
    assert int(done.stdout) != 0


def test_programs_out_of_reach_are_copied_once(tmp_path: Path) -> None:
    """Where the account is ourselves everything is in reach, and nothing is copied."""
    account = child.unprivileged_account()
    programs = tmp_path / "wheel" / "install"
    for part in ("bin", "share", "../../wheel.libs"):
        (programs / part).mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()
    found = server_folders.programs_within_reach(programs, home, account)
    assert (found == programs) is (account is None)
    assert sorted(path.name for path in found.iterdir()) == ["bin", "share"]
    assert (found.parents[1] / "wheel.libs").is_dir()
    assert server_folders.programs_within_reach(programs, home, account) == found


def test_the_wheels_are_found() -> None:
    assert os.access(wheels.redis_program(), os.X_OK)
    assert os.access(wheels.postgres_programs() / "bin" / "postgres", os.X_OK)
    assert (wheels.postgres_programs() / "share").is_dir()


def test_a_missing_wheel_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedStoreError, match=r"set redis\.url, or run pip install"):
        wheels.redis_program()
    with pytest.raises(EmbeddedStoreError, match=r"no postgres\.dsn is set"):
        wheels.postgres_programs()
