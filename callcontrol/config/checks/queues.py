"""Queues: that their seats have agents, their settings belong together, and each of them can ever matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.queue_settings import AtClosing, Callback, CallerPriority, Demand
from callcontrol.config.settings import Queue, Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath

# Of each pair the limit, and where a caller goes who is beyond it.
_PAIRS = (("after", "waited"), ("expected", "busy"))


def seats_without_an_agent(settings: Settings) -> Iterator[Problem]:
    """Each seat names one of the tenant's agents."""
    for place, queue, tenant in _queues(settings):
        for index, seat in enumerate(queue.agents):
            if not is_written(settings, "tenants", place[1], "agents", seat.agent):
                right = did_you_mean(seat.agent, tenant.agents, f"write `{seat.agent}:` below `agents:`")
                where = (*place, "agents", str(index), "agent")
                yield problem_at(settings, where, f"agent {seat.agent} does not exist", right)


def agents_seated_twice(settings: Settings) -> Iterator[Problem]:
    """An agent has one seat in a queue."""
    for place, queue, _ in _queues(settings):
        seats = [(seat.agent, (*place, "agents", str(i), "agent")) for i, seat in enumerate(queue.agents)]
        for agent, where, first in repeated(seats):
            what = f"agent {agent} has a seat here already ({nearest_source(settings, first)})"
            yield problem_at(settings, where, what, "keep one of them")


def overflows_by_halves(settings: Settings) -> Iterator[Problem]:
    """A limit without a target, or a target without a limit, would do nothing."""
    for place, queue, _ in _queues(settings):
        for limit, target in _PAIRS:
            written = [key for key in (limit, target) if getattr(queue.overflow, key) is not None]
            if len(written) == 1:
                missing = target if written == [limit] else limit
                where = (*place, "overflow", written[0])
                yield problem_at(settings, where, f"without `{missing}` it does nothing", f"write `{missing}: …` too")


def callbacks_never_made(settings: Settings) -> Iterator[Problem]:
    """Times of day within which no callback would be made, and attempts that come after the end of all."""
    for place, queue, _ in _queues(settings):
        callback, where = queue.callback, (*place, "callback")
        if callback.hours is not None and (callback.opens is not None or callback.closes is not None):
            key = "opens" if callback.opens is not None else "closes"
            what = "both `hours` and times of day say when customers are called"
            yield problem_at(settings, (*where, key), what, "keep one of them")
        elif (callback.opens is None) != (callback.closes is None):
            missing = "opens" if callback.opens is None else "closes"
            yield problem_at(settings, where, f"half an opening time: `{missing}` is missing", f"write `{missing}: …`")
        if callback.opens is not None and callback.closes is not None and callback.opens >= callback.closes:
            what = f"it closes at {callback.closes}, but opens at {callback.opens}"
            yield problem_at(settings, (*where, "closes"), what, "write a later time of the same day")
        elif callback.opens is not None and callback.closes is not None and _open_s(callback) <= queue.ring:
            what = f"open for {_open_s(callback)} s, and an agent's phone rings {queue.ring} s before the customer's"
            yield problem_at(settings, (*where, "closes"), what, "write longer hours")
        if callback.retries and callback.every >= callback.expires:
            what = f"given up after {callback.expires} s, before the first further attempt ({callback.every} s)"
            yield problem_at(settings, (*where, "expires"), what, "write more than `every`, or `retries: 0`")


def _open_s(callback: Callback) -> int:
    """How long customers may be called each day (seconds)."""
    opens, closes = (
        3_600 * int(clock[:2]) + 60 * int(clock[3:]) for clock in (callback.opens or "", callback.closes or "")
    )
    return closes - opens


def colours_out_of_order(settings: Settings) -> Iterator[Problem]:
    """Red is worse than yellow: a tile that is red at once would never be yellow."""
    for place, queue, _ in _queues(settings):
        for key in ("waiting", "longest"):
            most = getattr(queue.wallboard, key)
            if most.red <= most.yellow:
                what = f"red from {most.red} on, and yellow only from {most.yellow}"
                yield problem_at(settings, (*place, "wallboard", key, "red"), what, f"write more than {most.yellow}")
        least = queue.wallboard.service_level
        if least.red >= least.yellow:
            what = f"red below {least.red} %, and yellow only below {least.yellow} %"
            where = (*place, "wallboard", "service_level", "red")
            yield problem_at(settings, where, what, f"write less than {least.yellow}")


def closings_without_effect(settings: Settings) -> Iterator[Problem]:
    """What callers meet at closing needs opening hours that close, a prompt or a target."""
    for place, queue, _ in _queues(settings):
        for key in ("at_closing",) if "at_closing" in queue.model_fields_set and queue.hours is None else ():
            yield problem_at(settings, (*place, key), "without `hours` it never closes", "write `hours: …` too")
        if queue.overflow.closed is not None and queue.hours is None:
            where = (*place, "overflow", "closed")
            yield problem_at(settings, where, "without `hours` it never closes", "write `hours: …` for the queue")
        if (queue.at_closing is AtClosing.TELL) != (queue.announce.closing is not None):
            is_told = queue.at_closing is AtClosing.TELL
            where = (*place, "at_closing") if is_told else (*place, "announce", "closing")
            what = "nothing is played to callers: `announce.closing` is missing" if is_told else "it is never played"
            right = "write `announce: {closing: …}`" if is_told else "write `at_closing: tell`, or remove it"
            yield problem_at(settings, where, what, right)
        if queue.at_closing is AtClosing.OVERFLOW and queue.overflow.closed is None and queue.otherwise is None:
            what = "there is nowhere to send callers: `overflow.closed` is missing"
            yield problem_at(settings, (*place, "at_closing"), what, "write `overflow: {closed: …}`")


def hours_that_do_not_exist(settings: Settings) -> Iterator[Problem]:
    """Queues, callbacks, agents and missed callers name opening hours of their tenant."""
    for tenant_name, tenant in settings.tenants.items():
        for where, hours in _named_hours(tenant):
            if hours is not None and not is_written(settings, "tenants", tenant_name, "hours", hours):
                right = did_you_mean(hours, tenant.hours, f"write `{hours}:` below `hours:`")
                what = f"opening hours {hours} do not exist"
                yield problem_at(settings, ("tenants", tenant_name, *where, "hours"), what, right)


def _named_hours(tenant: Tenant) -> Iterator[tuple[YamlPath, str | None]]:
    for name, queue in tenant.queues.items():
        yield ("queues", name), queue.hours
        yield ("queues", name, "callback"), queue.callback.hours
    for name, agent in tenant.agents.items():
        yield ("agents", name), agent.hours
    yield ("missed",), tenant.missed.hours


def demands_of_nobody(settings: Settings) -> Iterator[Problem]:
    """A demand or priority says whose it is."""
    for place, queue, _ in _queues(settings):
        for index, demand in enumerate(queue.demands):
            if demand.dialled is None and demand.caller is None:
                where = (*place, "demands", str(index))
                yield problem_at(settings, where, "no caller is named", "write `dialled: …` or `caller: …`")
        for index, priority in enumerate(queue.priorities):
            if priority.dialled is None and priority.caller is None and not priority.numbers:
                where = (*place, "priorities", str(index))
                right = "write `dialled: …`, `caller: …` or `numbers: […]`"
                yield problem_at(settings, where, "no caller is named", right)


def dialled_numbers_not_owned(settings: Settings) -> Iterator[Problem]:
    """A caller cannot reach this tenant by a number it does not have."""
    for place, queue, tenant in _queues(settings):
        for where, number in _dialled(queue):
            if not is_written(settings, "tenants", place[1], "numbers", number):
                what = f"{number} is none of this tenant's numbers"
                right = did_you_mean(number, tenant.numbers, f"add {number} below `numbers:`")
                yield problem_at(settings, (*place, *where, "dialled"), what, right)


def demands_never_asked(settings: Settings) -> Iterator[Problem]:
    """The first demand that fits a caller counts, so a wider one before hides it."""
    for place, queue, _ in _queues(settings):
        for index, demand in enumerate(queue.demands):
            wider = next((i for i, other in enumerate(queue.demands[:index]) if _covers(other, demand)), None)
            if wider is not None:
                source = nearest_source(settings, (*place, "demands", str(wider)))
                what = f"never asked: every caller it fits has a demand before it ({source})"
                yield problem_at(settings, (*place, "demands", str(index)), what, "put it before that one")


def demands_nobody_meets(settings: Settings) -> Iterator[Problem]:
    """A demand no agent of the queue could meet, and which no wait makes smaller, would hold its callers for ever."""
    for place, queue, tenant in _queues(settings):
        if any(seat.agent not in tenant.agents for seat in queue.agents):
            continue  # reported already; the missing agent might have the skills
        agents = [tenant.agents[seat.agent].skills for seat in queue.agents]
        for index, demand in enumerate(queue.demands):
            stages = (demand.skills, *(relaxed.skills for relaxed in demand.relax))
            if not any(_meets(skills, stage) for stage in stages for skills in agents):
                wanted = ", ".join(f"{skill} {level}" for skill, level in demand.skills.items())
                right = "add the skill to an agent, or end `relax:` with what is enough"
                where = (*place, "demands", str(index), "skills")
                yield problem_at(settings, where, f"no agent of the queue has {wanted}", right)


def stages_out_of_order(settings: Settings) -> Iterator[Problem]:
    """Each smaller demand comes later than the one before it."""
    for place, queue, _ in _queues(settings):
        for index, demand in enumerate(queue.demands):
            before = 0
            for step, relaxed in enumerate(demand.relax):
                if relaxed.after <= before:
                    where = (*place, "demands", str(index), "relax", str(step), "after")
                    what = f"after {relaxed.after} s, but the one before it comes after {before} s"
                    yield problem_at(settings, where, what, "write them in the order of time")
                before = max(before, relaxed.after)


def waits_longer_than_anybody_waits(settings: Settings) -> Iterator[Problem]:
    """What would happen only after the caller has gone on to `waited`."""
    for place, queue, _ in _queues(settings):
        leaves = queue.overflow.after
        for where, seconds in _waits(queue):
            if leaves is not None and seconds >= leaves:
                what = f"never after {seconds} s: callers leave after {leaves} s (overflow.after)"
                yield problem_at(settings, (*place, *where), what, f"write less than {leaves}")


def _waits(queue: Queue) -> Iterator[tuple[YamlPath, int]]:
    if queue.sticky is not None:
        yield ("sticky", "first"), queue.sticky.first
    if queue.tier_wait:
        yield ("tier_wait",), queue.tier_wait
    for index, demand in enumerate(queue.demands):
        for step, relaxed in enumerate(demand.relax):
            yield ("demands", str(index), "relax", str(step), "after"), relaxed.after


def _dialled(queue: Queue) -> Iterator[tuple[YamlPath, str]]:
    entries: dict[str, tuple[Demand | CallerPriority, ...]]
    entries = {"demands": queue.demands, "priorities": queue.priorities}
    for block, values in entries.items():
        for index, entry in enumerate(values):
            if entry.dialled is not None:
                yield (block, str(index)), entry.dialled


def _covers(wider: Demand, demand: Demand) -> bool:
    """Whether the one fits every caller the other fits."""
    number = wider.dialled is None or wider.dialled == demand.dialled
    caller = not wider.caller or (demand.caller or "").startswith(wider.caller)
    return number and caller and (wider.dialled, wider.caller) != (None, None)


def _meets(skills: Mapping[str, int], demand: Mapping[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in demand.items())


def _queues(settings: Settings) -> Iterator[tuple[YamlPath, Queue, Tenant]]:
    for name, tenant in settings.tenants.items():
        for key, queue in tenant.queues.items():
            yield ("tenants", name, "queues", key), queue, tenant
