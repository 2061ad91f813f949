"""Click to call: rings an extension's phone, which then calls a number as if it had been dialled there.

The worker only orders it. When the phone is picked up its channel enters the dialplan of phones, whichever worker then
takes it: so a worker that dies meanwhile leaves none in silence, and there is one way of dialling outside.
"""

from __future__ import annotations

import logging
from typing import Final

import gevent

from callcontrol.daemon.leg_line import PATIENCE_S
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import click_meters, clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.click_to_call import ring_and_call
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.kinds import KINDS
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import phones
from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall

log = logging.getLogger(__name__)

# Of one worker at once; a request beyond is left to the next worker.
MAX_CLICKS: Final = 50
_OFFLINE: Final = ClickState(ClickStage.OFFLINE, "no phone of it is registered")


class ClickToCalls:
    """Carries out what people ask for."""

    def __init__(self, shared: WorkerContext, links: SwitchLinks, store: ClickToCallStore) -> None:
        self._shared = shared
        self._links = links
        self._store = store
        self._under_way = 0

    def asked(self, request: ClickToCall) -> None:
        """Carry it out, as far as this worker has room; returns at once."""
        if self._under_way >= MAX_CLICKS:
            meters.limits_reached_total.labels("MAX_CLICKS").inc()
            return
        self._under_way += 1
        gevent.spawn(self._carry_out, request)

    def _carry_out(self, request: ClickToCall) -> None:
        try:
            with contained("click", "a phone could not be rung for a call", tenant=request.tenant):
                self.carry_out(request)
        finally:
            self._under_way -= 1

    def carry_out(self, request: ClickToCall) -> None:
        """Ring the phones, and tell what came of it. Waits for both.

        Raises:
            LiveStateError: Redis is away; a phone that rings calls the number all the same.
        """
        if not self._store.take(request):
            return
        state = self._ring(request)
        click_meters.clicks_total.labels(state.stage.value).inc()
        log.info("phone of %s: %s %s", request.extension, state.stage.value, state.detail)
        self._store.note(request, state)

    def _ring(self, request: ClickToCall) -> ClickState:
        facts = self._facts(request)
        if facts is None:
            return ClickState(ClickStage.FAILED, f"{request.tenant} has no extension {request.extension} here")
        legs = phones(request.extension, request.ring_s, facts)
        return self._originate(request, legs, facts.switch) if legs else _OFFLINE

    def _originate(self, request: ClickToCall, legs: tuple[LegPlan, ...], switch: str) -> ClickState:
        link = self._links.link_of(switch)
        if link is None or not link.is_up:
            return ClickState(ClickStage.FAILED, f"no connection to switch {switch}")
        ids = tuple((clock.new_id(), leg) for leg in legs)
        try:
            command = ring_and_call(ids, request.number, self._links.profile_of(switch))
            for_s = request.ring_s + PATIENCE_S + link.pacing.slack_s
            result = link.bgapi(command, clock.new_id(), for_s)
        except EventSocketError as error:
            meters.command_errors_total.labels(switch).inc()
            return ClickState(ClickStage.FAILED, str(error))
        return ClickState(
            ClickStage.PICKED_UP if result.ok else ClickStage.NOT_PICKED_UP, "" if result.ok else result.value
        )

    def _facts(self, request: ClickToCall) -> Facts | None:
        """What is known of the extension's phones; the number is shown on them. None: there is no such extension."""
        configuration, places = self._shared.current.configuration, self._shared.registrations
        tenant = configuration.settings.tenants.get(request.tenant)
        if tenant is None or request.extension not in tenant.extensions:
            return None
        accounts = tenant.extensions[request.extension].accounts(request.extension)
        where = [switch for account in accounts for switch in places.where(tenant.domain, account)]
        return Facts(
            settings=configuration.settings,
            kinds=KINDS,
            tenant_name=request.tenant,
            prices=configuration.prices_of(request.tenant),
            caller=Caller(request.number),
            dialled=request.number,
            now=clock.now(),
            registered=places.places(tenant.domain, accounts),
            unheard=places.unheard(),
            switch=request.switch or self._links.best(where),
        )
