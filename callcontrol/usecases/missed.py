"""Missed callers of a tenant: which cases there are, claiming, releasing and dismissing one, calling one back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from callcontrol.billing.missed.cases import Case
from callcontrol.config.settings import Settings
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.missed_cases import MAX_CASES, WantedCases, do, wanted_cases
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore, matter_of
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases import click_to_call
from callcontrol.usecases.click_to_call import NotCalled
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.missed import CaseAct, CaseActKind, CaseKey
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.phone_number import normalise, what_is_wrong_with
from callcontrol.vocabulary.reach import Reach
from callcontrol.vocabulary.rights import Kind, Person, Thing, Verb, may
from callcontrol.vocabulary.sentence import says

DEFAULT_CASES: Final = 100


@dataclass(frozen=True, slots=True)
class CallBack:
    """How a missed caller is called back.

    Attributes:
        phone: the extension whose phone rings, and then calls.
        by: for whom the case is claimed.
        ring_s: how long the phone rings (seconds).
        id: of the request.
    """

    phone: str
    by: str
    ring_s: int
    id: str


class MissedCallers:
    """A tenant's missed callers.

    Every method raises Refused where what is asked for makes no sense, and lets errors of Postgres pass.
    """

    def __init__(self, settings: Settings, tenant: str, connection: DictConnection, now: Callable[[], Instant]) -> None:
        """Raises: NotThere: there is no such tenant."""
        if tenant not in settings.tenants:
            raise NotThere(unknown("tenant", tenant, settings.tenants), "tenant")
        self._settings, self._tenant = settings.tenants[tenant], tenant
        self._connection, self._now = connection, now

    def cases(
        self,
        *,
        number: str = "",
        target: str = "",
        closed_too: bool = False,
        overdue: bool = False,
        opened_by: str = "",
        limit: int = DEFAULT_CASES,
        reach: Reach | None = None,
    ) -> list[Case]:
        """The open cases, those that are due first first; with closed ones too, the latest first.

        Args:
            opened_by: only those that this call has opened; "": all.
            reach: only of callers who wanted one of these; None: of all.
        """
        wanted = WantedCases(
            self._tenant,
            number=self.number(number) if number else None,
            target=target or None,
            is_open=None if closed_too else True,
            overdue=overdue,
            opened_by=opened_by or None,
            targets=None if reach is None else _targets_in(reach),
            latest_first=closed_too,
            limit=min(limit, MAX_CASES),
        )
        return wanted_cases(self._connection, wanted, self._now())

    def key(self, number: str, target: str = "") -> CaseKey:
        """The case that is meant: of the number's open cases the only one, where no target is named."""
        normal = self.number(number)
        return CaseKey(normal, target or self._only_target(normal))

    def act(self, key: CaseKey, kind: CaseActKind, by: str, why: str = "") -> None:
        """Claim, release or dismiss; raises ActRefused as the case stands."""
        now = self._now()
        until = Instant(now + self._settings.missed.policy.claim_us) if kind is CaseActKind.CLAIM else None
        with transaction(self._connection):
            do(self._connection, self._tenant, CaseAct(now, key, kind, by, why, until))

    def call_back(
        self, key: CaseKey, how: CallBack, store: ClickToCallStore, on_ringing: Callable[[], object] = bool
    ) -> None:
        """Claim the case, ring the phone, and wait until it is picked up and calls the number.

        Args:
            on_ringing: called once a worker rings the phone.

        Raises:
            ActRefused: another has claimed the case, or it is open no more.
            NotCalled: the phone did not call the number, and the case is free again; or a phone is being rung for the
                case already, which goes on.
        """
        click_to_call.check(self._tenant, self._settings, how.phone, how.ring_s)
        request = ClickToCall(how.id, self._tenant, how.phone, key.number, how.ring_s)
        with _once(request, key, store):
            self.act(key, CaseActKind.CLAIM, how.by)
            try:
                click_to_call.ask_worker(request, store)
                on_ringing()
                click_to_call.wait_for_pick_up(request, store)
            except (LiveStateError, NotCalled) as error:
                self.act(key, CaseActKind.RELEASE, how.by)
                raise NotCalled(f"{error}; the case of {key.number} for {key.target} stays open") from error

    def begin_call_back(self, key: CaseKey, how: CallBack, store: ClickToCallStore) -> ClickToCall:
        """Claim the case, and have a worker ring the phone; `end_call_back` waits for what comes of it.

        Raises:
            ActRefused: another has claimed the case, or it is open no more.
            NotCalled: no worker has taken it, and the case is free again; or a phone is being rung for it already.
        """
        click_to_call.check(self._tenant, self._settings, how.phone, how.ring_s)
        request = ClickToCall(how.id, self._tenant, how.phone, key.number, how.ring_s)
        _begin(request, key, store)
        try:
            self.act(key, CaseActKind.CLAIM, how.by)
            try:
                click_to_call.ask_worker(request, store)
            except NotCalled:
                self.act(key, CaseActKind.RELEASE, how.by)
                raise
        except Exception:
            _over(request, key, store)
            raise
        return request

    def number(self, text: str) -> str:
        """A number as people write it, in normal form."""
        region = self._settings.region
        number = normalise(text, region)
        if number is None:
            raise Refused(f"{text}: {what_is_wrong_with(text, region)}", "number")
        return number.text

    def _only_target(self, number: str) -> str:
        wanted = WantedCases(self._tenant, number, is_open=True)
        targets = [case.key.target for case in wanted_cases(self._connection, wanted, self._now())]
        if len(targets) == 1:
            return targets[0]
        if not targets:
            raise NotThere(says("no case of %(number)s is open", number=number), "number")
        raise Refused(f"{number} has several open cases, name the target: {', '.join(targets)}", "target")


@contextmanager
def _once(request: ClickToCall, key: CaseKey, store: ClickToCallStore) -> Iterator[None]:
    """A case is called back by one phone at a time, also where one person asks for it twice."""
    _begin(request, key, store)
    try:
        yield
    finally:
        _over(request, key, store)


def _begin(request: ClickToCall, key: CaseKey, store: ClickToCallStore) -> None:
    matter = matter_of("case", key.number, key.target)
    try:
        is_first = store.begin(request, matter, request.ring_s + click_to_call.PATIENCE_S + click_to_call.TAKEN_S)
    except LiveStateError as error:
        raise NotCalled(f"{error}; no phone was rung for the case of {key.number}") from error
    if not is_first:
        raise NotCalled(says("a phone is being rung for the case of %(number)s already", number=key.number))


def _over(request: ClickToCall, key: CaseKey, store: ClickToCallStore) -> None:
    with suppress(LiveStateError):  # it ends by itself
        store.over(request, matter_of("case", key.number, key.target))


def end_call_back(
    opened: Callable[[], AbstractContextManager[MissedCallers]],
    key: CaseKey,
    request: ClickToCall,
    by: str,
    store: ClickToCallStore,
) -> None:
    """Free the case again where the phone was not picked up. If this process ends before, the claim ends by its time.

    Args:
        opened: opens the tenant's missed callers, to change them.
    """
    with contained("web", "a case could not be freed after a call back", tenant=request.tenant):
        try:
            click_to_call.wait_for_pick_up(request, store)
        except NotCalled:
            with opened() as missed:
                missed.act(key, CaseActKind.RELEASE, by)
        finally:
            _over(request, key, store)


def _targets_in(reach: Reach) -> tuple[str, ...]:
    """Whom callers wanted, of those things."""
    named = {"extension": reach.extensions, "queue": reach.queues, "agent": reach.agents}
    return tuple(f"{kind}:{name}" for kind, names in named.items() for name in names)


def is_reached(person: Person, verb: Verb, tenant: str, target: str) -> bool:
    """Whether the person may do this to cases of callers who wanted this target."""
    return may(person, verb, Kind.MISSED, _thing(tenant, target))


def sees_numbers(person: Person, tenant: str, target: str) -> bool:
    """Whether the person sees the numbers of callers who wanted this target in whole."""
    return may(person, Verb.SEE, Kind.NUMBERS, _thing(tenant, target))


def _thing(tenant: str, target: str) -> Thing:
    kind, _, name = target.partition(":")
    named = {"extension": {"extension": name}, "queue": {"queue": name}, "agent": {"agent": name}}.get(kind, {})
    return Thing(tenant, **named)


def plain_case(case: Case, now: Instant) -> dict[str, object]:
    """A case for programs; times in UTC."""
    times = {
        "opened_at": case.opened,
        "last_missed_at": case.last_missed,
        "due_at": case.due,
        "expires_at": case.expires,
        "first_try_at": case.first_try,
        "closed_at": case.closed,
    }
    return {
        "number": case.key.number,
        "target": case.key.target,
        "reason": case.reason,
        "missed": case.missed,
        "tries": case.tries,
        **{name: None if at is None else text_of(at) for name, at in times.items()},
        "state": case.end_at(now) or "open",
        "claimed_by": case.holder_at(now),
        "by": case.by,
        "why": case.why,
        "call_id": case.opened_by,
    }
