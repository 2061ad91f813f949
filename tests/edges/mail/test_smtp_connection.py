"""Handing mails over to a real server, with its refusals, its silence and its TLS."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from callcontrol.config.mail_settings import MailServer
from callcontrol.edges.mail.smtp_connection import ServerAway, SmtpConnection
from callcontrol.vocabulary.mail import Answer, AttemptOutcome
from tests.edges.mail.far_end import FarEnd

MESSAGE = b"Subject: x\r\n\r\n.a line that begins with a dot\r\n"


def server(address: str, security: object = "none", **more: object) -> MailServer:
    return MailServer.model_validate({"server": address, "security": security, **more})


def delivered(far_end: FarEnd, to: str, **more: object) -> Answer:
    with SmtpConnection(server(far_end.address, **more)) as connection:
        return connection.deliver("bounces@acme.example", f"{to}@example.org", MESSAGE, "0a")


def test_a_mail_is_taken(far_end: FarEnd) -> None:
    with SmtpConnection(server(far_end.address)) as connection:
        for to in ("anna", "ola"):
            answer = connection.deliver("b@acme.example", f"{to}@example.org", MESSAGE, "0a")
            assert answer == Answer(AttemptOutcome.SENT, 250, "2.0.0 taken")
    assert [(one.sender, one.recipient) for one in far_end.taken] == [
        ("b@acme.example", "anna@example.org"),
        ("b@acme.example", "ola@example.org"),
    ]
    assert far_end.taken[0].content == MESSAGE
    assert far_end.connections == 1


@pytest.mark.parametrize(
    ("to", "outcome", "code", "text", "is_dead"),
    [
        ("gone", AttemptOutcome.REFUSED, 550, "5.1.1 there is no such mailbox", True),
        ("policy", AttemptOutcome.REFUSED, 550, "5.7.1 not from you", False),
        ("large", AttemptOutcome.REFUSED, 552, "5.3.4 too large", False),
        ("full", AttemptOutcome.DEFERRED, 452, "4.2.2 the mailbox is full", False),
        ("later", AttemptOutcome.DEFERRED, 451, "4.3.0 come back later", False),
    ],
)
def test_what_is_refused(
    far_end: FarEnd, to: str, outcome: AttemptOutcome, code: int, text: str, is_dead: bool
) -> None:
    with SmtpConnection(server(far_end.address)) as connection:
        refused = connection.deliver("b@acme.example", f"{to}@example.org", MESSAGE, "0a")
        assert refused == Answer(outcome, code, text, is_dead)
        # the connection goes on with the next mail
        assert connection.deliver("b@acme.example", "anna@example.org", MESSAGE, "0b").outcome is AttemptOutcome.SENT
    assert [one.recipient for one in far_end.taken] == ["anna@example.org"]


def test_a_connection_lost_after_data_leaves_it_open_whether_the_server_has_the_mail(far_end: FarEnd) -> None:
    answer = delivered(far_end, "lost")
    assert (answer.outcome, answer.code) == (AttemptOutcome.UNSURE, 0)
    assert len(far_end.taken) == 1


def test_a_server_that_is_silent_after_data_is_not_waited_for_longer_than_is_set(far_end: FarEnd) -> None:
    begun = time.monotonic()
    answer = delivered(far_end, "slow", answer_s=1)
    assert answer.outcome is AttemptOutcome.UNSURE
    assert time.monotonic() - begun < 10


def test_a_server_that_closes_has_not_taken_the_mail(far_end: FarEnd) -> None:
    with pytest.raises(ServerAway, match=r"it refuses us: 421 4\.3\.2 closing"):
        delivered(far_end, "closing")


@pytest.fixture
def listener() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server that does what it is given with its first connection."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def start(serve: Callable[[socket.socket], None]) -> str:
            threading.Thread(target=lambda: serve_one(serve, listening), daemon=True).start()
            return f"127.0.0.1:{listening.getsockname()[1]}"

        yield start


def serve_one(serve: Callable[[socket.socket], None], listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        serve(connection)


def drip(connection: socket.socket) -> None:
    """A byte at a time, and never the end of the line."""
    with suppress(OSError):
        while True:
            connection.sendall(b"2")
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (drip, "it did not answer in time"),
        (lambda connection: print(connection.recv(100)), "it did not answer in time|timed out"),
        (lambda connection: connection.sendall(b"554 5.3.2 not today\r\n"), "it refuses us: 554 5.3.2 not today"),
        (lambda connection: connection.close(), "Connection unexpectedly closed"),
    ],
)
def test_a_server_that_does_not_greet(
    listener: Callable[..., str], serve: Callable[[socket.socket], None], why: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(ServerAway, match=why):
        SmtpConnection(server(listener(serve), answer_s=1, whole_s=1))
    assert time.monotonic() - begun < 10


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ServerAway, match=f"{address}: Connection refused"):
        SmtpConnection(server(address))


def test_starttls_and_login(server_tls: ssl.SSLContext, authority_file: Path) -> None:
    with FarEnd(tls=server_tls, login=("acme", "sec ret")) as far_end:
        account = {"ca": str(authority_file), "username": "acme"}
        answer = delivered(far_end, "anna", security="starttls", password="sec ret", **account)
        assert answer.outcome is AttemptOutcome.SENT
        with pytest.raises(ServerAway, match="it does not let us log in: 535") as refused:
            delivered(far_end, "anna", security="starttls", password="wrong-one", **account)
        assert "wrong-one" not in str(refused.value)


def test_tls_from_the_first_byte(server_tls: ssl.SSLContext, authority_file: Path) -> None:
    with FarEnd(implicit_tls=server_tls) as far_end:
        assert delivered(far_end, "anna", security="tls", ca=str(authority_file)).outcome is AttemptOutcome.SENT


def test_a_certificate_that_is_not_trusted(server_tls: ssl.SSLContext) -> None:
    with FarEnd(tls=server_tls) as far_end:
        with pytest.raises(ServerAway, match="its certificate is not accepted"):
            delivered(far_end, "anna", security="starttls")
        assert far_end.taken == []


def test_a_certificate_of_another_host(server_tls: ssl.SSLContext, authority_file: Path) -> None:
    with FarEnd(tls=server_tls) as far_end:
        address = far_end.address.replace("localhost", "127.0.0.1")
        with pytest.raises(ServerAway, match="its certificate is not accepted"):
            SmtpConnection(server(address, "starttls", ca=str(authority_file)))


def test_a_server_without_starttls_gets_nothing(far_end: FarEnd) -> None:
    with pytest.raises(ServerAway, match="it offers no STARTTLS"):
        delivered(far_end, "anna", security="starttls")
    assert far_end.taken == []


def test_the_limit_a_server_names() -> None:
    with FarEnd(max_bytes=5000) as far_end, SmtpConnection(server(far_end.address)) as connection:
        assert connection.max_bytes == 5000
