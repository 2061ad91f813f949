"""What a tenant's opening hours say of a moment, for whatever stands under them: queues, callbacks, agents."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.override import Overrides, override_of_hours
from callcontrol.vocabulary.schedule import State
from callcontrol.vocabulary.schedule_state import state


def state_at(tenant: Tenant, name: str | None, at: Instant, overrides: Overrides | None) -> State | None:
    """The state of the opening hours of this name at a moment; None: there are none, it is always open.

    Args:
        overrides: what is set by hand over the tenant's schedules.
    """
    if name is None or name not in tenant.hours:
        return None
    return state(tenant.hours[name].schedule, at, override_of_hours(overrides, name))


def told_of(now: State, zone: ZoneInfo) -> str:
    """`closed (holiday: Epiphany) until Wed 2027-01-07 08:00`."""
    until = "" if now.until is None else f" until {datetime_of(now.until, zone):%a %Y-%m-%d %H:%M}"
    return f"{now.word} ({now.why}){until}"
