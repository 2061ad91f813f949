"""Reports of deliveries that failed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.edges.mail.delivery_status import DeliveryStatus, NoReport, read_report
from tests.edges.mail.reports import HOLIDAY, report


@pytest.mark.parametrize(
    ("status", "is_dead"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.4.4", True),
        ("5.2.1", True),
        ("5.0.0", True),
        ("5.2.2", False),
        ("5.3.4", False),
        ("5.7.1", False),
        ("5.1.8", False),
        ("4.4.7", False),
        ("5", False),
    ],
)
def test_what_is_dead(status: str, is_dead: bool) -> None:
    read = read_report(report(status=status))
    assert read == DeliveryStatus(True, status, "550 5.1.1 no such user")
    assert read.is_dead is is_dead


def test_a_delay_is_no_failure() -> None:
    read = read_report(report("delayed", "4.4.1", "smtp; connection timed out"))
    assert (read.has_failed, read.is_dead, read.reason) == (False, False, "connection timed out")


def test_without_a_diagnosis() -> None:
    assert read_report(report(diagnostic="")).reason == "failed at anna@example.org"


def test_the_worst_of_several_counts() -> None:
    two = report("delivered", "2.0.0").replace(
        b"Final-Recipient",
        b"Final-Recipient: rfc822; b@x.example\r\nAction: Failed\r\nStatus: 5.1.1\r\n\r\nFinal-Recipient",
    )
    assert read_report(two).is_dead


@pytest.mark.parametrize("content", [HOLIDAY, b"", b"\xff\x00", report().replace(b"Action", b"Reaction")])
def test_what_is_no_report(content: bytes) -> None:
    with pytest.raises(NoReport):
        read_report(content)


@given(st.integers(0, 1200), st.binary(max_size=12))
@settings(max_examples=60)
def test_whatever_comes_is_a_report_or_none(place: int, bytes_: bytes) -> None:
    content = report()
    try:
        read = read_report(content[:place] + bytes_ + content[place:])
    except NoReport:
        return
    assert isinstance(read, DeliveryStatus)
