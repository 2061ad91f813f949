"""Receivers: a file is there whole or not at all, the same one twice is one, another one is never overwritten."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import paramiko
import pytest
from gevent.event import Event
from gevent.monkey import get_original
from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool
from moto.server import ThreadedMotoServer

from callcontrol.config.export_settings import OwnExport
from callcontrol.edges.deliveries import Delivery, DeliveryAway, OtherFile, delivery_of
from callcontrol.edges.deliveries.folder import RECEIPT_BYTES
from callcontrol.edges.deliveries.s3 import S3Delivery
from tests.edges.deliveries.sftp_server import PASSWORD, USER, sftp_server

Lock = get_original("threading", "Lock")
FILE = bytes(range(256)) * 5_000
KEY = paramiko.RSAKey.generate(2_048)
_There = Callable[[], dict[str, bytes]]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(delivery: Delivery, content: bytes = FILE, name: str = "one-000001.csv") -> None:
    delivery.put(name, io.BytesIO(content), sha256(content))


def export(**more: object) -> OwnExport:
    return OwnExport.model_validate({"what": "calls", **more})


def sftp(port: int, **more: str) -> OwnExport:
    said = {
        "server": f"127.0.0.1:{port}",
        "host_key": f"ssh-rsa {KEY.get_base64()}",
        "user": USER,
        "password": PASSWORD,
    }
    return export(sftp={**said, "folder": ".", **more})


@pytest.fixture(scope="module")
def sftp_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    root = tmp_path_factory.mktemp("sftp")
    with sftp_server(root, KEY) as port:
        yield root, port


@pytest.fixture(scope="module")
def bucket() -> Iterator[OwnExport]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    s3 = {"endpoint": f"http://{host}:{port}", "bucket": "exports", "key": "key", "secret": "secret", "prefix": "b/"}
    made = export(s3=s3)
    assert made.s3 is not None
    S3Delivery(made.s3)._storage._client.make_bucket("exports")
    yield made
    server.stop()


class Receiver:
    """A web server that keeps what comes whole, by its name; `refuses` is what it answers instead."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.refuses = ""
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        self.asked.append(environ)
        name = environ["HTTP_IDEMPOTENCY_KEY"].strip('"')
        content = environ["wsgi.input"].read()
        is_other = self.kept.get(name, content) != content
        if self.refuses or is_other:
            start_response(self.refuses or "409 Conflict", [])
            return [b"no room"]
        self.kept[name] = content
        start_response("201 Created", [])
        return []


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, OwnExport]]:
    one = Receiver()
    server = WSGIServer(("127.0.0.1", 0), one, log=None)
    server.start()
    yield one, export(http={"address": f"http://127.0.0.1:{server.server_port}/in", "token": "t0ken"})
    server.stop()


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["folder", "sftp", "s3", "http"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[OwnExport, _There]:
    """A receiver of each kind, and what it has."""
    if request.param == "folder":
        return export(folder=str(tmp_path)), lambda: files_in(tmp_path)
    if request.param == "sftp":
        root, port = request.getfixturevalue("sftp_port")
        return sftp(port), lambda: files_in(root)
    if request.param == "http":
        one, says = request.getfixturevalue("receiver")
        return says, lambda: dict(one.kept)
    says = request.getfixturevalue("bucket")

    def objects() -> dict[str, bytes]:
        storage = S3Delivery(says.s3)._storage
        names = [one.object_name for one in storage._client.list_objects("exports", recursive=True)]
        return {name.removeprefix("b/"): b"".join(storage.get(name)) for name in names}

    return says, objects


def test_a_file_is_delivered_once_and_never_overwritten(place: tuple[OwnExport, _There]) -> None:
    says, there = place
    put(delivery_of(says))
    put(delivery_of(says))
    assert there() == {"one-000001.csv": FILE}
    with pytest.raises(OtherFile, match=r"one-000001\.csv"):
        put(delivery_of(says), b"another")
    assert there() == {"one-000001.csv": FILE}


def test_a_receiver_that_is_away_or_refuses_says_so(
    tmp_path: Path, sftp_port: tuple[Path, int], receiver: tuple[Receiver, OwnExport], bucket: OwnExport
) -> None:
    _, port = sftp_port
    one, says = receiver
    one.refuses = "507 Insufficient Storage"
    other_key = paramiko.ECDSAKey.generate()
    assert bucket.s3 is not None
    away = {
        "no folder": export(folder=str(tmp_path / "none")),
        "refused": sftp(1),
        "Authentication": sftp(port, password="wrong"),
        "Bad host key|IncompatiblePeer": sftp(port, host_key=f"ecdsa-sha2-nistp256 {other_key.get_base64()}"),
        "No such file": sftp(port, folder="none"),
        "no private key": sftp(port, key="nonsense"),
        "answered 507 to one-000001.csv: no room": says,
        "NewConnectionError": export(http={"address": "http://127.0.0.1:1/"}),
        "NoSuchBucket": export(s3=bucket.s3.model_copy(update={"bucket": "none-such"}).model_dump()),
    }
    for match, settings in away.items():
        with pytest.raises(DeliveryAway, match=match):
            put(delivery_of(settings))


def test_a_web_server_can_check_what_it_is_sent(receiver: tuple[Receiver, OwnExport]) -> None:
    one, says = receiver
    put(delivery_of(says), b"a,b\r\n")
    (asked,) = one.asked
    assert asked["HTTP_CONTENT_DIGEST"] == "sha-256=:+/azAROktkGMYjqW7WhE8X71dRuQiharqpGdC81rd4Q=:"
    assert (asked["CONTENT_TYPE"], asked["HTTP_AUTHORIZATION"], asked["CONTENT_LENGTH"]) == (
        "text/csv; charset=utf-8",
        "Bearer t0ken",
        "5",
    )


def test_an_upload_that_is_broken_off_leaves_nothing(
    sftp_port: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, port = sftp_port

    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(paramiko.SFTPClient, "rename", fails)
    with pytest.raises(DeliveryAway, match="the disk is full"):
        put(delivery_of(sftp(port)), name="two-000001.csv")
    assert not list(root.glob("*two*"))


def test_a_connection_is_not_shared_by_threads(place: tuple[OwnExport, _There]) -> None:
    """Work aside comes to any thread: what one has left open, another cannot wait for."""
    says, there = place
    delivery, pool = delivery_of(says), ThreadPool(2)
    is_put, may_end = pool.hub.loop.async_(), Lock()
    may_end.acquire()

    def first() -> None:
        put(delivery, name="one-000008.csv")
        is_put.send()
        may_end.acquire()  # so that the second one is in another thread

    came = Event()
    is_put.start(came.set)
    with gevent.Timeout(30):
        held = pool.spawn(first)
        came.wait()
        pool.spawn(put, delivery, FILE, "one-000009.csv").get()
        may_end.release()
        held.get()
    assert {"one-000008.csv", "one-000009.csv"} <= there().keys()


def test_receipts_are_read_where_the_receiver_has_files(place: tuple[OwnExport, _There]) -> None:
    says, _ = place
    delivery = delivery_of(says)
    put(delivery, b"0123 " * 2_000, "receipt-000007.csv")
    found = delivery.receipts(["receipt-000006.csv", "receipt-000007.csv"])
    assert dict(found) == ({} if says.http is not None else {"receipt-000007.csv": (b"0123 " * 2_000)[:RECEIPT_BYTES]})
