"""Agents as routing sees them: who has which phone, and the legs of an offer.

An offer rings the agent's phones themselves: the extension's forwarding rules are for those who call the extension.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from callcontrol.config.queue_settings import Callback
from callcontrol.config.settings import Agent, Tenant
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_agent
from callcontrol.routing.legs import phones
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.counting import is_dear
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.outgoing.legs import number_leg
from callcontrol.routing.path import TENANT, Path
from callcontrol.routing.plan import Acceptance, Legs
from callcontrol.routing.speech import Hint, Phrase, as_file_string, key_hint, phrase
from callcontrol.vocabulary.leg import LegChange, Role, has_ended
from callcontrol.vocabulary.number_class import NumberClass, class_of
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, QueueTarget, extension_in, text_of
from callcontrol.vocabulary.trail import Passed


def agents_at(tenant: Tenant) -> Mapping[str, str]:
    """Agent by extension."""
    return {agent.extension: name for name, agent in tenant.agents.items() if agent.extension}


def agent_legs(name: str, queue: str, facts: Facts, round_: int = 0) -> Legs:
    """The legs that reach an agent; none if the agent cannot be rung now.

    Args:
        round_: which trunk in turn an external number is reached through.
    """
    agent, settings = facts.tenant.agents.get(name), facts.tenant.queues.get(queue)
    if agent is None or settings is None:
        return Legs(why=(Passed(facts.now, f"agent {name}", "no longer an agent of this queue"),))
    if agent.extension and round_:
        return Legs()  # no trunk leads to a phone of ours
    if agent.extension:
        legs = phones(agent.extension, settings.ring, facts)
        offline = Passed(facts.now, text_of(ExtensionTarget(agent.extension)), "no phone registered")
        return Legs(legs) if legs else Legs(why=(offline,))
    return _external(agent, queue, settings.ring, facts, round_)


def _external(agent: Agent, queue: str, ring_s: int, facts: Facts, round_: int) -> Legs:
    found = number_leg(agent.number or "", ring_s, Path(QueueTarget(queue), payer=TENANT), facts, round_)
    acceptance = _acceptance(queue, facts) if agent.confirm else None
    return Legs(tuple(replace(leg, acceptance=acceptance) for leg in found.legs), found.why)


def _acceptance(queue: str, facts: Facts) -> Acceptance:
    """The agent hears which key accepts, and which one declines where there is one."""
    language, confirm = to_agent(facts.tenant.queues[queue], facts.tenant), facts.tenant.confirm
    declining = key_hint(language, Hint.DECLINE, confirm.decline) if confirm.decline else ()
    return Acceptance(as_file_string((*phrase(language, Phrase.ACCEPT), *declining)), confirm.wait)


def no_callback(number: str, queue: str, facts: Facts) -> Refusal | None:
    """Why there is no callback to this number, None if there is.

    A caller can send any number: one that costs more than an ordinary call of the tenant's country is called back only
    if the queue allows it. This is checked when the caller asks for the callback, and again before the call.
    """
    if (refused := refusal(Dialling(number, TENANT), facts)) is not None:
        return refused
    settings = facts.tenant.queues.get(queue)
    found, allowed = _class_of(number, facts), (settings.callback if settings else Callback()).classes
    why = f"{number} is {found}, the queue calls back {', '.join(allowed)} numbers only"
    return None if found in allowed else Refusal(RefusalReason.BLOCKED, why)


def _class_of(number: str, facts: Facts) -> NumberClass:
    """By the price list's own word for the number, else by its country's plan; a dear one is never ordinary."""
    dialling = Dialling(number, TENANT)
    direction = dialling.direction(facts)
    found = class_of(number, direction)
    dear = found is NumberClass.NATIONAL and is_dear(dialling, direction, facts)
    return NumberClass.SPECIAL if dear else found


def customer_leg(number: str, queue: str, facts: Facts, round_: int = 0) -> Legs:
    """The leg to a customer who is called back: at the tenant's expense, showing the company's number."""
    settings = facts.tenant.queues.get(queue)
    if (refused := no_callback(number, queue, facts)) is not None:
        entry = Passed(facts.now, text_of(NumberTarget(number)), refused.why, reason=refused.reason)
        return Legs(why=(entry,))
    ring_s = settings.callback.ring if settings else facts.tenant.confirm.wait
    found = number_leg(number, ring_s, Path(QueueTarget(queue), payer=TENANT, show="company"), facts, round_)
    return Legs(tuple(replace(leg, acceptance=None) for leg in found.legs), found.why)


@dataclass(frozen=True, slots=True)
class OtherCall:
    """An agent's call that came from no queue begins (`on`) or ends; `id` names it."""

    agent: str
    id: str
    on: bool


def other_calls(
    news: Iterable[LegChange],
    caller: str,
    agents: Mapping[str, str],
    begun: tuple[tuple[str, str], ...] = (),
) -> Iterator[OtherCall]:
    """What has changed in a call's legs for agents: their phones are rung, or are on the line no more.

    Args:
        news: how the legs have changed since they were told of last.
        caller: the extension that calls, "" for a call from outside.
        agents: agent by extension, now.
        begun: (id, agent) of what has begun and has not ended. An end is that agent's, also if a reload has given
            that extension to another one meanwhile; only of what is not in it the extension's agent now is told.
    """
    whose = dict(begun)
    for was, leg in news:
        if leg.role is Role.AGENT:
            continue
        agent = agents.get(caller) if leg.role is Role.CALLER else _agent_of(leg.target, agents)
        is_new = was is None or was.role is Role.AGENT  # an agent who was transferred is of the queue no more
        if is_new and leg.end is None and agent:
            yield OtherCall(agent, leg.id, True)
        elif has_ended(was, leg) and (agent := whose.get(leg.id) or agent):
            yield OtherCall(agent, leg.id, False)


def still_begun(begun: tuple[tuple[str, str], ...], news: Iterable[OtherCall]) -> tuple[tuple[str, str], ...]:
    """What has begun and has not ended, after these news: (id, agent)."""
    whose = dict(begun)
    for other in news:
        if other.on:
            whose[other.id] = other.agent
        else:
            whose.pop(other.id, None)
    return tuple(whose.items())


def _agent_of(target: str, agents: Mapping[str, str]) -> str | None:
    return agents.get(extension_in(target))
