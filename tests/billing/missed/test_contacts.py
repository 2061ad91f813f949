"""Which contacts a call's record tells of, and why a caller was missed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.menus import MenuVisit
from callcontrol.billing.missed.contacts import Contact, ContactKind, contacts_of
from callcontrol.billing.record import CallRecord, LegRecord, Side
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.missed import CaseKey, MissedPolicy, MissedReason
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from tests.billing.trails import NOON, Entries, Story, answered_in_queue, called_back, forwarded

POLICY = MissedPolicy()
PEOPLE = {"queue", "extension", "voicemail"}
JAN = "+48221234567"


def contacts(entries: Entries) -> tuple[Contact, ...]:
    return contacts_of(fold(entries), POLICY, PEOPLE)


def rung(outcome: Outcome, at: float = 20, target: str = "extension:101", why: str = "number") -> Story:
    step = "ring" if target.startswith("extension") else target.partition(":")[0]
    return Story().routed(0.001, target, why).step(at, step, outcome)


def in_queue(how: Leaving, at: float = 30) -> Story:
    return Story().routed(0.001, "queue:support", "number").queued(0.1).left(at, how, at)


@pytest.mark.parametrize(
    ("entries", "reason", "target"),
    [
        (in_queue(Leaving.ABANDONED).ended(30, by="caller"), MissedReason.ABANDONED_IN_QUEUE, "queue:support"),
        (in_queue(Leaving.ABANDONED, 3).ended(3, by="caller"), None, ""),  # dialled wrong
        (in_queue(Leaving.CALLBACK).ended(30, by="switch"), MissedReason.CALLBACK_ASKED, "queue:support"),
        (in_queue(Leaving.WAITED_OUT).ended(31, by="switch"), MissedReason.OVERFLOW, "queue:support"),
        (rung(Outcome.NO_ANSWER).ended(20, by="switch"), MissedReason.NO_ANSWER, "extension:101"),
        (rung(Outcome.BUSY).ended(20, by="switch"), MissedReason.BUSY, "extension:101"),
        (rung(Outcome.UNAVAILABLE, 1).ended(1, by="switch"), MissedReason.UNREACHABLE, "extension:101"),
        (
            rung(Outcome.VOICEMAIL, target="voicemail:101").ended(30, "caller", 20),
            MissedReason.VOICEMAIL_LEFT,
            "voicemail:101",
        ),
        (
            rung(Outcome.MISSED, target="voicemail:101").ended(30, "caller", 20),
            MissedReason.NO_MESSAGE,
            "voicemail:101",
        ),
        (rung(Outcome.ABANDONED, 9).ended(9, by="caller"), MissedReason.ABANDONED_RINGING, "extension:101"),
        (
            rung(Outcome.ANNOUNCED, target="announcement:tariff").ended(30, "caller", 20),
            None,  # what the caller wanted to hear
            "",
        ),
        (
            Story()
            .routed(0.001, "hours:office", "number")
            .routed(0.001, "announcement:night", "closed (Sunday) until Mon 08:00")
            .step(9, "announcement", Outcome.ANNOUNCED)
            .ended(9, "switch", 0.1),
            MissedReason.CLOSED,
            "hours:office",
        ),
    ],
)
def test_why_a_caller_was_missed(entries: Entries, reason: MissedReason | None, target: str) -> None:
    told = contacts(entries)
    assert [contact.reason for contact in told] == ([reason] if reason else [])
    assert [contact.key for contact in told] == ([CaseKey(JAN, target)] if reason else [])


def test_a_caller_who_hangs_up_in_a_menu_was_missed_in_the_menu() -> None:
    record = fold(Story().routed(0.001, "menu:main", "number").ended(12, by="caller"))
    left = Instant(NOON + 12 * SECOND_US)
    record = replace(record, outcome=Outcome.ABANDONED, menus=(MenuVisit("main", NOON, left, "hung_up"),))
    (contact,) = contacts_of(record, POLICY, PEOPLE)
    assert (contact.reason, contact.key.target) == (MissedReason.ABANDONED_IN_MENU, "menu:main")


@pytest.mark.parametrize(
    ("entries", "by", "began_s"), [(forwarded(), "number:+48600700800", 25.003), (answered_in_queue(), "", 38.1)]
)
def test_a_caller_who_was_put_through_has_spoken(entries: Entries, by: str, began_s: float) -> None:
    """Also at a colleague's mobile, which is no contact of its own."""
    (contact,) = contacts(entries)
    assert contact.kind is ContactKind.SPOKE
    assert contact.key.number == JAN
    assert contact.by.startswith(by)
    assert contact.at == NOON + round(began_s * SECOND_US)


def test_a_queues_callback_reaches_the_customer_and_not_the_agents_mobile() -> None:
    (contact,) = contacts(called_back())
    assert (contact.kind, contact.key, contact.by) == (ContactKind.REACHED, CaseKey(JAN, ""), "alice")


def outgoing(talk_s: float, *trunks: str) -> CallRecord:
    """101 dials Jan through each of these trunks; the last one answers if there is any talk."""
    record = fold(Story().ended(40))
    legs = [leg for leg in record.legs if leg.direction is Side.A]
    for n, trunk in enumerate(trunks):
        bridged = Instant(NOON + 5 * SECOND_US) if talk_s and trunk == trunks[-1] else None
        ended = Instant(NOON + round((5 + talk_s) * SECOND_US))
        legs.append(_leg(f"leg{n}", trunk, bridged, ended))
    return replace(record, caller=Caller("+48225550101", extension="101"), legs=tuple(legs))


def _leg(leg_id: str, trunk: str, bridged: Instant | None, ended: Instant) -> LegRecord:
    a_leg = fold(Story().ended(40)).legs[0]
    outside = {"leg_id": leg_id, "direction": Side.B, "to": f"number:{JAN}", "trunk": trunk}
    return replace(a_leg, **outside, bridged=bridged, ended=ended)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("talk_s", "trunks", "kinds"),
    [
        (30, ("a", "b"), [ContactKind.REACHED]),
        (0, ("a", "b"), [ContactKind.TRIED]),  # once, over however many trunks
        (9.9, ("a",), [ContactKind.TRIED]),  # a mobile's own voicemail has answered
        (10, ("a",), [ContactKind.REACHED]),
        (30, ("",), []),  # inside
    ],
)
def test_calling_a_number_reaches_it_after_talk_of_so_many_seconds(
    talk_s: float, trunks: tuple[str, ...], kinds: list[ContactKind]
) -> None:
    told = contacts_of(outgoing(talk_s, *trunks), POLICY, PEOPLE)
    assert [contact.kind for contact in told] == kinds
    assert all(contact.by == "extension:101" and contact.key.number == JAN for contact in told)


def test_a_withheld_number_belongs_to_nobody() -> None:
    record = fold(rung(Outcome.NO_ANSWER).ended(20, by="switch"))
    (contact,) = contacts_of(replace(record, caller=replace(record.caller, anonymous=True)), POLICY, PEOPLE)
    assert contact.key.number == ""
