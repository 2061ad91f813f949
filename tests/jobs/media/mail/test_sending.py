"""From the queue to the far end, read there byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import SMTP, strict
from threading import Thread
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.session import open_session
from callcontrol.edges.mail.composition import Sound
from callcontrol.edges.mail.return_address import mail_of
from callcontrol.jobs.media.mail.sending import MailSender
from callcontrol.vocabulary.mail import Mail
from callcontrol.vocabulary.moment import Instant
from tests.edges.mail.far_end import FarEnd
from tests.edges.mail.samples import FACTS, NOON, SENDER, later, mail, settings_with

BOUNCES = "bounces: {address: bounces@acme.example, secret: a secret of some length}"


@dataclass
class Clock:
    at: Instant = NOON

    def __call__(self) -> Instant:
        return self.at


@dataclass
class NoSounds:
    """A message of so many bytes."""

    size: int = 0

    def __call__(self, one: Mail, max_bytes: int) -> Sound:
        return Sound("a.wav", "wav", b"w" * self.size if 0 < self.size <= max_bytes else None, "https://x.example/1")


def sender(settings: Settings, queue: MailQueue, clock: Clock, *, size: int = 0, by: str = "s1") -> MailSender:
    return MailSender(lambda: settings, queue, NoSounds(size), by, clock)


def add(queue: MailQueue, *addresses: str) -> None:
    queue.add([mail(f"{one}@example.org", facts=replace(FACTS, attach="file")) for one in addresses], NOON, later(9e6))


def states(connection: Connection[Any]) -> dict[str, tuple[str, str]]:
    rows = connection.execute("SELECT address, state, reason FROM mails").fetchall()
    return {address.partition("@")[0]: (state, reason) for address, state, reason in rows}


def test_every_answer_has_its_end(queue: MailQueue, far_end: FarEnd, connection: Connection[Any]) -> None:
    add(queue, "anna", "gone", "later", "policy", "ola")
    before = meters.mail_attempts_total.labels("sent")._value.get()
    assert sender(settings_with(server=far_end.address), queue, Clock()).send_due() == 5
    assert states(connection) == {
        "anna": ("sent", "250 2.0.0 taken"),
        "ola": ("sent", "250 2.0.0 taken"),
        "gone": ("failed", "550 5.1.1 there is no such mailbox"),
        "policy": ("failed", "550 5.7.1 not from you"),
        "later": ("queued", "451 4.3.0 come back later"),
    }
    assert (len(far_end.taken), far_end.connections) == (2, 1)
    assert meters.mail_attempts_total.labels("sent")._value.get() == before + 2
    assert connection.execute("SELECT address FROM mail_addresses").fetchall() == [("gone@example.org",)]


def test_a_mail_arrives_whole(queue: MailQueue, far_end: FarEnd) -> None:
    add(queue, "anna")
    settings = settings_with(BOUNCES, server=far_end.address)
    sender(settings, queue, Clock(), size=3000).send_due()
    (taken,) = far_end.taken
    message = message_from_bytes(taken.content, policy=strict + SMTP)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/mixed", "text/plain", "audio/wav"]
    assert message["Message-ID"] == mail("anna@example.org").message_id
    assert settings.mail.bounces is not None
    assert mail_of(taken.sender, settings.mail.bounces) == mail("anna@example.org").mail_id


def test_without_an_address_for_reports_they_go_to_the_sender(queue: MailQueue, far_end: FarEnd) -> None:
    add(queue, "anna")
    sender(settings_with(server=far_end.address), queue, Clock()).send_due()
    assert far_end.taken[0].sender == "voicemail@acme.example"


def test_the_sound_is_left_out_where_the_server_does_not_take_it(queue: MailQueue) -> None:
    with FarEnd(max_bytes=4000) as far_end:
        add(queue, "anna")
        sender(settings_with(server=far_end.address), queue, Clock(), size=5000).send_due()
        message = message_from_bytes(far_end.taken[0].content, policy=strict + SMTP)
    assert message.get_content_type() == "text/plain"
    assert "Listen to it: https://x.example/1" in message.get_content()


def test_what_was_lost_after_data_is_the_same_mail_again(
    queue: MailQueue, far_end: FarEnd, connection: Connection[Any]
) -> None:
    add(queue, "lost")
    clock = Clock()
    job = sender(settings_with(server=far_end.address), queue, clock, size=100)
    job.send_due()
    assert states(connection)["lost"][0] == "queued"
    clock.at = later(60)
    job.send_due()
    assert states(connection)["lost"] == ("sent", "250 2.0.0 taken")
    first, second = far_end.taken
    assert first.content == second.content  # its Message-ID and its Date too


def test_a_server_that_is_away_for_an_hour(queue: MailQueue, connection: Connection[Any]) -> None:
    add(queue, "anna", "ola")
    clock = Clock()
    with FarEnd() as far_end:
        address = far_end.address
    away = sender(settings_with(server=address), queue, clock)
    for minute in range(0, 60, 12):
        clock.at = later(60 * minute)
        assert away.send_due() == 1
    assert {state for state, _ in states(connection).values()} == {"queued"}
    clock.at = later(3600)
    with FarEnd() as far_end:
        assert sender(settings_with(server=far_end.address), queue, clock).send_due() == 2
    assert len(far_end.taken) == 2


def test_two_senders_race(queue: MailQueue, far_end: FarEnd, ledger_database: str) -> None:
    add(queue, *(f"a{n}" for n in range(20)))
    settings = settings_with(server=far_end.address)

    def send(name: str) -> None:
        with open_session(ledger_database) as opened:

            @contextmanager
            def ready() -> Iterator[Connection[Any]]:
                yield opened

            sender(settings, MailQueue(ready), Clock(), by=name).send_due()

    racing = [Thread(target=send, args=(f"s{n}",)) for n in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join(60)
    assert sorted(one.recipient for one in far_end.taken) == sorted(f"a{n}@example.org" for n in range(20))
    assert far_end.connections == 2


def test_a_key_that_cannot_sign_keeps_the_mail(
    queue: MailQueue, far_end: FarEnd, connection: Connection[Any], tmp_path: Any
) -> None:
    key = "-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----"
    dkim = f'  dkim: {{domain: acme.example, selector: s, key: "{key}"}}\n'
    add(queue, "anna")
    sender(settings_with(tenant=SENDER + dkim, server=far_end.address), queue, Clock()).send_due()
    state, reason = states(connection)["anna"]
    assert state == "queued"
    assert reason.startswith("the key of s._domainkey.acme.example cannot sign")


def test_nothing_is_sent_without_a_server(queue: MailQueue) -> None:
    add(queue, "anna")
    nowhere = settings_with().model_copy(update={"mail": settings_with().mail.model_copy(update={"server": None})})
    assert sender(nowhere, queue, Clock()).send_due() == 0


def test_it_ends_when_it_is_told_to(queue: MailQueue, far_end: FarEnd) -> None:
    add(queue, "anna", "ola")
    answers: Iterator[bool] = iter([True, False])
    assert sender(settings_with(server=far_end.address), queue, Clock()).send_due(lambda: next(answers)) == 1


@pytest.mark.parametrize("silent", ["slow"])
def test_a_silent_server_is_left_in_time_and_the_mail_goes_on(
    queue: MailQueue, far_end: FarEnd, connection: Connection[Any], silent: str
) -> None:
    add(queue, silent, "anna")
    assert sender(settings_with("answer_s: 1", server=far_end.address), queue, Clock()).send_due() == 2
    assert states(connection)[silent][0] == "queued"
    assert states(connection)["anna"][0] == "sent"
