"""Webhooks against a web server: what arrives is all that happened, in order for each call, whatever goes wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import orjson
import psycopg
import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer

from callcontrol.billing.record_json import to_json
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.webhook_post import Answered, post
from callcontrol.jobs.webhook_sending import CLAIM_BESIDE_S, WebhookSender
from callcontrol.usecases.webhooks import Webhooks
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.webhook import EventKind
from tests.billing.trails import NOON, forwarded
from tests.edges.ledger.samples import rated
from tests.jobs.webhook_process import ANSWER_S, settings

DAY_US = 24 * 3600 * SECOND_US


class FarEnd:
    """A web server that takes deliveries, and can refuse them, be slow, or die half way through its answer."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, Any], dict[str, str], bytes]] = []
        self.behave: Callable[[dict[str, Any]], str] = lambda told: "200 OK"
        self._server = WSGIServer(("127.0.0.1", 0), self._answer, log=None, error_log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?from=callcontrol"

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        body = environ["wsgi.input"].read()
        told, names = orjson.loads(body), ("WEBHOOK_ID", "WEBHOOK_TIMESTAMP", "WEBHOOK_SIGNATURE", "HOST")
        status = self.behave(told)
        if status == "die":
            environ["wsgi.input"].socket.close()
            return iter(())
        if status.startswith("200"):
            self.got.append((told, {name: environ[f"HTTP_{name}"] for name in names}, body))
        start(status, [("Location", "http://127.0.0.1:1/")] if status.startswith("3") else [])
        return iter((b"x" * 100_000,))

    def stop(self) -> None:
        self._server.stop()

    def ids(self) -> list[str]:
        return [headers["WEBHOOK_ID"] for _, headers, _ in self.got]


class House:
    """A tenant's webhooks, their sender, a clock set by hand."""

    def __init__(self, dsn: str, connection: DictConnection) -> None:
        self.settings: Settings = settings()
        self.dsn, self.now, self.connection = dsn, clock.now(), connection
        self.webhooks = Webhooks(self.settings, "acme", connection, "ada", lambda: self.now, os.urandom, clock.new_id)
        self.senders: list[WebhookSender] = []

    def sender(self, post: Callable[..., Answered] = post) -> WebhookSender:
        made = WebhookSender(self.dsn, clock.new_id(), lambda: self.settings, lambda: self.now, lambda: 0.5, post)
        self.senders.append(made)
        return made

    def other_sender(self, post: Callable[..., Answered] = post) -> WebhookSender:
        """One that takes over, as the lease of the one before has run out by Postgres's own clock."""
        self.connection.execute("UPDATE job_leases SET leased_until = 'epoch'")
        return self.sender(post)

    def later(self, seconds: float) -> None:
        self.now = Instant(self.now + round(seconds * SECOND_US))

    def ends(self, *numbers: int) -> None:
        """Calls end: their records are written."""
        writer = LedgerWriter(self.dsn, now=lambda: NOON)
        assert writer.write([to_json(rated(forwarded(number))) for number in numbers]) == []
        writer.close()

    def run(self, sender: WebhookSender, times: int = 1, apart_s: float = 0) -> None:
        for _ in range(times):
            sender.step()
            sender.finish(20)
            self.later(apart_s)


@pytest.fixture
def far() -> Iterator[FarEnd]:
    server = FarEnd()
    yield server
    server.stop()


@pytest.fixture
def house(ledger_database: str) -> Iterator[House]:
    with connect(ledger_database) as connection:
        made = House(ledger_database, connection)
        yield made
        for sender in made.senders:
            sender.close()


ENDED = (EventKind.CALL_ENDED,)
# Each call has a recording.
RECORDED = """
    INSERT INTO media (tenant, media_id, kind, state, began_at, changed_at, call_id, place, sha256, bytes)
    SELECT 'acme', call_id || 'm', 'talk', 'stored', now(), now(), call_id, 'x', 'x', 1 FROM calls
"""


def test_a_call_that_ends_is_told_signed_and_once(house: House, far: FarEnd) -> None:
    webhook, secret = house.webhooks.add(far.url, ENDED)
    house.ends(0)
    house.ends(0)
    sender = house.sender()
    house.run(sender, 2)
    ((told, headers, body),) = far.got
    assert (told["type"], told["tenant"], told["data"]["from"]) == ("call.ended", "acme", "+48221234567")
    assert headers["HOST"] in far.url
    signed = f"{headers['WEBHOOK_ID']}.{headers['WEBHOOK_TIMESTAMP']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["WEBHOOK_SIGNATURE"] == f"v1,{right}"
    assert int(headers["WEBHOOK_TIMESTAMP"]) == house.now // SECOND_US
    (row,) = house.webhooks.deliveries(webhook.webhook_id)
    assert (row.state, row.attempts, row.trouble) == ("delivered", 1, "")
    assert house.webhooks.one(webhook.webhook_id).delivered_at == house.now


def test_two_secrets_sign_after_one_was_rotated_until_a_day_later(house: House, far: FarEnd) -> None:
    webhook, old = house.webhooks.add(far.url, ENDED)
    _, new = house.webhooks.rotate(webhook.webhook_id)
    assert old != new
    sender = house.sender()
    house.webhooks.test(webhook.webhook_id)
    house.run(sender)
    house.later(25 * 3600)
    house.webhooks.test(webhook.webhook_id)
    house.run(sender)
    assert [len(headers["WEBHOOK_SIGNATURE"].split()) for _, headers, _ in far.got] == [2, 1]
    assert [told["type"] for told, _, _ in far.got] == ["test", "test"]


def test_other_tenants_and_other_events_are_not_told(house: House, far: FarEnd) -> None:
    house.webhooks.add(far.url, (EventKind.VOICEMAIL_LEFT,))
    house.ends(0)
    house.run(house.sender())
    assert far.got == []


@pytest.mark.parametrize("how", ["500 Oops", "404 No", "302 Elsewhere", "die"])
def test_what_is_refused_is_sent_again_later_and_given_up_after_a_day_and_can_be_replayed(
    house: House, far: FarEnd, how: str
) -> None:
    webhook, _ = house.webhooks.add(far.url, ENDED)
    house.ends(0)
    far.behave = lambda told: how
    sender = house.sender()
    house.run(sender)
    (row,) = house.webhooks.deliveries(webhook.webhook_id)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.trouble
    assert row.due_at == house.now + 5 * SECOND_US
    house.run(sender)
    assert house.webhooks.deliveries(webhook.webhook_id)[0].attempts == 1
    house.run(sender, 12, apart_s=3 * 3600)
    (row,) = house.webhooks.deliveries(webhook.webhook_id, "dead")
    assert 6 <= row.attempts <= 12
    far.behave = lambda told: "200 OK"
    house.run(sender, 2, apart_s=3600)
    assert far.got == []
    assert house.webhooks.replay(webhook.webhook_id) == 1
    house.run(sender)
    assert far.ids() == [row.event_id]


def test_of_one_call_nothing_overtakes_and_of_others_all_does(house: House, far: FarEnd) -> None:
    webhook, _ = house.webhooks.add(far.url, tuple(EventKind))
    house.ends(0)
    with psycopg.connect(house.dsn, autocommit=True) as owner:
        (call_id,) = owner.execute("SELECT call_id FROM calls").fetchone() or ("",)
        for number in range(3):
            owner.execute(
                "INSERT INTO media (tenant, media_id, kind, state, began_at, changed_at, call_id, place, sha256, bytes)"
                " VALUES ('acme', %s, 'talk', 'stored', now(), now(), %s, 'x', 'x', 1)",
                (f"m{number}", call_id),
            )
    house.ends(1, 2)
    refused = {"recording.ready": 2}

    def behave(told: dict[str, Any]) -> str:
        if refused.get(told["type"], 0) and told["data"]["media_id"] == "m0":
            refused["recording.ready"] -= 1
            return "422 Not now"
        return "200 OK"

    far.behave = behave
    sender = house.sender()
    house.run(sender)
    kinds = sorted(told["type"] for told, _, _ in far.got)
    assert kinds == ["call.ended"] * 3
    house.run(sender, 4, apart_s=60)
    recordings = [told["data"]["media_id"] for told, _, _ in far.got if told["type"] == "recording.ready"]
    assert recordings == ["m0", "m1", "m2"]
    assert {row.state for row in house.webhooks.deliveries(webhook.webhook_id)} == {"delivered"}


def test_a_slow_server_delays_itself_alone(house: House, far: FarEnd) -> None:
    slow = FarEnd()
    slow.behave = lambda told: gevent.sleep(30) or "200 OK"
    house.webhooks.add(slow.url, ENDED)
    house.webhooks.add(far.url, ENDED)
    house.ends(*range(6))
    sender = house.sender()
    sender.step()
    with gevent.Timeout(1.9):
        while len(far.got) < 6:
            gevent.sleep(0.01)
            sender.step()
    assert slow.got == []
    sender.close()
    slow.stop()


def test_a_sender_killed_between_any_two_steps_loses_nothing_and_keeps_the_order(house: House, far: FarEnd) -> None:
    house.webhooks.add(far.url, (EventKind.CALL_ENDED, EventKind.RECORDING_READY))
    house.ends(*range(4))
    with psycopg.connect(house.dsn, autocommit=True) as owner:
        owner.execute(RECORDED)
        wanted = {str(row[0]) for row in owner.execute("SELECT event_id FROM webhook_outbox")}
    assert len(wanted) == 8
    for number in range(6):
        # Before it has sent, or before it has noted what came of it.
        def dies(*args: Any, number: int = number, **more: Any) -> Answered:
            if number % 2:
                post(*args, **more)
            raise gevent.GreenletExit

        sender = house.other_sender(dies)
        house.run(sender)
        sender.close()
        house.later(120)
    house.run(house.other_sender(), 4, apart_s=1)
    assert set(far.ids()) == wanted
    assert len(far.ids()) > len(wanted)
    _in_order(far)


def _in_order(far: FarEnd) -> None:
    """Of each call its end comes first, and what was sent twice was not overtaken."""
    by_call = defaultdict(list)
    for told, _, _ in far.got:
        by_call[told["data"]["call_id"]].append(told["type"])
    for kinds in by_call.values():
        assert kinds == sorted(kinds)
        assert set(kinds) == {"call.ended", "recording.ready"}


def test_a_process_that_is_killed_in_the_middle_of_deliveries_loses_nothing_and_keeps_the_order(
    house: House, far: FarEnd
) -> None:
    house.webhooks.add(far.url, (EventKind.CALL_ENDED, EventKind.RECORDING_READY))
    house.ends(*range(8))
    with psycopg.connect(house.dsn, autocommit=True) as owner:
        owner.execute(RECORDED)
        wanted = {str(row[0]) for row in owner.execute("SELECT event_id FROM webhook_outbox")}
    begun: list[dict[str, Any]] = []
    is_dead = Event()

    def behave(told: dict[str, Any]) -> str:
        # The first few are taken at once; those after them are under way when the process dies, and arrive.
        begun.append(told)
        if len(begun) > 5:
            is_dead.wait(20)
        return "200 OK"

    far.behave = behave
    with subprocess.Popen([sys.executable, "-m", "tests.jobs.webhook_process", house.dsn]) as process:
        try:
            with gevent.Timeout(60):
                while len(begun) < 6:
                    gevent.sleep(0.01)
        finally:
            process.kill()
    is_dead.set()
    assert process.returncode == -signal.SIGKILL
    assert len(begun) < len(wanted) == 16
    with gevent.Timeout(20):
        while len(far.got) < len(begun):
            gevent.sleep(0.01)
    # Claims of the dead run out; what its slow attempts put off falls due.
    house.later(ANSWER_S + CLAIM_BESIDE_S + 3600)
    sender = house.other_sender()
    for _ in range(20):
        if set(far.ids()) != wanted:
            house.run(sender, apart_s=600)
    assert set(far.ids()) == wanted
    # What was under way was sent again, by the same id.
    assert len(far.ids()) > len(wanted)
    _in_order(far)


def test_one_process_among_several_sends(house: House, far: FarEnd) -> None:
    house.webhooks.add(far.url, ENDED)
    house.ends(0, 1, 2)
    first, second = house.sender(), house.sender()
    first.step()
    second.step()
    first.finish(20)
    assert second._lines == {}
    assert len(far.got) == 3


def test_a_paused_webhook_is_told_later_and_one_that_is_removed_never(house: House, far: FarEnd) -> None:
    webhook, _ = house.webhooks.add(far.url, ENDED)
    house.webhooks.pause(webhook.webhook_id, is_paused=True)
    house.ends(0)
    sender = house.sender()
    house.run(sender)
    assert far.got == []
    house.webhooks.pause(webhook.webhook_id, is_paused=False)
    house.run(sender)
    assert len(far.got) == 1
    house.ends(1)
    house.webhooks.remove(webhook.webhook_id)
    house.run(sender)
    assert len(far.got) == 1


def test_what_was_erased_meanwhile_is_not_told_and_the_outbox_holds_no_number(house: House, far: FarEnd) -> None:
    webhook, _ = house.webhooks.add(far.url, ENDED)
    house.ends(0)
    with psycopg.connect(house.dsn, autocommit=True) as owner:
        assert "48221234567" not in str(owner.execute("SELECT * FROM webhook_outbox").fetchall())
        owner.execute("DELETE FROM calls")
    house.run(house.sender())
    assert far.got == []
    assert house.webhooks.deliveries(webhook.webhook_id)[0].state == "delivered"


def test_a_transaction_that_is_not_over_is_waited_for(house: House, far: FarEnd) -> None:
    house.webhooks.add(far.url, ENDED)
    sender = house.sender()
    with psycopg.connect(house.dsn) as under_way:
        under_way.execute("SELECT pg_current_xact_id()")
        house.ends(0)
        house.run(sender)
        assert far.got == []
    house.run(sender)
    assert len(far.got) == 1


def test_rows_go_after_their_days(house: House, far: FarEnd) -> None:
    webhook, _ = house.webhooks.add(far.url, ENDED)
    house.ends(0)
    sender = house.sender()
    house.run(sender)
    house.later(8 * 24 * 3600)
    house.run(house.other_sender())
    assert house.webhooks.deliveries(webhook.webhook_id) == []
