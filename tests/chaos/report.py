"""The printed report: the faults and their cost, the sums, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from tests.chaos.accounts import Finding, doubtful_rows, talked_us
from tests.chaos.fates import Fate, before_all, fates
from tests.chaos.truth import CRASH, Evidence

COLUMNS = ("at", "what was tried", "calls", "recovered", "taken again", "slowest", "refused", "died", "estimated")


def show(console: Console, evidence: Evidence, found: Sequence[Finding]) -> None:
    """The table, then the sums, then the findings."""
    table = Table(title="what was tried and what it cost", caption=_LEGEND, caption_justify="left")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == COLUMNS[1] else "right")
    for fate in fates(evidence):
        table.add_row(*_row(fate))
    console.print(table)
    for line in _sums(evidence):
        console.print(line)
    for finding in found:
        console.print(str(finding), style="bold red", markup=False, soft_wrap=True)
    if not found:
        console.print("everything adds up", style="bold green")


_LEGEND = (
    "calls: in progress when it was struck · recovered: until every call was with a living worker · taken again: until"
    " the last caller came who was refused · slowest: until a caller noticed a worker · refused: the switch's last"
    " resort · died: ended with the switch · estimated: legs whose times were not reported"
)


def _row(fate: Fate) -> tuple[str, ...]:
    return (
        datetime.fromtimestamp(fate.blow.at_us / 1e6).strftime("%H:%M:%S"),
        fate.blow.detail or fate.blow.fault,
        str(fate.blow.calls),
        "never" if fate.recovered_s is None else f"{fate.recovered_s:.1f} s",
        f"{fate.taken_s:.1f} s",
        f"{fate.slowest_s:.1f} s",
        *(str(count or "") for count in (fate.refused, fate.died, fate.estimated)),
    )


def _sums(evidence: Evidence) -> Sequence[str]:
    callers = evidence.callers
    recorded = {row.call_id for row in evidence.calls}
    kinds = Counter(one.kind for one in callers)
    outcomes = Counter(row.outcome for row in evidence.calls)
    ours, switchs = talked_us(evidence)
    why = Counter({fate.blow.fault: 0 for fate in fates(evidence)})
    for fate in fates(evidence):
        why[fate.blow.fault] += fate.estimated
    why["before all"] = before_all(evidence)
    silent = [one for one in callers if one.call_id not in recorded]
    return (
        f"callers    {len(callers)}: {_counted(kinds)}",
        f"records    {len(evidence.calls)}: {_counted(outcomes)}",
        f"no record  {len(silent)} callers no worker ever had: {sum(one.was_refused for one in silent)} given the last"
        f" resort, {sum(one.cause == CRASH for one in silent)} died with the switch on their way in",
        f"legs       {len(evidence.legs)} made by the switch, {len(evidence.rows)} rows, of which"
        f" {len(doubtful_rows(evidence))} are attempts it may never have heard of, for it died",
        f"talk       {ours / 1e6:.6f} s by the ledger, {switchs / 1e6:.6f} s by the switch (legs not estimated)",
        f"estimated  {sum(row.estimated for row in evidence.rows)} legs: {_counted(why)}",
        f"media      {len(evidence.files)} files begun by the switch, {len(evidence.media)} rows: "
        f"{_counted(Counter(f'{row.kind} {row.state}' for row in evidence.media))}",
        *(f"           {times} lost: {why}" for why, times in _lost(evidence).most_common(5)),
        f"exports    {_counted(Counter({one.what: len(one.lines) for one in evidence.exports}))} lines in"
        f" {sum(one.batches for one in evidence.exports)} batches; the ledger has"
        f" {sum(len(one.there) for one in evidence.exports)}",
        f"contacts   {len(evidence.contacts)} calls: {_counted(Counter(evidence.contacts.values()))}",
        f"waiting    {len(evidence.visits)} callers waited in a queue: "
        f"{_counted(Counter(how for hows in evidence.visits.values() for how in hows))}",
    )


def _lost(evidence: Evidence) -> Counter[str]:
    return Counter(row.cause.replace(row.file, "FILE") for row in evidence.media if row.state == "lost")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common() if count) or "none"
