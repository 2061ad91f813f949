"""Emergency calls are told by mail: once, with what became of them, whichever workers they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.media.mail.emergencies import tell_emergencies
from callcontrol.jobs.media.mail.telling import LOOK_BACK_US, Telling
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Arrived, Dialled, LegEnded
from tests.billing.trails import NOON, Entries, Story, call_id, forwarded
from tests.edges.mail.samples import SENDER, settings_with

WATCHED = """\
locations: {workshop: {number: +48221234567, address: "ul. Leśna 7, Piaseczno"}}
emergency_calls: {mail: {to: [guard@acme.example, boss@acme.example], language: pl}}
"""
SETTINGS = settings_with(tenant=SENDER + WATCHED)

Tell = Callable[[float], list[tuple[str, str]]]


def emergency_call(n: int = 0, *, answered: bool = True, estimated: bool = False) -> Entries:
    """112 through two trunks: the first is out of order."""
    story = Story(n).routed(0, "emergency:112", "emergency number dialled", "location workshop")
    for leg, trunk in ((1, "carrier-a"), (2, "carrier-b")):
        at, to, shown = story.moment(leg), "emergency:112", "+48221234567"
        story.entries.append(Dialled(at, story.leg(leg), to, "112", trunk, shown, "tenant", Direction.EMERGENCY))
        outcome = Outcome.ANSWERED if answered and leg == 2 else Outcome.UNAVAILABLE
        talked = 4 if answered and leg == 2 else None
        story.leg_ended(60 if leg == 2 else 1.5, leg, "NORMAL_CLEARING", outcome, created=leg, answered=talked)
    if answered:
        story.bridged(4, 2)
    trail = [replace(e, estimated=estimated) if isinstance(e, LegEnded) else e for e in story.ended(61)]
    caller = Caller("+48221234501", "Jan", extension="104")
    return tuple(replace(e, caller=caller, dialled="112") if isinstance(e, Arrived) else e for e in trail)


@pytest.fixture
def tell(connection: Connection[Any]) -> Tell:
    """Looks so many seconds after the calls arrived, as two processes do; returns what has been queued in all."""

    @contextmanager
    def ready() -> Iterator[Connection[Any]]:
        yield connection

    def look(after_s: float) -> list[tuple[str, str]]:
        now = Instant(NOON + int(after_s * SECOND_US))
        for _ in range(2):
            assert tell_emergencies(Telling(lambda: SETTINGS, ready, lambda: now)) is False
        found = "SELECT about, address FROM mails WHERE kind = 'emergency' ORDER BY about, address"
        return connection.execute(found).fetchall()

    return look


@pytest.fixture
def stored(ledger_database: str) -> Iterator[Callable[..., None]]:
    """Writes the records of calls."""
    writer = LedgerWriter(ledger_database, now=lambda: NOON)

    def write(*trails: Entries) -> None:
        assert writer.write([to_json(RatedRecord(fold(trail), ())) for trail in trails]) == []

    yield write
    writer.close()


def test_each_address_is_told_once_also_where_the_truth_comes_after_an_estimate(
    tell: Tell, stored: Callable[..., None], connection: Connection[Any]
) -> None:
    stored(emergency_call(estimated=True), forwarded(1))
    told = [(call_id(0), "boss@acme.example"), (call_id(0), "guard@acme.example")]
    assert tell(70) == told
    stored(emergency_call())
    assert tell(80) == told
    found = connection.execute("SELECT facts, source, language FROM mails WHERE kind = 'emergency' LIMIT 1").fetchone()
    assert found is not None
    facts, *rest = found
    assert rest == ["emergency:112", "pl"]
    expected = {
        "called": "112", "extension": "104", "number": "+48221234501", "name": "Jan", "shown": "+48221234567",
        "place": "workshop, ul. Leśna 7, Piaseczno", "trunk": "carrier-b", "at": NOON + SECOND_US,
        "answered_at": NOON + 4 * SECOND_US, "ended_at": NOON + 60 * SECOND_US, "estimated": True,
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected


def test_a_call_that_reached_nobody_is_told_with_its_last_trunk(
    tell: Tell, stored: Callable[..., None], connection: Connection[Any]
) -> None:
    stored(emergency_call(answered=False))
    assert len(tell(70)) == 2
    found = connection.execute("SELECT facts FROM mails WHERE kind = 'emergency' LIMIT 1").fetchone()
    assert found is not None
    assert (found[0]["answered_at"], found[0]["trunk"], found[0]["estimated"]) == (0, "carrier-b", False)


def test_what_is_long_over_is_told_no_more(tell: Tell, stored: Callable[..., None]) -> None:
    stored(emergency_call())
    assert tell(62 + LOOK_BACK_US / SECOND_US) == []
