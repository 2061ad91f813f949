"""A tenant's OpenID provider that does not answer in time."""

from __future__ import annotations

import gevent
import pytest
from gevent.server import StreamServer
from gevent.socket import socket

from callcontrol.config.sign_on_settings import SignOn
from callcontrol.edges import clock, openid
from callcontrol.edges.openid import Attempt, ProviderAway, Providers


def dripping(connection: socket, _address: object) -> None:
    """Say that much is to come, then a byte now and then: never so late that a single read would be given up."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        gevent.sleep(0.02)
        try:
            connection.sendall(b" ")
        except OSError:
            return


def test_a_provider_that_never_finishes_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "WHOLE_S", 0.3)
    server = StreamServer(("127.0.0.1", 0), dripping)
    server.start()
    issuer = f"http://127.0.0.1:{server.server_port}"
    sign_on = SignOn.model_construct(issuer=issuer, client_id="callcontrol", client_secret="s", scopes=("openid",))
    with pytest.raises(ProviderAway, match="TimeoutError"):
        Providers(clock.now).address_of(sign_on, Attempt("a", "b", "c"), "https://voice.example/back")
    server.stop()
