"""Do not disturb of an extension: is it on, switch it on until a time or until taken back, switch it off."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from gevent.event import AsyncResult

from callcontrol.config.settings import Settings
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.override import DoNotDisturb, undisturbed_name
from callcontrol.vocabulary.sentence import says

ANSWER_S = 5.0


class Undisturbed:
    """Do not disturb of a tenant's extensions.

    Every method raises Refused where what is asked for makes no sense, and LiveStateError while Redis is away.
    """

    def __init__(self, settings: Settings, tenant: str, store: OverrideStore, now: Callable[[], Instant]) -> None:
        """Raises: NotThere: there is no such tenant."""
        if tenant not in settings.tenants:
            raise NotThere(unknown("tenant", tenant, settings.tenants), "tenant")
        self._tenant, self._store, self._now = tenant, store, now
        self._settings = settings.tenants[tenant]

    def of(self, extension: str) -> DoNotDisturb | None:
        """What is in force; None: calls ring."""
        self._check(extension)
        found = self._store.read(self._tenant).get(undisturbed_name(extension))
        return found if isinstance(found, DoNotDisturb) and found.is_in_force(self._now()) else None

    def switch_on(self, extension: str, until: str, by: str) -> DoNotDisturb:
        """No call rings from now on.

        Args:
            until: an ISO time on the tenant's clocks; "": until it is taken back.
            by: who says so, for the trail of calls.
        """
        self._check(extension)
        if not self._settings.do_not_disturb:
            raise Refused(says("there is no `do not disturb` here (do_not_disturb)"))
        now = self._now()
        on = DoNotDisturb(self._end(until, now), by, now)
        self._put(extension, on)
        return on

    def switch_off(self, extension: str) -> None:
        """Calls ring again."""
        self._check(extension)
        self._put(extension, None)

    def _end(self, text: str, now: Instant) -> Instant | None:
        try:
            until = instant_from(text, ZoneInfo(self._settings.zone)) if text else None
        except BadMoment as error:
            raise Refused(str(error), "until") from error
        if until is not None and until <= now:
            raise Refused(
                says("%(text)s: that is over", text=text), "until", says("write a time that is still to come")
            )
        return until

    def _check(self, extension: str) -> None:
        known = self._settings.extensions
        if extension not in known:
            what = f"tenant {self._tenant} has no extension {extension}; it has: {', '.join(known)}"
            raise NotThere(what, "extension")

    def _put(self, extension: str, on: DoNotDisturb | None) -> None:
        answer: AsyncResult[LiveStateError | None] = AsyncResult()
        self._store.store(self._tenant, undisturbed_name(extension), on, answer.set)
        trouble = answer.get(timeout=ANSWER_S)
        if trouble is not None:
            raise trouble
