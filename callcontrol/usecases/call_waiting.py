"""Call waiting of an extension: does a second call ring while the extension is on a call."""

from __future__ import annotations

from collections.abc import Callable

from gevent.event import AsyncResult

from callcontrol.config.settings import Settings
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.usecases.do_not_disturb import ANSWER_S
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import CallWaiting, call_waiting_name
from callcontrol.vocabulary.sentence import says


class SecondCalls:
    """Call waiting of a tenant's extensions; raises LiveStateError while Redis is away."""

    def __init__(self, settings: Settings, tenant: str, store: OverrideStore, now: Callable[[], Instant]) -> None:
        """Raises: NotThere: there is no such tenant."""
        if tenant not in settings.tenants:
            raise NotThere(unknown("tenant", tenant, settings.tenants), "tenant")
        self._tenant, self._store, self._now = tenant, store, now
        self._settings = settings.tenants[tenant]

    @property
    def may_be_set(self) -> bool:
        """Whether the tenant's extensions set it by themselves."""
        return self._settings.call_waiting

    def rings(self, extension: str) -> bool:
        """Whether a second call rings now."""
        self._check(extension)
        found = self._store.read(self._tenant).get(call_waiting_name(extension))
        if isinstance(found, CallWaiting) and found.is_in_force(self._now()):
            return found.on
        return self._settings.extensions[extension].call_waiting

    def set(self, extension: str, by: str, *, on: bool) -> None:
        """From the very next call on."""
        self._check(extension)
        if not self.may_be_set:
            raise Refused(says("call waiting is not set by extensions here (call_waiting)"))
        answer: AsyncResult[LiveStateError | None] = AsyncResult()
        chosen = CallWaiting(on, None, by, self._now())
        self._store.store(self._tenant, call_waiting_name(extension), chosen, answer.set)
        trouble = answer.get(timeout=ANSWER_S)
        if trouble is not None:
            raise trouble

    def _check(self, extension: str) -> None:
        if extension not in self._settings.extensions:
            raise NotThere(unknown("extension", extension, self._settings.extensions), "extension")
