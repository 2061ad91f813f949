"""All loops of mail together: a message comes into the ledger, and arrives at the far end with its sound."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP, strict
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.edges import clock, meters
from callcontrol.edges.ledger.mails import Ready
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.series import JOB_LOOPS
from callcontrol.jobs.media.loops import Loop, OutOfReach
from callcontrol.jobs.media.mail.loops import mail_loops
from callcontrol.vocabulary.mailbox import MessageState, SetState
from tests.config.folder import TENANT, loaded
from tests.edges.mail.far_end import FarEnd
from tests.edges.mail.samples import SENDER
from tests.jobs.media.mail.test_boxes import FewBoxes
from tests.jobs.media.mail.test_sounds import STORED, OneFile

BOX = "box: {mail: {to: [anna@example.org], after: kept}}"


@pytest.fixture
def connects(ledger_database: str) -> Iterator[Callable[[], Ready]]:
    """Makes connections to the ledger, which are closed at the end."""
    writers: list[LedgerWriter] = []

    def connect() -> Ready:
        writers.append(LedgerWriter(ledger_database))
        return writers[-1].ready

    yield connect
    for one in writers:
        one.close()


def loops(connects: Callable[[], Ready], far_end: FarEnd, shelf: OneFile, boxes: FewBoxes) -> dict[str, Loop]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    bounces = f"bounces: {{address: b@acme.example, secret: a secret of some length, listen: '{listen}'}}"
    main = (
        f"mail: {{server: '{far_end.address}', security: none, {bounces}}}\nswitches: {{fs1: {{password: secret}}}}\n"
    )
    settings = loaded(SENDER + TENANT.replace("box: {}", BOX), main)
    return {one.name: one for one in mail_loops("s1", lambda: settings, connects, shelf, boxes)}


def test_a_message_arrives_with_its_sound_and_is_kept(
    connects: Callable[[], Ready], connection: Connection[Any], far_end: FarEnd
) -> None:
    boxes = FewBoxes()
    shelf = OneFile(replace(STORED, at=clock.now(), began_at=clock.now(), caller="+48500100200", length_ms=5000))
    made = loops(connects, far_end, shelf, boxes)
    assert shelf.row is not None
    write_changes(connection, [shelf.row])
    for name in (
        "message_mails",
        "mail",
        "mail_follows",
        "mail_upkeep",
        "missed_calls",
        "emergency_mails",
        "transcripts",
    ):
        assert made[name].step() is False
    (taken,) = far_end.taken
    message = message_from_bytes(taken.content, policy=strict + SMTP)
    assert message["Subject"] == "Message from +48500100200 (0:05)"
    assert [part.get_content() for part in message.iter_attachments()] == [b"sound"]
    assert boxes.changes == [("acme", "box", SetState("c-3", MessageState.KEPT))]
    assert meters.mails.labels("sent")._value.get() == 1
    assert meters.mail_oldest_seconds._value.get() == 0


def test_what_is_away_is_tried_again(far_end: FarEnd) -> None:
    away = LedgerWriter("host=127.0.0.1 port=1 dbname=x")
    made = loops(lambda: away.ready, far_end, OneFile(), FewBoxes())
    assert set(made) <= set(JOB_LOOPS)
    for name in ("mail", "message_mails", "mail_follows", "mail_upkeep"):
        with pytest.raises(OutOfReach, match="Postgres"):
            made[name].step()
