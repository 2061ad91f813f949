"""Storage: a folder, and object storage of the library's own test server (moto)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from callcontrol.config.media_settings import ObjectStorage
from callcontrol.edges.storage import FolderStorage, NotThere, Storage, StorageAway
from callcontrol.edges.storage.folder import FORGOTTEN_S, PARTS
from callcontrol.edges.storage.s3 import S3Storage

PIECES = [b"RIFF", bytes(300_000), os.urandom(9_000_000), b"end"]  # more than one part of an upload


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def bucket(endpoint: str, name: str = "media", **more: object) -> ObjectStorage:
    said = {"endpoint": endpoint, "bucket": name, "key": "key", "secret": "secret", **more}
    return ObjectStorage.model_validate(said)


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "stored")
    made = S3Storage(bucket(request.getfixturevalue("endpoint")))
    if not made._client.bucket_exists("media"):
        made._client.make_bucket("media")
    return made


def test_what_is_put_is_got_replaced_and_removed(storage: Storage) -> None:
    storage.put("ab/one.wav", iter(PIECES))
    assert b"".join(storage.get("ab/one.wav")) == b"".join(PIECES)
    storage.put("ab/one.wav", [b"another"])
    assert b"".join(storage.get("ab/one.wav")) == b"another"
    storage.delete("ab/one.wav")
    storage.delete("ab/one.wav")
    with pytest.raises(NotThere):
        b"".join(storage.get("ab/one.wav"))


def test_a_file_that_is_broken_off_is_not_there(storage: Storage) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the switch's disk fails")

    with pytest.raises((StorageAway, OSError)):
        storage.put("ab/two.wav", pieces())
    with pytest.raises((NotThere, StorageAway)):
        b"".join(storage.get("ab/two.wav"))


def test_storage_that_is_away_says_so(tmp_path: Path, endpoint: str) -> None:
    (tmp_path / "file").touch()
    others: list[Callable[[], Storage]] = [
        lambda: FolderStorage(tmp_path / "file" / "none"),
        lambda: S3Storage(bucket("http://127.0.0.1:1")),
        lambda: S3Storage(bucket(endpoint, "no-such-bucket")),
    ]
    for make in others:
        with pytest.raises(StorageAway):
            make().put("ab/three.wav", [b"x"])


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("ab/one.wav", [b"x"])
    left = tmp_path / PARTS / "left"
    left.write_bytes(b"half")
    assert storage.sweep(left.stat().st_mtime + FORGOTTEN_S - 1) == 0
    assert storage.sweep(left.stat().st_mtime + FORGOTTEN_S + 1) == 1
    assert b"".join(storage.get("ab/one.wav")) == b"x"
