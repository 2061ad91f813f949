"""Settings of queues and agents: each is described, limited and may be left out; what does not fit is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callcontrol.config.queue_settings import Queue
from callcontrol.config.schema import schema
from callcontrol.kinds import KINDS
from tests.config.folder import TENANT, loaded, problems, written

DEFINED: dict[str, dict[str, Any]] = schema("tenant", KINDS)["$defs"]
# the blocks that agents and queues consist of
BLOCKS = [
    "Agent", "Ageing", "Announcements", "Callback", "CallerPriority", "Demand", "Overflow", "Queue", "Relaxed", "Rests",
    "Seat", "ServiceLevel", "Sticky",
]  # fmt: skip
AGENT = "agents: {anna: {extension: 101}}\n"


def queue_with(text: str) -> list[str]:
    """Problems of a sound queue with more settings, in lines 13, 14, …"""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    found = problems(f"{TENANT}{AGENT}queues:\n  help:\n    agents: [{{agent: anna}}]\n{lines}")
    return [line.removeprefix("tenants/acme.yaml:") for line in written(*found)]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize("block", BLOCKS)
def test_each_setting_says_what_it_is(block: str) -> None:
    assert DEFINED[block]["description"]
    for name, setting in DEFINED[block]["properties"].items():
        refers = [DEFINED[node["$ref"].rpartition("/")[2]] for node in nodes(setting) if "$ref" in node]
        assert any(node.get("description") for node in (*nodes(setting), *refers)), name


@pytest.mark.parametrize("block", BLOCKS)
def test_each_number_and_list_has_an_end(block: str) -> None:
    for node in nodes(DEFINED[block]["properties"]):
        if node.get("type") == "integer":
            assert {"minimum", "maximum"} <= set(node)
        if node.get("type") == "array":
            assert "maxItems" in node


@pytest.mark.parametrize("block", BLOCKS)
def test_few_settings_are_asked_for(block: str) -> None:
    assert set(DEFINED[block].get("required", ())) <= {"agent", "agents", "skills", "after", "priority"}


def test_a_queue_needs_agents_only() -> None:
    queue = loaded(TENANT + AGENT + "queues: {help: {agents: [{agent: anna}]}}\n").tenants["acme"].queues["help"]
    assert queue == Queue(agents=queue.agents)
    assert (queue.strategy, queue.weight, queue.ring, queue.misses, queue.wrap_up) == ("longest_idle", 0, 20, 3, 0)
    assert (queue.keys, queue.sticky, queue.otherwise, queue.overflow.length) == ({}, None, None, 1_000)


MISTAKES = [
    ("strategy: fastest", [
        "15: queues.help.strategy: 'fastest' is not known here; write 'all_at_once', 'in_order', 'round_robin',"
            " 'longest_idle', 'least_talked', 'fewest_calls' or 'random'"
    ]),
    ("weight: 101", ["15: queues.help.weight: 101 is too large; write at most 100"]),
    ("rest: {busy: 3601}", ["15: queues.help.rest.busy: 3601 is too large; write at most 3600"]),
    ("rest: {bussy: 3}", ["15: queues.help.rest: unknown key `bussy`; did you mean `busy`?"]),
    ("language: de", ["15: queues.help.language: 'de' is not known here; write 'en', 'pl' or 'ru'"]),
    ("music: http://radio.example/live", [
        "15: queues.help.music: 'http://radio.example/live' is music from the network, which no module of the switch"
            " plays; write a file such as music/calm.wav, a folder such as music/calm/, local_stream://name, or"
            " tone_stream://…"
    ]),
    ("keys:\n  0: voicemail:box\n  1: call", [
        "17: queues.help.keys.1: 'call' is no target; write one of extension:…, group:…, list:…, queue:…, menu:…,"
            " sequence:…, hours:…, duty:…, number:…, sip:…, announcement:…, survey:…, voicemail:…, parking:…,"
            " conference:…, hangup:… (or write callback)"
    ]),
    ("keys: {12: callback}", [
        "15: queues.help.keys.12: '12' is no key of a phone; write one of 0 to 9, * or '#'"
    ]),
    ("callback: {opens: 8:00, closes: 20:00}", [
        "15: queues.help.callback.opens: '8:00' is no time of day; write hours and minutes, such as 08:30"
    ]),
    ("demands: [{caller: +49, skills: {german: 11}}]", [
        "15: queues.help.demands.0.skills.german: 11 is too large; write at most 10"
    ]),
    ("demands: [{caller: +49}]", ["15: queues.help.demands.0: `skills` is missing; write `skills: …` (what an agent"
        " must have, each at this level or better)"]),
    (f"demands: [{', '.join(['{caller: +49, skills: {german: 1}}'] * 17)}]", [
        "15: queues.help.demands: too much is written here; at most 16 are allowed"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes_of_a_queue(text: str, expected: list[str]) -> None:
    assert queue_with(text) == expected


def test_a_queue_without_agents() -> None:
    found = problems(TENANT + "queues:\n  a: {agents: []}\n  b: {}\n")
    assert written(*found) == [
        "tenants/acme.yaml:12: queues.a.agents: nothing is in it; write at least 1, such as `- {agent: …}`",
        "tenants/acme.yaml:13: queues.b: `agents` is missing; write `agents: …` (its agents, in this order)",
    ]


def test_there_is_an_end_of_queues() -> None:
    queues = "".join(f"  q{n}: {{agents: [{{agent: anna}}]}}\n" for n in range(257))
    assert written(*problems(f"{TENANT}{AGENT}queues:\n{queues}")) == [
        "tenants/acme.yaml:12: queues: too much is written here; at most 256 are allowed"
    ]


def test_reasons_for_a_pause() -> None:
    tenant = loaded(TENANT + "pauses: {1: lunch, 12: przerwa na kawę}\n").tenants["acme"]
    assert tenant.pauses == {"1": "lunch", "12": "przerwa na kawę"}
    found = problems(TENANT + "pauses:\n  0: lunch\n  2: ''\n  3: a <b>\n  4: " + "x" * 33 + "\n  5: missed\n")
    assert written(*found) == [
        "tenants/acme.yaml:12: pauses.0: '0' is no code of a pause; write a number from 1 to 99",
        "tenants/acme.yaml:13: pauses.2: too little is written here; at least 1 is needed",
        "tenants/acme.yaml:14: pauses.3: 'a <b>' holds signs that phones and switches misread; write letters, digits,"
        " blanks, . , - &",
        "tenants/acme.yaml:15: pauses.4: too much is written here; at most 32 are allowed",
        "tenants/acme.yaml:16: pauses.5: 'missed' is what agents are paused for who missed too many offers; write"
        " another reason",
    ]
