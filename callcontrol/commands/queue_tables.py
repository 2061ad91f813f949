"""Tables of queues, and of who waits in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from callcontrol.commands.tables import ORDINARY, ROOMY, WIDE, WIDEST, Column, besides, share, span, table_of
from callcontrol.usecases.queue_rows import QueueNow, QueueRow
from callcontrol.vocabulary.moment import SECOND_US, Instant, text_of
from callcontrol.vocabulary.queue import QueueView, TicketView

# So much of a ticket's id is shown, and more where that is the beginning of two.
ID_SHOWN = 8

_STYLES = {"offered": "bold", "adrift": "red", "held": "dim", "callback": "cyan"}


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A waiting caller as a row: `number` as it may be shown, `short` the shown beginning of the ticket's id."""

    ticket: TicketView
    number: str
    short: str
    waited_ms: int


def _now(of: Callable[[QueueNow], int]) -> Callable[[QueueRow], str]:
    return lambda row: str(of(row.now)) if row.now is not None else ""


def _service_level(row: QueueRow) -> str:
    return f"{share(row.service_level)}/{row.in_time_s}s"


_NAMES: tuple[Column[QueueRow], ...] = (
    Column("queue", lambda row: row.queue, gives_way=True, left=True),
    Column("name", lambda row: row.name, from_width=WIDE, gives_way=True, left=True),
)
_LONGEST: Column[QueueRow] = Column("longest\nwait", lambda row: span(row.longest_wait_ms))
_FIGURES: tuple[Column[QueueRow], ...] = (
    Column("entered", lambda row: row.entered),
    Column("answered", lambda row: row.answered),
    Column("aban-\ndoned\n(short)", lambda row: besides(row.abandoned, row.short_abandoned)),
    Column("over-\nflowed", lambda row: row.overflowed, from_width=ORDINARY),
    Column("call-\nbacks", lambda row: row.callbacks_asked, from_width=ORDINARY),
    Column("of these\nreached", lambda row: row.callbacks_reached, from_width=WIDEST),
    Column("offers", lambda row: row.offers, from_width=ROOMY),
    Column("missed", lambda row: row.misses, from_width=ROOMY),
    Column("ASA", lambda row: span(row.asa_ms)),
    Column("AHT", lambda row: span(row.aht_ms)),
    Column("service\nlevel", _service_level),
)
_LIVE: tuple[Column[QueueRow], ...] = (
    *_NAMES,
    Column("waiting", _now(lambda now: now.waiting)),
    _LONGEST,
    Column("active", _now(lambda now: now.active)),
    Column("ready", _now(lambda now: now.ready)),
    *_FIGURES,
)
_CALLERS: tuple[Column[WaitingRow], ...] = (
    Column("", lambda row: row.ticket.position or "-"),
    Column("call", lambda row: row.short, left=True),
    Column("caller", lambda row: row.number or "no number", left=True),
    Column("waited", lambda row: span(row.waited_ms)),
    Column("prio-\nrity", lambda row: row.ticket.priority),
    Column("demand", lambda row: _demand(row.ticket), gives_way=True, left=True),
    Column("state", lambda row: Text(row.ticket.state, _STYLES.get(row.ticket.state, "")), left=True),
    Column("offered to", lambda row: ", ".join(row.ticket.offered_to), gives_way=True, left=True),
)


def live_table(title: str, rows: Sequence[QueueRow], width: int) -> Table:
    """Queues now, with the figures of today."""
    return table_of(title, _LIVE, rows, width)


def past_table(title: str, rows: Sequence[QueueRow], width: int) -> RenderableType:
    """Queues in a past period."""
    return table_of(title, (*_NAMES, _LONGEST, *_FIGURES), rows, width) if rows else Text(f"{title}: no callers")


def callers_table(queue: QueueView, rows: Sequence[WaitingRow], width: int) -> RenderableType:
    """Who waits in a queue: the first so many."""
    if not rows:
        return Text(f"no caller waits in {queue.name}")
    rest = queue.waiting + queue.held - len(rows)
    more = f" ({rest} more after these)" if rest > 0 else ""
    return table_of(f"who waits in {queue.name}{more}", _CALLERS, rows, width)


def waiting_rows(tickets: Sequence[TicketView], number: Callable[[str], str], now: Instant) -> list[WaitingRow]:
    """The callers as rows; `number` writes a number as it may be shown."""
    short = shortened([ticket.id for ticket in tickets])
    return [
        WaitingRow(ticket, number(ticket.number), short[ticket.id], max(now - ticket.joined, 0) * 1000 // SECOND_US)
        for ticket in tickets
    ]


def shortened(ids: Sequence[str]) -> dict[str, str]:
    """For each id its shortest beginning of ID_SHOWN characters or more that no other one has."""
    found: dict[str, str] = {}
    ordered = sorted(set(ids))
    for before, one, after in zip(["", *ordered], ordered, [*ordered[1:], ""], strict=False):
        shared = max(_shared(one, before), _shared(one, after))
        found[one] = one[: max(ID_SHOWN, shared + 1)]
    return found


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _demand(ticket: TicketView) -> str:
    """`@anna` is the lane of one agent."""
    return f"only {ticket.demand[1:]}" if ticket.demand.startswith("@") else ticket.demand


def caller_line(row: WaitingRow) -> Mapping[str, Any]:
    """A waiting caller for machines."""
    ticket = row.ticket
    return {
        "id": ticket.id,
        "position": ticket.position,
        "number": row.number,
        "joined": text_of(ticket.joined),
        "waited_ms": row.waited_ms,
        "priority": ticket.priority,
        "demand": ticket.demand,
        "state": ticket.state,
        "offered_to": list(ticket.offered_to),
    }
