"""Whose request it is, and how many there may be."""

import pytest

from callcontrol.edges.web import clients
from callcontrol.edges.web.clients import RequestLimit, client_address, networks_of

PROXIES = networks_of(["127.0.0.0/8", "::1/128", "192.0.2.10"])


@pytest.mark.parametrize(
    ("peer", "header", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "10.0.0.1", "198.51.100.7"),  # no proxy: what it says is not believed
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"),  # the client wrote the first part itself
        ("127.0.0.1", "198.51.100.7, 192.0.2.10", "198.51.100.7"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_proxies_are_believed_and_the_client_is_not(peer: str, header: str, address: str) -> None:
    assert client_address(peer, header, PROXIES) == address


def test_an_address_has_its_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    limit = RequestLimit(2, lambda: now_s[0])
    assert [limit.admits("198.51.100.7") for _ in range(3)] == [True, True, False]
    assert limit.admits("198.51.100.8")
    now_s[0] = 60.0
    assert limit.admits("198.51.100.7")


def test_a_network_of_ipv6_is_one_client() -> None:
    limit = RequestLimit(1)
    assert limit.admits("2001:db8::1")
    assert not limit.admits("2001:db8::2")
    assert limit.admits("2001:db8:0:1::1")


def test_more_addresses_than_are_counted_share_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_ADDRESSES", 3)
    limit = RequestLimit(2, lambda: 0.0)
    assert all(limit.admits(f"198.51.100.{n}") for n in range(3))
    assert [limit.admits(f"198.51.100.{n}") for n in range(10, 13)] == [True, True, False]
    assert limit.admits("198.51.100.1")
