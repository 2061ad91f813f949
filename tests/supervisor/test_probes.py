"""The probes as HTTP: methods, peers that are gone or slow, and what the host gives too little of."""

from __future__ import annotations

import http.client
import logging
import resource
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from callcontrol.edges.freeswitch.binding import Address
from callcontrol.simulator.stories.stage import free_ports
from callcontrol.supervisor import probe_server
from callcontrol.supervisor.descriptors import BESIDES_CALLS, too_few
from callcontrol.supervisor.metrics import empty_folder
from callcontrol.supervisor.probes import Probes, answer
from callcontrol.supervisor.views import View, WorkerState, WorkerView
from callcontrol.vocabulary.moment import Instant

READY = View((WorkerView(0, 7, "host/7", WorkerState.READY, "", 1, Instant(0), restarts=0, current=True),))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Where probes are answered."""
    address = Address("127.0.0.1", free_ports(1)[0])
    probes = Probes(address, lambda: READY, empty_folder(tmp_path))
    yield address.host, address.port
    probes.stop()


def said(place: tuple[str, int], method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(*place, timeout=5)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {k: v for k, v in response.getheaders() if k not in ("Date", "Server")}, body


def test_head_is_get_without_the_body(place: tuple[str, int]) -> None:
    for path in ("/healthz", "/readyz", "/workers", "/nowhere"):
        (status, headers, body), head = said(place, "GET", path), said(place, "HEAD", path)
        assert body
        assert head == (status, headers, b"")
        assert headers["Content-Length"] == str(len(body))


def test_options_says_what_may_be_asked_and_anything_else_is_not_allowed(place: tuple[str, int]) -> None:
    assert said(place, "OPTIONS", "/metrics")[:2] == (
        200,
        {"Allow": "GET, HEAD, OPTIONS", "Content-Type": "text/plain; charset=utf-8", "Content-Length": "0"},
    )
    for method in ("POST", "PUT", "DELETE", "TRACE", "BREW"):
        status, headers, _ = said(place, method, "/healthz")
        assert (status, headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_peer_that_resets_costs_no_traceback(
    place: tuple[str, int], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    for sent in (b"", b"GET /metr", b"GET /metrics HTTP/1.1\r\n\r\n"):
        peer = socket.create_connection(place)
        peer.sendall(sent)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    assert said(place, "GET", "/healthz")[0] == 200
    time.sleep(0.2)
    assert (caplog.text, capfd.readouterr().err) == ("", "")


def test_250_slow_clients_keep_nobody_from_an_answer_and_are_counted(place: tuple[str, int]) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(place)) for _ in range(250)]
        for peer in slow:
            peer.sendall(b"G")
        began = time.monotonic()
        assert [said(place, "GET", "/healthz")[0] for _ in range(20)] == [200] * 20
        assert time.monotonic() - began < 2.0
        refused = [line for line in said(place, "GET", "/metrics")[2].decode().splitlines() if "probes_refused" in line]
        assert float(refused[-1].rpartition(" ")[2]) >= 250 - probe_server.MAX_CONNECTIONS


def test_a_request_has_so_long_in_all_however_it_drips(place: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_server, "REQUEST_S", 0.3)
    began = time.monotonic()
    with socket.create_connection(place) as peer:
        while _takes(peer) and time.monotonic() - began < 5:
            time.sleep(0.05)
    assert time.monotonic() - began < 3


def _takes(peer: socket.socket) -> bool:
    """Whether it can be sent one byte more."""
    try:
        peer.sendall(b"x")
    except OSError:
        return False
    return True


def test_files_that_are_too_few_for_the_calls_are_told_in_numbers() -> None:
    assert too_few(10_000 + BESIDES_CALLS, 10_000) == ()
    assert too_few(resource.RLIM_INFINITY, 10_000) == ()
    (remark,) = too_few(1_024, 10_000)
    assert "may open 1024 files" in remark
    assert "limits.calls: 10000 takes 10256: beyond some 768 calls" in remark
    ready = answer("/readyz", lambda: replace(READY, host=(remark,)), Path())
    assert (ready.status, ready.body.decode()) == (200, f"ready\n{remark}\n")


def test_the_soft_limit_of_files_is_raised_to_the_hard_one() -> None:
    code = (
        "import resource; from callcontrol.supervisor import descriptors\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 512))\n"
        "print(descriptors.raised(), resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "512 (512, 512)\n"
