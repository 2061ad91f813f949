"""Series of counters whose labels are known beforehand begin at 0 when a configuration comes into force.

Prometheus compares two values of a series: a counter that first appears with its first event has nothing to be compared
with, so `increase()` would miss just the event an alert waits for. What cannot be known beforehand is not made up:
causes a switch gives (but for the one that is a limit of ours), and gauges that were not measured yet. Only
`switch_up` is known before the first connection: there is none.

A counter says where it is declared which words its labels can have: meters.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Final

from prometheus_client import Counter, Gauge

from callcontrol.config.settings import Settings
from callcontrol.kinds.targets.menu.settings import BLOCK as MENUS
from callcontrol.vocabulary.mail import AttemptOutcome, MailKind
from callcontrol.vocabulary.outcome import Outcome

Words = Callable[[Settings], Iterable[str]]
Rows = Callable[[Settings], Iterable[tuple[str, ...]]]

# Why a connection of a call is turned away; `system`: the host has no descriptor or no memory for it;
# `forged`: the switch does not have the call that it presents.
REFUSALS: Final = ("limit", "stranger", "flood", "system", "forged")
# Where an unexpected error of ours is contained (containment.py).
FAULT_PLACES: Final = (
    "call",
    "record",
    "switch",
    "redis",
    "inbox",
    "timer",
    "queue",
    "adoption",
    "stray",
    "loop",
    "job",
    "web",
)
# What is answered to who opens a link to a sound file (jobs/media/link_app.py).
LINK_ANSWERS: Final = (
    *("page", "sound"),
    *("unknown", "ended", "withdrawn", "deleted", "later", "limited", "method", "fault"),
)
# What becomes of a switch's own record of a leg, if it is not left where it is (jobs/reconcile.py).
VERDICTS: Final = ("settled", "corrected", "added", "doubtful")
# The loops of the media job, and how their steps end (jobs/media).
JOB_LOOPS: Final = (
    *("move", "close", "adopt", "room", "delete", "boxes", "rebuild", "links", "keys", "sweep", "accounts"),
    *("bring", "brought", "cases", "exports", "statements", "webhooks"),
    *(
        "mail",
        "mail_follows",
        "mail_upkeep",
        "message_mails",
        "missed_calls",
        "emergency_mails",
        "bounces",
        "transcripts",
    ),
    "hours",
    "retention",
)
STEP_ENDS: Final = ("done", "failed")
# What mails tell, what comes of handing them over (vocabulary/mail.py), and what comes back (media/mail/bounces.py).
MAIL_KINDS: Final = tuple(kind.value for kind in MailKind)
MAIL_OUTCOMES: Final = tuple(outcome.value for outcome in AttemptOutcome)
BOUNCES: Final = ("dead", "failed", "delayed", "other", "unknown", "forged")
# limits.talk_s: the switch ends the leg with this cause.
TALKED_OUT: Final = "ALLOTTED_TIMEOUT"
# The names that `callcontrol_limits_reached_total` is counted by, as the table of limits in deploy/README.md has them.
LIMITS: Final = (
    "LAMPS_PER_LOOK",
    "BUSY_LAMPS_PER_LOOK",
    "MAX_WATCHES",
    "MAX_CLICKS",
    "LEGS_LIMIT",
    "MAX_ADDRESSES",
    "MAX_EARLY",
    "MAX_ESTIMATED",
    "MAX_INBOX",
    "MAX_KEYS_AHEAD",
    "MAX_LEASE_SLACK_S",
    "MAX_MESSAGES_OWED",
    "MAX_MISSED",
    "MAX_MISSED_KEYS",
    "MAX_OWED",
    "MAX_PASSED",
    "MAX_PASSED_BYTES",
    "MAX_PINS",
    "MAX_FAILED_ROUNDS",
    "MAX_REPEATED",
    "MAX_SOUGHT",
    "MAX_SOUNDS",
    "MAX_WAITING",
    "MAX_WANTED",
    "MOST_LINES",
    "VALUE_CHARACTERS",
    "VARIABLES_LIMIT",
    "choices",
    "frame_bytes",
    "head_bytes",
    "head_lines",
    "hops",
    "jobs",
    "legs_per_call",
    "length",
    "log_line",
    "pending_replies",
    "spool_bytes",
    "spool_entry",
    "unsent_bytes",
    "window",
)


def tenants(settings: Settings) -> Iterable[str]:
    """Every tenant."""
    return settings.tenants


def switches(settings: Settings) -> Iterable[str]:
    """Every switch."""
    return settings.switches


def switches_with_records(settings: Settings) -> Iterable[str]:
    """Every switch whose own records are read."""
    return [name for name, switch in settings.switches.items() if switch.cdrs]


def trunks(settings: Settings) -> Iterable[str]:
    """Every trunk."""
    return settings.trunks


def trunks_and_none(settings: Settings) -> Iterable[str]:
    """Every trunk, and "" for phones of ours."""
    return ("", *settings.trunks)


def of(words: Iterable[str]) -> Words:
    """Words that no configuration changes."""
    return lambda _: words


OUTCOMES: Final = of(Outcome)
# How a caller leaves a menu, as the trail says it.
MENU_ENDS: Final = ("key", "dialled", "silence", "wrong", "hung_up", "gone")

_begun: list[tuple[Counter | Gauge, Rows]] = []


def counter(name: str, what: str, **labels: Words) -> Counter:
    """A counter that is 0 from the start, for all words its labels are known to have."""
    made = Counter(name, what, list(labels))
    begins(made, *labels.values())
    return made


def begins(metric: Counter | Gauge, *words: Words) -> None:
    """Let the metric's series begin at 0, for all these words of its labels; without labels it does so by itself."""
    if words:
        begins_by_rows(metric, lambda settings: product(*(known(settings) for known in words)))


def begins_by_rows(metric: Counter | Gauge, rows: Rows) -> None:
    """The same, where the words of one label depend on those of another: each row names all labels."""
    _begun.append((metric, rows))


def begin(settings: Settings) -> None:
    """Make every series that can be known from these settings; one that counts already goes on."""
    for metric, rows in _begun:
        for values in rows(settings):
            metric.labels(*values)


def menus(settings: Settings) -> Iterable[tuple[str, str]]:
    """Every tenant's menus."""
    return [(name, menu) for name, tenant in settings.tenants.items() for menu in MENUS.of(tenant)]


def ways_out_of_menus(settings: Settings) -> Iterable[tuple[str, ...]]:
    """Every way out of every menu: those without a key, and each key by itself."""
    for name, menu in menus(settings):
        yield from ((name, menu, how, "") for how in MENU_ENDS if how != "key")
        yield from ((name, menu, "key", keys) for keys in MENUS.of(settings.tenants[name])[menu].keys)
