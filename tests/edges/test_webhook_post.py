"""Deliveries to addresses that a tenant has named: none reaches this host's own network, whatever the name means."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from callcontrol.edges.webhook_post import NotAllowed, checked_url, post, resolved

INNER = (
    *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1", "fc00::1", "fec0::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1"),
    *("192.0.2.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"),
)


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused_also_behind_a_name_and_beside_a_public_one(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    named(monkeypatch, "93.184.216.34", address)
    with pytest.raises(NotAllowed, match="no address of the public internet"):
        resolved("far.example", 443, ())


def test_public_ones_and_those_that_are_allowed_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, "93.184.216.34")
    assert resolved("far.example", 443, ()) == "93.184.216.34"
    named(monkeypatch, "10.1.2.3")
    assert resolved("far.example", 443, ("10.0.0.0/8",)) == "10.1.2.3"


def test_the_name_is_asked_once_and_the_address_it_had_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = named(monkeypatch, "127.0.0.1")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    answered = post(f"http://far.example:{port}/", b"", {}, inner=("127.0.0.0/8",), plain_http=True, answer_s=2.0)
    assert (answered.status, answered.trouble, answered.is_away) == (0, "it cannot be reached", True)
    assert [host for host in asked if host == "far.example"] == ["far.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://far.example/",
        "ftp://far.example/",
        "https://",
        "https://user:word@far.example/",
        "https://far.example:0/",
        "https://far.example:99999/",
        "https://far.example/a b",
        "https://far.example/\r\nX: y",
        "https://" + "a" * 3_000,
        "nothing",
    ],
)
def test_what_is_no_address_to_be_told_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        checked_url(url, plain_http=False)


def test_a_server_that_says_nothing_takes_its_deadline() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        answered = post(url, b"{}", {}, inner=("127.0.0.0/8",), plain_http=True, answer_s=0.2)
    assert not answered.is_taken
    assert answered.is_away
