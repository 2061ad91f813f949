"""What a mail server delivers to return addresses, by real LMTP."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.edges import meters
from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.edges.mail.bounce_listener import BounceListener, CannotListen
from callcontrol.edges.mail.return_address import return_address
from callcontrol.jobs.media.mail.bounces import BounceTaker, BounceWatch
from callcontrol.vocabulary.mail import Answer, AttemptOutcome
from tests.edges.mail.reports import HOLIDAY, report
from tests.edges.mail.samples import NOON, later, mail, settings_with

SETTINGS = settings_with(
    "bounces: {address: bounces@acme.example, secret: a secret of some length, listen: '127.0.0.1:1'}"
)
BOUNCES = SETTINGS.mail.bounces
assert BOUNCES is not None
MAIL = mail("anna@example.org")
ADDRESS = return_address(MAIL.mail_id, BOUNCES)


@pytest.fixture
def listener(queue: MailQueue) -> Iterator[BounceListener]:
    queue.add([MAIL], NOON, later(999))
    claimed = queue.claim({"acme": 9}, "s1", NOON, later(99))
    assert claimed is not None
    queue.settle(claimed, Answer(AttemptOutcome.SENT, 250, "taken"), NOON)
    listening = BounceListener("127.0.0.1:0", BounceTaker(lambda: SETTINGS, queue, lambda: later(5)))
    yield listening
    listening.stop()


def deliver(listener: BounceListener, content: bytes, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.LMTP("127.0.0.1", listener.port, timeout=10) as client:
        try:
            return client.sendmail("", to or [ADDRESS], content)
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients
        except smtplib.SMTPDataError as refused:
            return {"": (refused.smtp_code, refused.smtp_error)}  # type: ignore[dict-item]  # bytes from a server


def row(connection: Connection[Any]) -> tuple[Any, ...] | None:
    return connection.execute("SELECT state, reason FROM mails").fetchone()


def counted(result: str) -> float:
    return float(meters.mail_bounces_total.labels(result)._value.get())


def test_a_permanent_failure_marks_the_address(listener: BounceListener, connection: Connection[Any]) -> None:
    before = counted("dead")
    assert deliver(listener, report()) == {}
    assert row(connection) == ("failed", "it came back: 5.1.1 550 5.1.1 no such user")
    found = connection.execute("SELECT tenant, address, reason FROM mail_addresses").fetchall()
    assert found == [("acme", "anna@example.org", "5.1.1 550 5.1.1 no such user")]
    assert counted("dead") == before + 1


@pytest.mark.parametrize(
    ("content", "result", "state"),
    [
        (report("delayed", "4.4.1"), "delayed", "sent"),
        (report(status="5.2.2"), "failed", "failed"),
        (HOLIDAY, "other", "sent"),
    ],
)
def test_what_marks_no_address(
    listener: BounceListener, connection: Connection[Any], content: bytes, result: str, state: str
) -> None:
    before = counted(result)
    assert deliver(listener, content) == {}
    found = row(connection)
    assert found is not None
    assert found[0] == state
    assert connection.execute("SELECT count(*) FROM mail_addresses").fetchone() == (0,)
    assert counted(result) == before + 1


def test_a_forged_address_is_refused_and_counted(listener: BounceListener, connection: Connection[Any]) -> None:
    before = counted("forged")
    forged = ADDRESS.replace("-", "-0", 1)
    assert deliver(listener, report(), forged)[forged][0] == 550
    assert row(connection) == ("sent", "250 taken")
    assert counted("forged") == before + 1


def test_one_recipient_at_a_time(listener: BounceListener) -> None:
    refused = deliver(listener, report(), ADDRESS, ADDRESS.upper())
    assert refused[ADDRESS.upper()][0] == 452


def test_it_is_delivered_again_when_postgres_was_away(
    listener: BounceListener, queue: MailQueue, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **more: object) -> bool:
        raise LedgerAway("away")

    with monkeypatch.context() as patched:
        patched.setattr(MailQueue, "come_back", away)
        assert 451 in [code for code, _ in deliver(listener, report()).values()]
    assert row(connection) == ("sent", "250 taken")
    assert deliver(listener, report()) == {}
    assert row(connection) != ("sent", "250 taken")


def test_a_report_that_is_too_large_is_not_kept_in_memory(listener: BounceListener) -> None:
    with smtplib.LMTP("127.0.0.1", listener.port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("", [ADDRESS], report() + b"x" * 2_000_000)
        assert refused.value.smtp_code == 552


def test_an_address_that_is_not_to_be_had(queue: MailQueue) -> None:
    with pytest.raises(CannotListen, match=r"cannot be taken in at 192\.0\.2\.1:8025"):
        BounceListener("192.0.2.1:8025", BounceTaker(lambda: SETTINGS, queue))


def test_the_listener_is_where_the_settings_want_it(queue: MailQueue) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    somewhere = settings_with(
        f"bounces: {{address: bounces@acme.example, secret: a secret of some length, listen: '127.0.0.1:{port}'}}"
    )
    in_force = [somewhere]
    watch = BounceWatch(lambda: in_force[0], BounceTaker(lambda: in_force[0], queue))
    for _ in range(2):
        watch.look()
        with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
            assert client.noop()[0] == 250
    in_force[0] = settings_with()
    watch.look()
    with pytest.raises(ConnectionRefusedError):
        smtplib.LMTP("127.0.0.1", port, timeout=10)
