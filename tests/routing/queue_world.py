"""The small tenant of `world.py` with agents and queues, for routing and control tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.rule import Rule
from tests.routing import world
from tests.routing.world import NOW

HELP, RUSH = "+48221234510", "+48221234511"
CUSTOMER = Caller("+48600700800", "Jan Kowalski")

QUEUES = {
    "help": """
    strategy: in_order
    agents: [{agent: anna}, {agent: bert}, {agent: carl, tier: 2}]
    wrap_up: 10
    greeting: hello.wav
    music: music/calm.wav
    whisper_name: help.wav
    announce: {first: 10, position: 45, wait: 90, hint: keys.wav}
    keys: {0: voicemail:101, 1: callback, 2: queue:rush}
    overflow: {after: 300, waited: announcement:closed, full: hangup:busy, empty: voicemail:101}
    callback: {retries: 2, every: 300}
    otherwise: announcement:closed
""",
    "rush": """
    strategy: all_at_once
    agents: [{agent: anna}, {agent: bert}, {agent: carl}]
    whisper: no
    announce: {position: 0, wait: 0}
    callback: {retries: 1, every: 300, opens: "08:00", closes: "17:00"}
""",
}

AGENTS = """
agents:
  anna: {extension: '101'}
  bert: {extension: '103'}
  carl: {number: "+48600100100"}
pauses: {1: lunch}
"""


def tenant(**queues: str) -> str:
    """The tenant's YAML; `queues` are written in place of those above, "" for none."""
    kept = {name: text for name, text in {**QUEUES, **queues}.items() if text}
    numbers = {HELP: "help", RUSH: "rush"}
    lines = [f'  "{number}": queue:{name}' for number, name in numbers.items() if name in kept]
    without_numbers = world.TENANT.replace("numbers:\n", "\n".join(("numbers:", *lines, "")))
    blocks = "".join(f"  {name}:{text}" for name, text in kept.items())
    return f"{without_numbers}{AGENTS}" + (f"queues:\n{blocks}" if kept else "")


def changed(queue: str, old: str, new: str) -> str:
    """The tenant's YAML with this written otherwise in this queue."""
    assert old in QUEUES[queue]
    return tenant(**{queue: QUEUES[queue].replace(old, new)})


def facts(
    dialled: str = HELP,
    *,
    rules: Mapping[str, list[Rule]] | None = None,
    offline: tuple[str, ...] = (),
    caller: Caller | None = None,
    written: str | None = None,
    unpriced: tuple[str, ...] = (),
    now: Instant = NOW,
    slack_s: float = 0.0,
) -> Facts:
    """Facts as of `world.facts`, of the tenant with queues (or as `written`)."""
    yaml = tenant() if written is None else written
    found = world.facts(
        dialled, rules=rules, offline=offline, caller=caller or CUSTOMER, tenant=yaml, unpriced=unpriced, now=now
    )
    return replace(found, slack_s=slack_s)
