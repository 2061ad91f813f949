"""What must never happen, looked for in snapshots (in the form of `snapshot.snapshot`) and in what was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.queue import Offer

Snapshot = dict[str, Any]


def check(found: Snapshot, layout: Layout) -> None:
    """Everything that holds after each step."""
    offers_and_agents_agree(found)
    offers_and_tickets_agree(found)
    nobody_talks_twice(found)
    lines_hold_the_live_tickets(found)
    one_callback_a_number(found)
    who_is_engaged_has_a_time(found)
    no_ticket_waits_beside_a_free_agent(found, layout)
    who_is_free_rings_with_the_others(found, layout)


def offers_and_agents_agree(found: Snapshot) -> None:
    """An agent has one offer at most, and it is live and names that agent; none is reserved by anything else."""
    has = {(name, agent["offer"]) for name, agent in found["agents"].items() if agent["offer"]}
    named = [(name, id_) for id_, offer in found["offers"].items() for name in offer["agents"]]
    assert has == set(named)
    assert len(named) == len({name for name, _ in named}), "an agent has two offers"
    assert all(offer["agents"] for offer in found["offers"].values()), "an offer without agents"
    words = {name for name, agent in found["agents"].items() if agent["state"] in ("reserved", "ringing")}
    assert words == {name for name, _ in named}


def offers_and_tickets_agree(found: Snapshot) -> None:
    """A ticket has one live offer while it is offered, and none otherwise."""
    has = {id_: ticket["offer"] for id_, ticket in found["tickets"].items() if ticket["offer"]}
    assert {offer: id_ for id_, offer in has.items()} == {id_: one["ticket"] for id_, one in found["offers"].items()}
    assert set(has) == {id_ for id_, ticket in found["tickets"].items() if ticket["state"] == "offered"}
    assert all(has[id_] == f"{id_}:{found['tickets'][id_]['epoch']}" for id_ in has)


def nobody_talks_twice(found: Snapshot) -> None:
    """Who talks has no offer and is not free; a caller (no callback) talks with one agent, and waits no more."""
    talking = {name: agent for name, agent in found["agents"].items() if agent["talking"]}
    assert not [name for name, agent in talking.items() if agent["offer"] or agent["free"]]
    with_whom = Counter(agent["talking"] for agent in talking.values())
    waiting = {id_ for id_, ticket in found["tickets"].items() if not ticket["callback"]}
    assert not waiting & set(with_whom), "a caller waits and talks"


def lines_hold_the_live_tickets(found: Snapshot) -> None:
    """Each ticket stands in the line of its queue once, in order; held callbacks, and those being called, in none."""
    standing = [(queue, id_) for queue, ids in found["lines"].items() for id_ in ids]
    live = {id_: one for id_, one in found["tickets"].items() if one["state"] not in ("held", "calling")}
    assert sorted(standing) == sorted((ticket["queue"], id_) for id_, ticket in live.items())
    for ids in found["lines"].values():
        ranks = [(live[id_]["order"], id_) for id_ in ids]
        assert ranks == sorted(ranks)


def one_callback_a_number(found: Snapshot) -> None:
    """A number has one callback in a queue at most."""
    callbacks = Counter((one["queue"], one["number"]) for one in found["tickets"].values() if one["callback"])
    assert max(callbacks.values(), default=1) == 1


def who_is_engaged_has_a_time(found: Snapshot) -> None:
    """Each conversation and each other call of an agent ends by itself if nothing is heard of it."""
    talks = [(name, agent["talking"]) for name, agent in found["agents"].items() if agent["talking"]]
    others = [(name, id_) for name, agent in found["agents"].items() for id_ in agent["elsewhere"]]
    assert {f"{name}|{id_}" for name, id_ in (*talks, *others)} <= set(found["engaged"])


def no_ticket_waits_beside_a_free_agent(found: Snapshot, layout: Layout) -> None:
    """Each agent who is free and could serve a caller who waits does."""
    free = [name for name, agent in found["agents"].items() if agent["free"]]
    waiting = {id_: ticket for id_, ticket in found["tickets"].items() if ticket["state"] == "waiting"}
    idle = [(name, id_) for name in free for id_, ticket in waiting.items() if can_serve(layout, name, ticket)]
    assert idle == []


def who_is_free_rings_with_the_others(found: Snapshot, layout: Layout) -> None:
    """All at once: no agent is free beside others of the same tier, or a higher one, who ring for a caller that agent
    could serve.
    """
    free = [name for name, agent in found["agents"].items() if agent["free"]]
    for id_, ticket in found["tickets"].items():
        offer = found["offers"].get(ticket["offer"], {"closed": True})
        queue = layout.queues.get(ticket["queue"])
        if offer["closed"] or queue is None or queue.strategy is not Strategy.ALL_AT_ONCE or "@" in ticket["lane"]:
            continue
        tiers = [seat.tier for name in offer["agents"] if (seat := layout.seat(name, ticket["queue"]))]
        able = (name for name in free if can_serve(layout, name, ticket))
        for name in able:
            seat = layout.seat(name, ticket["queue"])
            assert seat is not None
            assert tiers, f"{name} does not ring for {id_}"
            assert seat.tier > min(tiers), f"{name} does not ring for {id_}"


def can_serve(layout: Layout, agent: str, ticket: dict[str, Any]) -> bool:
    """Whether this waiting ticket stands in a lane of the agent's."""
    seat = layout.seat(agent, ticket["queue"])
    if seat is None:
        return False
    return ticket["lane"] == f"@{agent}" or ticket["lane"] in seat.demands


def nothing_is_overdue(found: Snapshot, layout: Layout, now: int) -> None:
    """After `due` no lease has run out, and each agent who can be free is."""
    assert [id_ for id_, offer in found["offers"].items() if offer["expires"] <= now] == []
    assert [id_ for id_, one in found["tickets"].items() if not one["callback"] and one["lease"] <= now] == []
    assert [id_ for id_, offer in found["offers"].items() if 0 < offer["looks"] <= now] == []
    wrong = [name for name, one in found["agents"].items() if one["free"] is not is_free(one, layout, name, now)]
    assert wrong == []


def is_free(agent: dict[str, Any], layout: Layout, name: str, now: int) -> bool:
    """Whether the agent may be offered a caller, by all that is known of that agent at this moment."""
    set_ = layout.agents.get(name)
    if set_ is None or agent["paused"] or not (agent["logged_in"] or set_.auto):
        return False
    occupied = agent["elsewhere"] or agent["offer"] or agent["talking"]
    reachable = agent["reachable"] or set_.external
    return bool(reachable and not occupied and agent["wrap_until"] <= now and agent["rest_until"] <= now)


def offers_are_right(offers: Iterable[Offer], layout: Layout) -> None:
    """Only all at once a ticket is offered to several; each has a seat there and is told once."""
    for offer in offers:
        queue = layout.queues[offer.queue]
        assert len(offer.agents) == 1 or queue.strategy is Strategy.ALL_AT_ONCE
        assert len(offer.agents) == len(set(offer.agents)) > 0
        assert all(layout.seat(name, offer.queue) is not None for name in offer.agents)


def nobody_is_overtaken(before: Snapshot, after: Snapshot, offers: Iterable[Offer], layout: Layout) -> None:
    """Who waited all the time in a lane of the agent's is behind the one the agent was offered instead."""
    waited = {
        id_: ticket
        for id_, ticket in after["tickets"].items()
        if ticket["state"] == "waiting" and before["tickets"].get(id_) == ticket
    }
    for offer in offers:
        taken = before["tickets"].get(offer.ticket) or after["tickets"].get(offer.ticket)
        if taken is None:
            continue
        for id_, ticket in waited.items():
            if any(can_serve(layout, name, ticket) for name in offer.agents):
                assert (taken["order"], offer.ticket) < (ticket["order"], id_), f"{offer.ticket} overtakes {id_}"
