"""Mistakes in the recordings of a tenant: each with its line and what would be right."""

from __future__ import annotations

import pytest

from tests.config.folder import TENANT, loaded
from tests.config.test_queue_checks import told

RULES = "recording:\n  rules:\n"
# from line 11 of the file
MISTAKES = [
    (RULES + "    - {extensions: [100]}\n", [
        "13: recording.rules.0: `record` is missing; write `record: …` (never; announce: those who talk hear the"
            " announcement and are recorded from its end on; on_demand: the same from when one of the tenant's own"
            " people presses `start_key`)"
    ]),
    (RULES + "    - {extensions: [1011], record: announce}\n", [
        "13: recording.rules.0.extensions.0: extension 1011 does not exist; did you mean 101?"
    ]),
    (RULES + "    - {queues: [salse], record: announce}\n", [
        "13: recording.rules.0.queues.0: queue salse does not exist; write `salse:` below `queues:`"
    ]),
    (RULES + "    - {direction: in, record: announce}\n    - {direction: in, forwarded: yes, record: never}\n", [
        "14: recording.rules.1: it never counts: every conversation it fits has a rule before it"
            " (tenants/acme.yaml:13); put it before that one"
    ]),
    (RULES + "    - {direction: sideways, record: announce}\n", [
        "13: recording.rules.0.direction: 'sideways' is not known here; write 'in', 'out' or 'internal'"
    ]),
    ("recording:\n  start_key: '*4'\n", [
        "12: recording.start_key: `pause_key` *4 and `start_key` *4 cannot be told apart;"
            " let none be the beginning of the other"
    ]),
    ("recording:\n  pause_key: '44'\n", [
        "12: recording.pause_key: '44' is no code of a phone; write * or # and one to three keys more, such as '*3'"
    ]),
    ("recording:\n  on_demand_by: [101]\n", [
        "12: recording.on_demand_by: nothing is recorded on demand, so no extension starts or stops it;"
            " write a rule with `record: on_demand`"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "problems"), MISTAKES)
def test_each_mistake_is_told(written: str, problems: list[str]) -> None:
    assert told(written) == problems


def test_without_a_word_nothing_is_recorded() -> None:
    recording = loaded(TENANT).tenants["acme"].recording
    assert (recording.rules, recording.object_key, recording.pause) == ((), "9", 120)
