"""What agents do now, and acting for one: log in and out, pause, resume, wrap-up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.usecases.agent_rows import AgentRow, live_row
from callcontrol.usecases.live_queues import LiveQueues, check_name, shown_number, tenant_of
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.agent import PAUSED, PROLONG_S, AgentAction, AgentView
from callcontrol.vocabulary.moment import SECOND_US, instant_from
from callcontrol.vocabulary.sentence import says

MAX_REASON: Final = 32
MAX_PROLONG_S: Final = 3_600
# As they are written by people.
ACTIONS: Final[Mapping[str, AgentAction]] = MappingProxyType(
    {
        "log-in": AgentAction.LOG_IN,
        "log-out": AgentAction.LOG_OUT,
        "pause": AgentAction.PAUSE,
        "resume": AgentAction.RESUME,
        "end-wrap-up": AgentAction.END_WRAP_UP,
        "prolong-wrap-up": AgentAction.PROLONG_WRAP_UP,
    }
)
_REFUSED: Final = {
    "auto": "{} is active whenever the agent's phone is registered: use pause instead",
    "no_wrap_up": "{} is in no wrap-up",
    "unknown": "{} is not known yet: does `callcontrol serve` run with this configuration?",
}


def act(live: LiveQueues, tenant: str, agent: str, action: str, reason: str = PAUSED, seconds: int = PROLONG_S) -> None:
    """Carry out an action on an agent.

    Args:
        action: one of ACTIONS.
        reason: of a pause: a code of the tenant's `pauses`, or any words.
        seconds: by which a wrap-up is prolonged.

    Raises:
        ValueError: it makes no sense as it is; the message says why.
        LiveStateError: Redis is away or refused it.
    """
    settings = tenant_of(live.configuration.settings, tenant)
    check_name(tenant, "agent", agent, settings.agents)
    if action not in ACTIONS:
        raise Refused(says("%(action)s is no action", action=action), "action", f"write one of {', '.join(ACTIONS)}")
    detail = _detail(action, reason, seconds, settings)
    done = live.views.act(tenant, agent, ACTIONS[action], detail, live.occasion(tenant))
    if done != "done":
        raise Refused(_REFUSED[done].format(agent))


def _detail(action: str, reason: str, seconds: int, tenant: Tenant) -> str:
    match action:
        case "pause":
            words = str(tenant.pauses.get(reason, reason))
            if not 1 <= len(words) <= MAX_REASON or not words.isprintable():
                raise Refused(
                    says("a reason has 1 to %(max_reason)s characters, in one line", max_reason=MAX_REASON), "reason"
                )
            return words
        case "prolong-wrap-up":
            if not 1 <= seconds <= MAX_PROLONG_S:
                raise Refused(
                    says(
                        "%(seconds)s seconds: write 1 to %(max_prolong_s)s",
                        seconds=seconds,
                        max_prolong_s=MAX_PROLONG_S,
                    ),
                    "seconds",
                )
            return str(seconds * SECOND_US)
        case _:
            return ""


def live_agents(live: LiveQueues, tenant: str, agent: str | None = None) -> list[AgentRow]:
    """The agents of a tenant now, or this one; raises LiveStateError as `act`."""
    found = live.views.agents(tenant, live.occasion(tenant))
    return [_row(tenant, view, live) for view in found if agent in (None, view.name)]


def display_name(tenant: Tenant, agent: str) -> str:
    """What people call the agent; "" if the files do not say, or have none such (any more)."""
    found = tenant.agents.get(agent)
    return found.name if found is not None else ""


def _row(tenant: str, view: AgentView, live: LiveQueues) -> AgentRow:
    settings, occasion = live.configuration.settings, live.occasion(tenant)
    day_began = instant_from(occasion.periods["day"], live.configuration.zone_of(tenant))
    caller = shown_number(view.caller, settings)
    return live_row(tenant, display_name(settings.tenants[tenant], view.name), view, caller, occasion.now, day_began)
