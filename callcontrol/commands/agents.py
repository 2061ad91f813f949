"""`callcontrol agents`: who takes calls from queues, what each does and did today or in any days, and acting for one.

agents [show] [TENANT [AGENT]]
agents log-in|log-out|resume|end-wrap-up TENANT AGENT
agents pause TENANT AGENT [REASON]             a code of the tenant's `pauses`, or any words
agents prolong-wrap-up TENANT AGENT [SECONDS]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from itertools import groupby

from rich.console import RenderableType

from callcontrol.commands.agent_tables import line_of, live_table, past_table, spent, state_text
from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.showing import View, add_showing, is_past, period_of, present
from callcontrol.commands.tables import span
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.statistics import agent_statistics
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.agent_rows import AgentRow, past_row
from callcontrol.usecases.agents import act, display_name, live_agents
from callcontrol.usecases.live_queues import (
    NOT_TOLD,
    LiveQueues,
    check_name,
    live_queues,
    tenants_with_queues,
)
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.agent import PAUSED, PROLONG_S
from callcontrol.vocabulary.moment import text_of

# What each of `usecases.agents.ACTIONS` means, and what was done.
TOLD = {
    "log-in": ("from now on the agent is offered callers", "logged in"),
    "log-out": ("the agent is offered no more callers", "logged out"),
    "pause": ("the agent is offered no callers until resumed", "paused"),
    "resume": ("the pause is over", "resumed"),
    "end-wrap-up": ("the agent's wrap-up ends now", "wrap-up ended"),
    "prolong-wrap-up": ("the agent's wrap-up takes longer", "wrap-up prolonged"),
}
VERBS = ("show", *TOLD)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`agents [show] [TENANT [AGENT]]`, `agents log-in|log-out|… TENANT AGENT`."""
    parser = subparsers.add_parser(
        "agents",
        help="agents of queues: show them, or log in, log out and pause one",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    show = verbs.add_parser("show", help="tables; also without the word `show`")
    show.add_argument("tenant", nargs="?")
    show.add_argument("agent", nargs="?")
    add_showing(show)
    for verb, (text, _) in TOLD.items():
        one = verbs.add_parser(verb, help=text)
        one.add_argument("tenant")
        one.add_argument("agent")
    verbs.choices["pause"].add_argument("reason", nargs="?", default=PAUSED)
    verbs.choices["prolong-wrap-up"].add_argument("seconds", nargs="?", type=int, default=PROLONG_S)
    for one in verbs.choices.values():
        add_config(one)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or Redis or Postgres do not answer."""
    configuration = configuration_or_exit(args.config)
    try:
        if args.verb == "show" and is_past(args):
            present(args, partial(_past, args, configuration))
        else:
            with live_queues(configuration) as live:
                _show(args, live) if args.verb == "show" else _act(args, live)
    except (LiveStateError, NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


# --- acting


def _act(args: argparse.Namespace, live: LiveQueues) -> None:
    """Carry it out, and show the agent's new state."""
    given = {name: getattr(args, name) for name in ("reason", "seconds") if hasattr(args, name)}
    act(live, args.tenant, args.agent, args.verb, **given)
    _, past = TOLD[args.verb]
    for row in live_agents(live, args.tenant, args.agent):
        if row.now is not None:
            still = f" for another {span(row.now.left_ms)}" if row.now.left_ms else ""
            print(f"{args.agent} of {args.tenant}: {past}; now {state_text(row.now)}{still}")


# --- looking


def _show(args: argparse.Namespace, live: LiveQueues) -> None:
    tenants = tenants_with_queues(live.configuration.settings, args.tenant)
    if args.agent:
        check_name(args.tenant, "agent", args.agent, live.configuration.settings.tenants[args.tenant].agents)
    present(args, lambda: _look(args, live, tenants))


def _look(args: argparse.Namespace, live: LiveQueues, tenants: list[str]) -> View:
    """What the agents do at this moment."""
    rows = [row for tenant in tenants for row in live_agents(live, tenant, args.agent)]
    if not rows:
        raise ValueError(NOT_TOLD.format("agents", ", ".join(tenants)))
    at = text_of(clock.now())

    def tables(width: int) -> Iterator[RenderableType]:
        for tenant, of_tenant in groupby(rows, key=lambda row: row.tenant):
            yield live_table(live.title(tenant, "agents"), list(of_tenant), width)
        if args.agent:
            yield from map(spent, rows)

    return View([{"at": at, **line_of(row)} for row in rows], tables)


def _past(args: argparse.Namespace, configuration: Configuration) -> View:
    """What came of the agents' offers, from the records."""
    settings = configuration.settings
    dsn = ledger_dsn(settings)
    found: list[tuple[str, list[AgentRow]]] = []
    for tenant in tenants_with_queues(settings, args.tenant):
        period = period_of(args, configuration.zone_of(tenant), clock.now())
        statistics = agent_statistics(dsn, tenant, period.start, period.end)
        wanted = [one for one in statistics if args.agent in (None, one.agent)]
        rows = [past_row(tenant, display_name(settings.tenants[tenant], one.agent), one) for one in wanted]
        found.append((f"{tenant}: agents, {period.name}", rows))
    lines = [line_of(row) for _, rows in found for row in rows]
    return View(lines, lambda width: [past_table(title, rows, width) for title, rows in found])
