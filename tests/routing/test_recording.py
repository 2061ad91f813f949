"""Whether a conversation is recorded, and the reason."""

from __future__ import annotations

import pytest

from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Way
from callcontrol.routing.recording import Ruling, ruling, talk_with
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.recording import RecordingMode
from tests.routing.queue_world import HELP, facts, tenant

RECORDING = """
recording:
  opt_out: ["+48 600 100 300"]
  rules:
    - {queues: [help], record: announce}
    - {extensions: [101], direction: out, record: on_demand}
    - {forwarded: yes, record: announce}
    - {direction: internal, record: on_demand}
"""
WRITTEN = tenant() + RECORDING
OUTSIDE, INSIDE = Caller("+48600100200"), Caller("101", extension="101")
FORWARDED = Way(diverted=("102",))


def situation(caller: Caller = OUTSIDE, written: str = WRITTEN) -> Facts:
    return facts(HELP, caller=caller, written=written)


def decided(party: str, way: Way, caller: Caller = OUTSIDE) -> Ruling:
    found = situation(caller)
    return ruling(talk_with(party, way, found), found)


@pytest.mark.parametrize(
    ("caller", "party", "way", "mode", "why"),
    [
        (OUTSIDE, "extension:101", Way("help"), RecordingMode.ANNOUNCE, "rule 1"),
        (OUTSIDE, "extension:101", Way("rush"), RecordingMode.NEVER, "no rule fits"),
        (OUTSIDE, "number:+48600700800", FORWARDED, RecordingMode.ANNOUNCE, "rule 3"),
        (INSIDE, "number:+48600700800", Way(), RecordingMode.ON_DEMAND, "rule 2"),
        (INSIDE, "extension:102", Way(), RecordingMode.ON_DEMAND, "rule 4"),
        (INSIDE, "number:+48600100300", Way(), RecordingMode.NEVER, "opt_out +48600100300"),
        (Caller("+48600100300"), "extension:101", Way("help"), RecordingMode.NEVER, "opt_out +48600100300"),
        (INSIDE, "emergency:112", FORWARDED, RecordingMode.NEVER, "an emergency call"),
        (Caller(""), "extension:101", Way("help"), RecordingMode.ANNOUNCE, "rule 1"),
    ],
)
def test_the_first_rule_that_fits_counts(caller: Caller, party: str, way: Way, mode: RecordingMode, why: str) -> None:
    found = decided(party, way, caller)
    assert (found.mode, found.why) == (mode, why)


def test_it_says_where_it_is_written() -> None:
    lines = (tenant() + RECORDING).splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "queues: [help]" in text)
    assert decided("extension:101", Way("help")).source == f"tenants/acme.yaml:{line}"


def test_a_forwarding_extension_counts_among_the_extensions() -> None:
    found = situation()
    assert talk_with("number:+48600700800", FORWARDED, found).extensions == {"102"}


def test_explain_tells_it() -> None:
    assert any(line.startswith("recording: announce (rule 1) [tenants/acme.yaml:") for line in explain(situation()))
    assert not any("recording" in line for line in explain(situation(written=tenant())))
