"""Credit as a driver sees it: spans of talk are asked for, and fall back when a leg is over; answers are its events.

Requests go out with the next round trip to Redis, which is that of the call's save. Prices are those in force now, by
which the leg will be charged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from callcontrol.billing.charges import Unrated
from callcontrol.billing.covers import CoveredLeg
from callcontrol.billing.spans import price_of_span
from callcontrol.billing.tariff import Tariff
from callcontrol.control import credit_commands as on_credit
from callcontrol.control.credit_commands import CreditCommand
from callcontrol.control.credit_events import SpanAnswer, SpanAnswered, SpansReserved
from callcontrol.control.leg_credit import LegCredit
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.span_asking import Asked, Bundles, asked, free_in, refused
from callcontrol.edges import clock
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.vocabulary.bundle_counter import BundleCounter
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.credit import CreditAccount, SpanReply, SpanWord, Standing, units_of

# Accounts whose last balance is known at this worker.
MAX_KNOWN: Final = 10_000
# A leg's request is made again so often where what was left of its bundles was not known.
TRIES: Final = 2
# The span of a call whose tenant is configured no more (seconds).
_SPAN_S: Final = 30

OnAnswer = Callable[[SpanAnswer], object]
OnFound = Callable[[Mapping[str, Standing | None]], object]


class _Request(NamedTuple):
    """What a driver asks for, and where it hears the answer."""

    credit: LegCredit
    tenant: str
    on_answer: OnAnswer


class CreditLine:
    """Carries out commands about the credit of legs."""

    def __init__(self, store: CreditStore, current: Current) -> None:
        self._store = store
        self._current = current
        # What accounts had left by their last answers, less what was given out since while none came, in units.
        self._left: dict[CreditAccount, int] = {}
        # What was left of bundles for further legs by the last answers (parts).
        self._uncovered: dict[BundleCounter, int] = {}

    def carry_out(self, command: CreditCommand, driver: DrivenCall) -> None:
        """Carry it out; answers are delivered to the driver."""
        match command:
            case on_credit.ReserveFirst():
                self._reserve_first(command, driver)
            case on_credit.ReserveNext(credit):
                self._reserve(credit, driver.call.tenant, partial(_next, driver, credit.leg))
            case on_credit.EndReservation():
                self._end(command, driver.call.tenant)

    def look_up(self, tenant: str, names: frozenset[str], on_found: OnFound) -> None:
        """How these accounts stand. `on_found` is called once; None: it is not known, or could not be asked."""
        found: dict[str, Standing | None] = {}

        def answered(name: str, standing: Standing | None, _trouble: LiveStateError | None) -> None:
            found[name] = standing
            if len(found) == len(names):
                on_found(found)

        for name in names:
            tariff = self._tariff(tenant, name)
            if tariff is None:
                answered(name, None, None)
            else:
                self._store.look_up(CreditAccount(tenant, name, tariff.currency), partial(answered, name))

    def _tariff(self, tenant: str, payer: str) -> Tariff | None:
        """The list by which this payer's legs are priced; None: the tenant is configured no more."""
        book = self._current.configuration.price_books.get(tenant)
        return None if book is None else book.of_payer(payer)

    def _reserve_first(self, command: on_credit.ReserveFirst, driver: DrivenCall) -> None:
        answers: dict[str, SpanAnswer] = {}

        def answered(leg: str, answer: SpanAnswer) -> None:
            answers[leg] = answer
            if len(answers) == len(command.legs):
                driver.deliver(SpansReserved(command.dial, answers))

        for credit in command.legs:
            self._reserve(credit, driver.call.tenant, partial(answered, credit.leg))

    def _reserve(self, credit: LegCredit, tenant: str, on_answer: OnAnswer) -> None:
        leg = self._bundles(credit, tenant)
        self._ask(_Request(credit, tenant, on_answer), None if leg is None else Bundles(leg, self._free(leg)))

    def _bundles(self, credit: LegCredit, tenant: str) -> CoveredLeg | None:
        """The leg with what covers it."""
        book = self._current.configuration.price_books.get(tenant)
        at = credit.answered or clock.now()
        return book.covered(tenant, credit.payer, credit.number, credit.direction, at) if book is not None else None

    def _free(self, leg: CoveredLeg) -> tuple[int, ...]:
        """What is left of each of its bundles as far as is known here: of a new one all."""
        return tuple(self._uncovered.get(cover.counter, cover.size) for cover in leg.covers)

    def _ask(self, request: _Request, bundles: Bundles | None, tries: int = TRIES) -> None:
        credit, tenant = request.credit, request.tenant
        settings = self._current.configuration.settings.tenants.get(tenant)
        tariff = self._tariff(tenant, credit.payer)
        if settings is None or tariff is None:
            request.on_answer(refused(f"tenant {tenant} is configured no more", credit, _SPAN_S))
            return
        made = asked(tenant, settings, tariff, credit, clock.now(), bundles)
        if isinstance(made, str):
            request.on_answer(refused(made, credit, settings.credit.span))
            return
        self._store.reserve(made.request, partial(self._replied, made, request, tries))

    def _replied(
        self,
        made: Asked,
        request: _Request,
        tries: int,
        reply: SpanReply | None,
        trouble: LiveStateError | None,
    ) -> None:
        if made.covered is not None and made.request.covers:
            if reply is not None and reply.word is not SpanWord.UNCOUNTED:
                self._note_free(made, reply)
            if reply is None or reply.word is SpanWord.UNCOUNTED or (made.is_mistaken(reply) and not tries):
                # only with what it has of them by now
                self._ask(request, Bundles(made.covered, made.covered.free_of(made.credit.bundled), False))
                return
            if made.is_mistaken(reply):
                self._ask(request, Bundles(made.covered, free_in(reply)), tries - 1)
                return
        self._answered(made, request.on_answer, reply, trouble)

    def _note_free(self, made: Asked, reply: SpanReply) -> None:
        """What is left for the next leg."""
        for cover, covered in zip(made.request.covers, reply.covered, strict=True):
            self._uncovered.pop(cover.counter, None)
            self._uncovered[cover.counter] = max(covered.free, 0)
        while len(self._uncovered) > MAX_KNOWN:
            self._uncovered.pop(next(iter(self._uncovered)))

    def _answered(
        self, made: Asked, on_answer: OnAnswer, reply: SpanReply | None, trouble: LiveStateError | None
    ) -> None:
        account = made.request.account
        left = self._left.pop(account, 0)
        if reply is not None:
            self._left[account] = reply.left
            on_answer(made.answer(reply))
        else:
            talk_s = made.longest_s(left)
            self._left[account] = left - made.units_for(talk_s) if talk_s else left
            on_answer(SpanAnswer(None, talk_s, why=f"its credit cannot be asked for: {trouble}"))
        if len(self._left) > MAX_KNOWN:
            self._left.pop(next(iter(self._left)))

    def _end(self, command: on_credit.EndReservation, tenant: str) -> None:
        credit, tariff = command.leg, self._tariff(tenant, command.leg.payer)
        if tariff is None:
            return
        account = CreditAccount(tenant, credit.account, tariff.currency)
        if command.answered is None:
            self._store.end(account, credit.leg, 0)
            return
        bundles = self._bundles(replace(credit, answered=command.answered), tenant) if credit.bundled else None
        if bundles is not None:
            units, parts = bundles.price(command.talk_us, bundles.free_of(credit.bundled))
            counters = (cover.counter for cover in bundles.covers)
            self._store.end(account, credit.leg, units, zip(counters, parts, strict=True))
            return
        price = price_of_span(tariff, credit.number, command.answered, command.talk_us)
        self._store.end(account, credit.leg, 0 if isinstance(price, Unrated) else units_of(price.amount))


def _next(driver: DrivenCall, leg: str, answer: SpanAnswer) -> None:
    driver.deliver(SpanAnswered(leg, answer))
