"""Restricting a payer by hand, and releasing it from limits: in the ledger with the reason before it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Final
from zoneinfo import ZoneInfo

from gevent.event import AsyncResult

from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges.ledger.restrictions import note_restrictions, restrictions_in_force
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.set_by_hand import CHANGE, TAKEN_BACK, end_in
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import BadMoment, Instant
from callcontrol.vocabulary.restriction import BY_HAND, Level, Restriction
from callcontrol.vocabulary.target import ExtensionTarget, text_of

ANSWER_S: Final = 5.0
LONGEST_REASON: Final = 200
MIDNIGHT: Final = "00:00"
CLASSES: Final = tuple(one.value for one in Direction if one not in (Direction.EMERGENCY, Direction.INTERNAL))


def payers_of(tenant: Tenant) -> list[str]:
    """Who pays: the tenant, and each extension."""
    return [TENANT_ACCOUNT, *(text_of(ExtensionTarget(name)) for name in tenant.extensions)]


class Restricting:
    """Restrictions of a tenant's payers, as a person sets and ends them.

    Args:
        ledger: opens a connection of the ledger's own user.

    Every method raises Refused where what is asked for makes no sense, NoLedger where Postgres did not take it (then
    nothing has changed), and LiveStateError where Redis did not.
    """

    def __init__(
        self,
        settings: Settings,
        tenant: str,
        ledger: Callable[[], AbstractContextManager[DictConnection]],
        pipeline: Callable[[], AbstractContextManager[RedisPipeline]],
        now: Callable[[], Instant],
    ) -> None:
        if tenant not in settings.tenants:
            raise NotThere(unknown("tenant", tenant, settings.tenants), "tenant")
        self._tenant, self._settings = tenant, settings.tenants[tenant]
        self._ledger, self._pipeline, self._now = ledger, pipeline, now

    def block(self, payer: str, classes: Iterable[str], reason: str, until: str, by: str) -> Restriction:
        """No calls outside, or none of these classes; running ones end at once.

        Args:
            until: as `end_in` reads it; "": until it is ended.
        """
        chosen = tuple(dict.fromkeys(classes))
        unknown_ones = [one for one in chosen if one not in CLASSES]
        if unknown_ones:
            raise Refused(f"{unknown_ones[0]} is no class of numbers", "classes", f"write some of {', '.join(CLASSES)}")
        at, end, why = self._how(payer, reason, until or TAKEN_BACK)
        level = Level.BLOCK_CLASS if chosen else Level.BLOCK_OUTGOING
        restriction = Restriction(self._tenant, payer, BY_HAND, level, chosen, at, end, by, why)
        self._say([restriction])
        return restriction

    def unblock(self, payer: str, reason: str, until: str, by: str) -> list[Restriction]:
        """The payer may call again; limits that were passed do not act until then, by default midnight."""
        at, end, why = self._how(payer, reason, until or MIDNIGHT)
        found = [
            replace(one, level=Level.RELEASED, at=at, until=end, by=by, why=why)
            for one in self._in_force(at)
            if one.payer == payer and one.level is not Level.RELEASED
        ]
        if not found:
            raise Refused(f"{payer} of {self._tenant} is not restricted", "payer")
        self._say(found)
        return found

    def _how(self, payer: str, reason: str, until: str) -> tuple[Instant, Instant | None, str]:
        """Since when, until when, and why."""
        payers = payers_of(self._settings)
        if payer not in payers:
            raise NotThere(unknown("payer", payer, payers), "payer")
        why, now = " ".join(reason.split()), self._now()
        if not 0 < len(why) <= LONGEST_REASON:
            raise Refused(f"write a reason of at most {LONGEST_REASON} characters", "reason")
        if until == CHANGE:
            raise Refused("write HH:MM, or an ISO time", "until")
        try:
            return now, end_in(until, None, now, ZoneInfo(self._settings.zone)), why
        except (BadMoment, ValueError) as error:
            raise Refused(str(error), "until") from error

    def _in_force(self, now: Instant) -> list[Restriction]:
        """As workers know them; what Redis does not have, as the ledger has it."""
        with self._pipeline() as pipeline:
            is_whole, found = RestrictionStore(pipeline).read()
        if not is_whole:
            with self._ledger() as connection:
                kept = {one.key: one for one in restrictions_in_force(connection, now)}
            found = tuple((kept | {one.key: one for one in found}).values())
        return [one for one in found if one.tenant == self._tenant and one.is_in_force(now)]

    def _say(self, restrictions: Iterable[Restriction]) -> None:
        """Note them for good, then let all workers know."""
        restrictions = tuple(restrictions)
        with self._ledger() as connection:
            note_restrictions(connection, restrictions)
        with self._pipeline() as pipeline:
            store = RestrictionStore(pipeline)
            for one in restrictions:
                _tell(store, one)


def _tell(store: RestrictionStore, restriction: Restriction) -> None:
    answer: AsyncResult[LiveStateError | None] = AsyncResult()
    store.restrict(restriction, lambda counts, trouble: answer.set(trouble), by_hand=True)
    trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble
