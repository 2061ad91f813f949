"""Mistakes in the supervisors of a tenant: each with its line and what would be right."""

from __future__ import annotations

import pytest

from tests.config.test_queue_checks import told

RIGHT = "supervision:\n  rights:\n    - "
# from line 11 of the file
MISTAKES = [
    (RIGHT + "{who: [1011], extensions: [101], may: [listen]}\n", [
        "13: supervision.rights.0.who.0: there is no extension 1011; did you mean 101?"
    ]),
    (RIGHT + "{who: [101], extensions: [1011], may: [listen]}\n", [
        "13: supervision.rights.0.extensions.0: there is no extension 1011; did you mean 101?"
    ]),
    (RIGHT + "{who: [101], queues: [nosuch], may: [listen]}\n", [
        "13: supervision.rights.0.queues.0: there is no queue nosuch; write one of the tenant's queues"
    ]),
    (RIGHT + "{who: [101], extensions: [101], may: [listen], during: night}\n", [
        "13: supervision.rights.0.during: there are no opening hours night; add it to `hours:`, or name one of these"
    ]),
    (RIGHT + "{who: [101], may: [listen]}\n", [
        "13: supervision.rights.0: says at no conversations; write `queues:` or `extensions:`"
    ]),
    (RIGHT + "{who: [101], extensions: [101], may: [shout]}\n", [
        "13: supervision.rights.0.may.0: 'shout' is not known here; write 'listen', 'whisper', 'barge' or 'take_over'"
    ]),
    ("supervision:\n  reason_needed: yes\n", [
        "12: supervision.reason_needed: by phone no reason can be given, for there is none;"
        " write `reasons:`, such as {1: coaching}"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "problems"), MISTAKES)
def test_each_mistake_is_told(written: str, problems: list[str]) -> None:
    assert told(written) == problems
