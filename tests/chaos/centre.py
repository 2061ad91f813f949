"""The call centre of the run: one tenant with all usual kinds of calls, as YAML and as phones of the simulator."""

from __future__ import annotations

import random
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.phones import Behaviour, Phone, Trunk
from callcontrol.vocabulary.credit import CreditAccount

TENANT, DOMAIN = "chaos", "chaos.example"
BUSY_QUEUE, SLOW_QUEUE = "line", "complaints"
AGENTS = 20
FIRST_AGENT, FIRST_SLOW = 201, 301
SLOW_AGENTS = 2
MOBILE = "+48600700800"
# It forwards to the mobile, and pays for that in advance.
PREPAID = "108"
ACCOUNT = CreditAccount(TENANT, f"extension:{PREPAID}", "PLN")
PAID_IN = Decimal(10_000)
SPOOL_BYTES = 1 << 20  # the least there may be: an absent Postgres fills it in seconds
DRAIN_S = 10
LEGS_END_S = 5
VARIETY = 60  # different conversations of one phone

RECORDED = ["102", "104"]  # all their conversations, and those of the busy queue

# What the person at 111 does with a caller, besides talking: sends the caller on by REFER, to a phone, to a parking
# place, or to a colleague who was called and has answered, or rings; or by keys, blind or after a colleague was asked,
# with whom the person changes to and fro; or hangs up on hold.
MOVERS = "111"
_REFERS: tuple[dict[str, Any], ...] = ({"refers": (0.8, "104")}, {"refers": (0.8, "701")}, {"holds": (0.6, 20.0)})
_JOINS: tuple[dict[str, Any], ...] = ({"consults": (0.6, "107", 1.0)}, {"consults": (0.6, "107", -0.1)})
_KEYS = (
    ((0.8, "*1104#"),),
    ((0.8, "*2107#"),),
    ((0.8, "*2107#"), (3.5, "*2")),
    ((0.8, "*2107#"), (3.0, "*5"), (4.5, "*2")),
    ((0.8, "*2107#"), (3.0, "*6"), (4.5, "*0")),
    ((0.8, "*2107#"), (2.5, "*0")),
)

MENU, HOURS, CLOSED = "+48222000010", "+48222000011", "+48222000012"
# What each number leads to; the callers' kinds (people.py) dial them.
NUMBERS = {
    "+48222000001": "extension:101",
    "+48222000002": "extension:103",
    "+48222000003": "extension:105",
    "+48222000004": "extension:106",
    "+48222000005": "extension:108",
    "+48222000006": "group:desk",
    "+48222000007": "voicemail:office",
    "+48222000008": f"queue:{BUSY_QUEUE}",
    "+48222000009": f"queue:{SLOW_QUEUE}",
    MENU: "menu:front",
    HOURS: "hours:always",
    CLOSED: "hours:never",
    "+48222000013": "extension:111",
}
# Of these, what an older version knows instead: where their callers go in the end.
NUMBERS_BEFORE = NUMBERS | {MENU: f"queue:{BUSY_QUEUE}", HOURS: f"queue:{BUSY_QUEUE}", CLOSED: "voicemail:office"}
# The blocks of a tenant that an older version does not know.
UNKNOWN_BEFORE = ("menus", "hours", "recording", "limits", "transfers", "parking")
# So many callers a second are what limits are there to stop: there are none here.
CAPS = ("calls_at_once", "calls_per_minute", "calls_per_hour", "money_per_hour", "money_per_day", "money_per_month")
# Delivered while all goes on, in small batches.
EXPORTS, EXPORTED = "exports", ("calls", "legs", "charges", "account_entries", "missed")
RECORDINGS = "recordings"  # the switch's folder of them, beside the configuration


def write(folder: Path, example: Path, *, older: bool) -> Path:
    """The example's configuration with this tenant for its only one; returns its folder.

    Args:
        example: of the version that reads it first.
        older: a version reads it that knows neither menus nor hours: their numbers lead to where their callers go. It
            records no talks, exports nothing, and has no job for what was recorded.
    """
    shutil.copytree(example, folder)
    shutil.rmtree(folder / "tenants")
    (folder / "tenants").mkdir()
    tenant = _tenant()
    if older:
        tenant["numbers"] = NUMBERS_BEFORE
        for block in UNKNOWN_BEFORE:
            del tenant[block]
        del tenant["extensions"][PREPAID]["credit"]
    _write(folder / "tenants" / f"{TENANT}.yaml", tenant)
    main = yaml.safe_load((folder / "callcontrol.yaml").read_text(encoding="utf-8"))
    (folder.parent / RECORDINGS).mkdir()
    main["recordings"] = str(folder.parent / RECORDINGS)
    if not older:
        main["media"] = {"run": "yes"}
    main["limits"] |= {"spool_bytes": SPOOL_BYTES, "drain_s": DRAIN_S, "legs_end_s": LEGS_END_S}
    _write(folder / "callcontrol.yaml", main)
    if not older:
        add_exports(folder)
    return folder


def add_exports(config: Path) -> None:
    """Add them to this configuration, which an older version does not read any more."""
    main = yaml.safe_load((config / "callcontrol.yaml").read_text(encoding="utf-8"))
    exported = config.parent / EXPORTS
    exported.mkdir()
    main["exports"] = {what: _export(what, exported) for what in EXPORTED}
    _write(config / "callcontrol.yaml", main)


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), encoding="utf-8")


def seats(first: int, count: int) -> list[str]:
    """The extensions of so many agents."""
    return [str(first + n) for n in range(count)]


def _tenant() -> dict[str, Any]:
    busy, slow = seats(FIRST_AGENT, AGENTS), seats(FIRST_SLOW, SLOW_AGENTS)
    phones = ["102", "103", "104", "105", "106", "107", "109", "110", MOVERS, *busy, *slow]
    extensions: dict[str, Any] = {name: {"endpoints": {name: {"password": f"chaos-{name}"}}} for name in phones}
    extensions["101"] = {"forward": {"always": {"target": "extension:102"}}}
    extensions["103"]["forward"] = {"busy": {"target": "extension:104"}}
    extensions["106"]["forward"] = {"no_answer": {"target": "extension:107", "after": 2}}
    forward = {"always": {"target": f"number:{MOBILE}"}}
    extensions[PREPAID] = {"forward": forward, "credit": {"kind": "prepaid"}}
    return {
        "domain": DOMAIN,
        "zone": "Europe/Warsaw",
        "region": "PL",
        "company_number": "+48222000001",
        "tariff": "retail",
        "trunks": ["carrier-a", "carrier-b"],
        "confirm": {"on": "yes", "wait": 10},
        "extensions": extensions,
        "groups": {"desk": {"members": ["extension:109", "extension:110"], "ring": 20}},
        "voicemail": {"office": {"max": 30, "silence": 1}},
        "agents": {f"a{name}": {"extension": name, "auto": "yes"} for name in (*busy, *slow)},
        "queues": {BUSY_QUEUE: _queue(busy), SLOW_QUEUE: _queue(slow)},
        "menus": {"front": _menu("1", f"queue:{BUSY_QUEUE}", "2", "menu:more"), "more": _menu("2", "extension:104")},
        "hours": {
            "always": _hours({"mon-sun": "00:00-24:00"}, "hangup:busy"),
            "never": _hours({}, "voicemail:office"),
        },
        "numbers": NUMBERS,
        "transfers": {"keys": {"on": "yes"}},
        "parking": {
            "front": {
                "number": "700",
                "places": "701-709",
                "after": 3,
                "ring": 5,
                "overflow": "extension:104",
                "tell": "no",
            }
        },
        "limits": {of: {"caps": {"all": dict.fromkeys(CAPS, "unlimited")}} for of in ("extension", "tenant")},
        "recording": {
            "rules": [{"queues": [BUSY_QUEUE], "record": "announce"}, {"extensions": RECORDED, "record": "announce"}],
            "prompt": "tone_stream://%(300,0,1100)",
        },
    }


def _export(what: str, folder: Path) -> dict[str, Any]:
    return {"what": what, "folder": str(folder), "format": "jsonl", "every": "1m", "most_rows": 500}


def _hours(week: dict[str, str], closed: str) -> dict[str, Any]:
    """When it opens again is said before the way on."""
    return {"week": week, "open": f"queue:{BUSY_QUEUE}", "closed": closed, "say_reopening": "yes"}


def _menu(*keys_and_ways: str) -> dict[str, Any]:
    """A caller who presses nothing, or only wrong keys, is put through all the same."""
    keys = dict(zip(keys_and_ways[::2], keys_and_ways[1::2], strict=True))
    last = {"tries": 3, "then": "extension:104"}
    prompt = "tone_stream://%(2000,100,620)"
    return {"prompt": prompt, "keys": keys, "first_key_s": 3, "silence": last, "wrong": dict(last)}


def _queue(agents: list[str]) -> dict[str, Any]:
    """A waiting caller is answered by an agent or hangs up; there is no overflow, so any other end is a fault."""
    return {
        "strategy": "longest_idle",
        "agents": [{"agent": f"a{name}"} for name in agents],
        "ring": 5,
        "whisper": "no",
        "wrap_up": 0,
        "rest": {"rejected": 0, "busy": 0, "no_answer": 1, "unreachable": 1},
        "misses": 0,
        "come_back": 0,
        "announce": {"first": 3, "position": 10, "wait": 0},
        "otherwise": "hangup:busy",
    }


def open_phones(switch: SimulatorClient, chance: random.Random) -> None:
    """All phones are there, each with conversations of its own."""
    for trunk in ("carrier-a", "carrier-b"):
        switch.trunk(Trunk(trunk, otherwise=(Behaviour("answers", after_s=0.3, talk_s=4.0, digits=((0.4, "1"),)),)))
    for name in ("102", "104", "107"):
        _phone(switch, name, _conversations(chance, 1.5, 5.0))
    for name in ("103", "105"):
        _phone(switch, name, (Behaviour("busy", after_s=0.1),))
    _phone(switch, "106", (Behaviour("never_answers"),))
    _phone(switch, MOVERS, _moves(chance))
    _phone(switch, "109", _conversations(chance, 2.0, 4.0))
    _phone(switch, "110", (Behaviour("answers", after_s=1.0, talk_s=3.0),))
    for name in seats(FIRST_AGENT, AGENTS):
        _phone(switch, name, _conversations(chance, 1.5, 4.0))
    for name in seats(FIRST_SLOW, SLOW_AGENTS):
        _phone(switch, name, _conversations(chance, 4.0, 7.0))


def _conversations(chance: random.Random, shortest_s: float, longest_s: float) -> tuple[Behaviour, ...]:
    return tuple(
        Behaviour("answers", after_s=chance.uniform(0.1, 0.9), talk_s=chance.uniform(shortest_s, longest_s))
        for _ in range(VARIETY)
    )


def _moves(chance: random.Random) -> tuple[Behaviour, ...]:
    does = [*_REFERS, *_JOINS, *({"digits": keys} for keys in _KEYS), {}]
    return tuple(
        Behaviour("answers", after_s=chance.uniform(0.1, 0.5), talk_s=chance.uniform(1.5, 7.0), **chance.choice(does))
        for _ in range(VARIETY)
    )


def _phone(switch: SimulatorClient, name: str, behaviours: tuple[Behaviour, ...]) -> None:
    switch.phone(Phone(f"{name}@{DOMAIN}", behaviours, registered=False))
    switch.register(f"{name}@{DOMAIN}")
