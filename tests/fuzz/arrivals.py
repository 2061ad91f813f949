"""Whatever the reply to `connect` says of a caller: a call of clean texts within their limits."""

from __future__ import annotations

from callcontrol.edges.freeswitch.arrival import DIALLED_CHARACTERS, KEPT, NEEDED, read_arrival
from callcontrol.edges.freeswitch.safe import SAFE_TEXT_CHARACTERS, Safe
from callcontrol.edges.freeswitch.wire import HeaderNames, read_headers
from callcontrol.vocabulary.moment import LATEST
from callcontrol.vocabulary.phone_number import normalise

NAMES = HeaderNames(KEPT.__contains__)


def check_arrival(data: bytes) -> None:
    """Any header block; the connection refuses one without Unique-ID before it is read as a call."""
    head = data.replace(b"\n\n", b"\n")
    headers = read_headers(head, percent_encoded=True, names=NAMES)
    assert set(headers) <= KEPT
    if not headers.get("Unique-ID"):
        return
    arriving = read_arrival(headers)
    assert arriving.channel == headers["Unique-ID"]
    for text, most in (
        (arriving.number, SAFE_TEXT_CHARACTERS),
        (arriving.name, SAFE_TEXT_CHARACTERS),
        (arriving.dialled, DIALLED_CHARACTERS),
    ):
        assert Safe(text) == text
        assert len(text) <= most
    assert set(arriving.missing) <= set(NEEDED.items())
    assert arriving.created is None or 0 < arriving.created < LATEST
    number = normalise(arriving.number, "PL")
    assert number is None or set(number.text) <= set("+0123456789")
