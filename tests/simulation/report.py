"""The printed report of runs: a table of all, or the failure of one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.simulation.sought import Failure
from tests.simulation.world import Plan, Report


def table_of(reports: Sequence[Report]) -> Table:
    """One row for each profile."""
    table = Table(title="simulated call centres: every promise held")
    for name in ("profile", "seeds", "hours", "steps", "calls", "legs", "estimated", "not ours", "slowest", "faults"):
        table.add_column(name, justify="left" if name in ("profile", "faults") else "right")
    for profile in dict.fromkeys(report.plan.profile for report in reports):
        table.add_row(profile, *_row([report for report in reports if report.plan.profile == profile]))
    return table


def _row(reports: Sequence[Report]) -> tuple[str, ...]:
    faults = sum((report.faults for report in reports), start=reports[0].faults.__class__())
    accounts = [report.accounts for report in reports]
    legs, estimated = sum(one.legs for one in accounts), sum(one.estimated for one in accounts)
    slowest_s = max(report.slowest_s for report in reports)
    return (
        str(len(reports)),
        f"{sum(report.virtual_s for report in reports) / 3600:.1f}",
        str(sum(report.steps for report in reports)),
        str(sum(report.calls for report in reports)),
        str(legs),
        f"{estimated} ({estimated / max(legs, 1):.2%})",
        str(sum(one.unwritten + one.unnoticed for one in accounts)),
        f"{slowest_s:.1f} s" if slowest_s else "",
        ", ".join(f"{kind} {count}" for kind, count in faults.most_common()),
    )


def show_broken(console: Console, failure: Failure) -> None:
    """The promise, what happened last, and how to see it again."""
    console.print(f"broken at {failure.at_s:.3f} s: {failure.what}", style="bold red", markup=False, highlight=False)
    for happening in failure.happenings:
        console.print(happening, markup=False, highlight=False)
    console.print(f"replay: {replay_of(failure.plan)}", style="bold", markup=False, highlight=False)


def replay_of(plan: Plan) -> str:
    """The one command that runs it again."""
    words = (
        f"--seed {plan.seed}",
        f"--channels {plan.channels}",
        f"--profile {plan.profile}",
        f"--hours {plan.hours:g}",
        f"--tenants {plan.tenants}",
        f"--agents {plan.agents}",
        f"--calls {plan.calls_per_h:g}",
        f"--workers {plan.workers}",
        f"--meetings {plan.meetings_per_h:g}",
        f"--supervised {plan.supervised_per_h:g}",
    )
    return f'make simulate ARGS="{" ".join(words)}"'
