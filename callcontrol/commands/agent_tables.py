"""Tables of agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from callcontrol.commands.tables import NOTHING, ORDINARY, ROOMY, WIDE, Column, besides, share, span, table_of
from callcontrol.usecases.agent_rows import AgentNow, AgentRow
from callcontrol.vocabulary.agent import AgentState, OfferEnd
from callcontrol.vocabulary.moment import text_of

_STYLES = {
    AgentState.TALKING: "green",
    AgentState.RINGING: "bold",
    AgentState.RESERVED: "bold",
    AgentState.PAUSED: "yellow",
    AgentState.UNREACHABLE: "red",
    AgentState.LOGGED_OUT: "dim",
}


# An agent may ask for a pause during a conversation: it begins afterwards.
_BEFORE_PAUSE = (AgentState.TALKING, AgentState.RINGING, AgentState.RESERVED)


def state_text(now: AgentNow) -> str:
    """`ready`, `paused (lunch)`, `talking, then pause`."""
    if now.state is AgentState.PAUSED:
        return f"{now.state} ({now.reason})"
    return f"{now.state}, then pause" if now.reason and now.state in _BEFORE_PAUSE else now.state.value


def _state(row: AgentRow) -> Text:
    return Text(state_text(row.now), _STYLES.get(row.now.state, "")) if row.now else Text()


def _span(milliseconds: int | None) -> str:
    return span(milliseconds) if milliseconds is not None else ""


def _queues(row: AgentRow) -> str:
    return ", ".join(row.now.queues) if row.now else ""


def _missed(row: AgentRow) -> str:
    return besides(row.missed, row.now.misses_in_a_row if row.now else 0)


def _ended(*ends: OfferEnd) -> Column[AgentRow]:
    title = ends[0].value.replace("_", "\n").replace("elsewhere", "else-\nwhere")
    return Column(title, lambda row: sum(row.ends.get(end, 0) for end in ends), from_width=ROOMY)


_NAMES: tuple[Column[AgentRow], ...] = (
    Column("agent", lambda row: row.agent, left=True),
    Column("name", lambda row: row.name, from_width=WIDE, gives_way=True, left=True),
)
_LIVE: tuple[Column[AgentRow], ...] = (
    *_NAMES,
    Column("state", _state, left=True),
    Column("for", lambda row: _span(row.now.for_ms if row.now and row.now.since else None)),
    Column("still", lambda row: _span(row.now.left_ms if row.now else None)),
    Column("queues", _queues, from_width=ORDINARY, gives_way=True, left=True),
    Column("caller", lambda row: row.now.caller if row.now else "", from_width=ORDINARY, left=True),
    Column("offered", lambda row: row.offered),
    Column("answered", lambda row: row.answered),
    Column("missed\n(in a\nrow)", _missed),
    Column("talk", lambda row: span(row.talk_ms)),
    Column("AHT", lambda row: span(row.aht_ms)),
    Column("occu-\npancy", lambda row: share(row.occupancy)),
)
_PAST: tuple[Column[AgentRow], ...] = (
    Column("agent", lambda row: row.agent, left=True),
    Column("name", lambda row: row.name, gives_way=True, left=True),
    Column("offered", lambda row: row.offered),
    Column("answered", lambda row: row.answered),
    Column("missed", lambda row: row.missed),
    _ended(OfferEnd.BUSY),
    _ended(OfferEnd.UNREACHABLE),
    _ended(OfferEnd.CALLER_GONE),
    _ended(OfferEnd.ELSEWHERE),
    _ended(OfferEnd.EXPIRED),
    Column("talks", lambda row: row.talks),
    Column("talk", lambda row: span(row.talk_ms)),
    Column("wrap-up", lambda row: span(row.wrap_up_ms)),
    Column("AHT", lambda row: span(row.aht_ms)),
)


def live_table(title: str, rows: Sequence[AgentRow], width: int) -> Table:
    """Agents now, with the figures of today."""
    return table_of(title, _LIVE, rows, width)


def past_table(title: str, rows: Sequence[AgentRow], width: int) -> RenderableType:
    """Agents in a past period."""
    return table_of(title, _PAST, rows, width) if rows else Text(f"{title}: no agent was offered a caller")


def spent(row: AgentRow) -> Text:
    """How an agent's day went: `today: talking 1:02:03, ready 3:10:00`."""
    spans = [f"{state} {span(ms)}" for state, ms in row.in_state_ms.items()]
    return Text(f"today: {', '.join(spans) or NOTHING}")


def line_of(row: AgentRow) -> Mapping[str, Any]:
    """An agent for machines, instants as ISO texts."""
    now = row.now
    if now is None:
        return asdict(row)
    since, until = (text_of(at) if at else None for at in (now.since, now.until))
    return asdict(row) | {"now": asdict(now) | {"since": since, "until": until}}
