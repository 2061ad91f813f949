"""Series of counters whose labels are known beforehand begin at 0 when a configuration comes into force.

Prometheus compares two values of a series: a counter that first appears with its first event has nothing to be compared
with, so `increase()` would miss just the event an alert waits for. What cannot be known beforehand is not made up:
causes a switch gives (but for the one that is a limit of ours), and gauges that were not measured yet. Only
`switch_up` is known before the first connection: there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from prometheus_client import Counter

from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.vocabulary.outcome import Outcome

# Why a connection of a call is turned away; `system`: the host has no descriptor or no memory for it;
# `forged`: the switch does not have the call that it presents.
REFUSALS: Final = ("limit", "stranger", "flood", "system", "forged")
# Where an unexpected error of ours is contained (containment.py).
FAULT_PLACES: Final = ("call", "record", "switch", "redis", "inbox", "timer", "queue", "adoption", "stray", "loop")
# What becomes of a switch's own record of a leg, if it is not left where it is (jobs/reconcile.py).
VERDICTS: Final = ("settled", "corrected", "added", "doubtful")
# limits.talk_s: the switch ends the leg with this cause.
TALKED_OUT: Final = "ALLOTTED_TIMEOUT"
# The names that `callcontrol_limits_reached_total` is counted by, as the table of limits in deploy/README.md has them.
LIMITS: Final = (
    "LEGS_LIMIT",
    "MAX_EARLY",
    "MAX_ESTIMATED",
    "MAX_INBOX",
    "MAX_MISSED",
    "MAX_OWED",
    "MAX_REPEATED",
    "MAX_WAITING",
    "VALUE_CHARACTERS",
    "VARIABLES_LIMIT",
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
)


def begin(settings: Settings) -> None:
    """Make every series that can be known from these settings; one that counts already goes on."""
    for counter, labels in _known(settings):
        for values in product(*labels):
            counter.labels(*values)
    for switch in settings.switches:
        meters.switch_up.labels(switch)


def _known(settings: Settings) -> Iterator[tuple[Counter, tuple[Iterable[str], ...]]]:
    """Counters, and for each of their labels the words it can have."""
    yield meters.connections_refused_total, (REFUSALS,)
    yield meters.faults_total, (FAULT_PLACES,)
    yield meters.limits_reached_total, (LIMITS,)
    yield meters.calls_total, (settings.tenants, Outcome)
    yield meters.unrated_total, (settings.tenants,)
    yield meters.places_lost_total, (settings.tenants,)
    yield meters.legs_total, (("", *settings.trunks), (TALKED_OUT,))
    yield meters.carrier_loops_total, (settings.tenants,)
    yield meters.trunk_rests_total, (settings.trunks,)
    yield meters.switch_restarts_total, (settings.switches,)
    yield meters.command_errors_total, (settings.switches,)
    with_records = [name for name, switch in settings.switches.items() if switch.cdrs]
    yield meters.reconciled_files_total, (with_records, VERDICTS)
