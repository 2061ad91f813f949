"""The whole state as plain dicts and lists: what the model and the scripts are compared by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle.state import AgentNow, Counts, State, TicketNow, TicketState


def snapshot(state: State) -> dict[str, Any]:
    """The state in its canonical form. Zeros, and queues, days and people with nothing but zeros, are left out of all
    counts; moments and spans are whole microseconds, 0 for never.

    - `agents`: name -> `logged_in`, `paused`, `reachable`, `elsewhere` (sorted), `offer`, `talking` (a ticket or ""),
      `wrap_until`, `rest_until`, `last_talk`, `last_passed`, `misses`, `state`, `since` (as noted last), `free` (as
      noted last). Those of the layout, and others who have an offer or talk.
    - `tickets`: id -> `queue`, `number`, `state`, `order`, `joined`, `priority`, `epoch`, `offer`, `callback`,
      `attempt`, `first_offered`, `worker`, `lease` (of a caller), and of a waiting or offered one `stage` (from 0, the
      sticky one counts) and `lane` (a demand, or `@` and an agent); of any other -1 and "".
    - `lines`: queue -> ids, in order.
    - `offers`: id -> `ticket`, `agents` (who has not ended it, in its order), `expires`, `ringing`, `joining` (who
      joined and is not taken up yet), `closed` (no agent joins any more), `looks` (when it is looked at next).
    - `engaged`: `agent|id` -> until when it counts, and its call.
    - `cursors`: queue -> tier (as text) -> position. `levels`: queue -> level. `handling`: queue -> microseconds.
    - `figures`: day -> queue -> figure -> count. `did`: day -> agent -> figure -> count.
    - `talked`, `talks`: window -> period -> agent -> microseconds, conversations.

    Not in it: which numbers left a place behind and whom they know, which shows when they join, and which were promised
    a callback lately, which shows when they ask for another.
    """
    return {
        "agents": {name: _agent(agent) for name, agent in sorted(state.agents.items()) if _is_shown(state, agent)},
        "tickets": {id_: _ticket(ticket) for id_, ticket in sorted(state.tickets.items())},
        "lines": _lines(state),
        "offers": {
            offer.id: {
                "ticket": offer.ticket,
                "agents": list(offer.agents),
                "expires": offer.expires,
                "ringing": offer.ringing,
                "joining": list(offer.joining),
                "closed": offer.closed,
                "looks": offer.looks,
            }
            for offer in state.offers.values()
        },
        "engaged": {f"{agent}|{id_}": [now.until, now.call] for (agent, id_), now in state.engaged.items()},
        "cursors": {
            queue: {str(tier): position for tier, position in sorted(cursors.items())}
            for queue, cursors in state.cursors.items()
            if cursors
        },
        "levels": _without_zeros(state.levels),
        "handling": _without_zeros(state.handling),
        "figures": _nested(state.figures),
        "did": _nested(state.did),
        "talked": _nested(state.talked),
        "talks": _nested(state.talks),
    }


def _is_shown(state: State, agent: AgentNow) -> bool:
    return agent.name in state.layout.agents or bool(agent.offer) or agent.talk is not None


def _agent(agent: AgentNow) -> dict[str, Any]:
    return {
        "logged_in": agent.logged_in,
        "paused": agent.paused,
        "reachable": agent.reachable,
        "elsewhere": sorted(agent.elsewhere),
        "offer": agent.offer,
        "talking": agent.talk.ticket if agent.talk is not None else "",
        "wrap_until": agent.wrap_until,
        "rest_until": agent.rest_until,
        "last_talk": agent.last_talk,
        "last_passed": agent.last_passed,
        "misses": agent.misses,
        "state": agent.noted_state.value if agent.noted_state is not None else "",
        "since": agent.since,
        "free": agent.noted_free,
    }


def _ticket(ticket: TicketNow) -> dict[str, Any]:
    has_stage = ticket.state in (TicketState.WAITING, TicketState.OFFERED)
    return {
        "queue": ticket.queue,
        "number": ticket.number,
        "state": ticket.state.value,
        "order": ticket.order,
        "joined": ticket.joined,
        "priority": ticket.priority,
        "epoch": ticket.epoch,
        "offer": ticket.offer,
        "callback": ticket.callback,
        "attempt": ticket.attempt,
        "first_offered": ticket.first_offered,
        "worker": ticket.worker,
        "lease": 0 if ticket.callback else ticket.lease,
        "stage": ticket.stage if has_stage else -1,
        "lane": _lane(ticket) if has_stage else "",
    }


def _lane(ticket: TicketNow) -> str:
    return f"@{ticket.lane.agent}" if ticket.lane.agent else ticket.lane.demand


def _lines(state: State) -> dict[str, list[str]]:
    queues = sorted({ticket.queue for ticket in state.tickets.values()})
    lines = {queue: [ticket.id for ticket in state.line(queue)] for queue in queues}
    return {queue: ids for queue, ids in lines.items() if ids}


def _without_zeros(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def _nested(counts: Counts) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (outer, inner), counter in sorted(counts.items()):
        if kept := _without_zeros(counter):
            found.setdefault(outer, {})[inner] = kept
    return found
