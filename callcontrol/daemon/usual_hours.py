"""What payers have spent in the same hour of the weeks before, read once an hour for those who call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal

from callcontrol.billing.baseline import WEEKS, most_usual
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.spending import spent_in_hours
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.spending import Payer, Span, in_currency, same_hours, spans_at


class UsualHours:
    """As one worker has read them. What it has not read for this hour yet is not known."""

    def __init__(self) -> None:
        self._hour: dict[Payer, Instant] = {}
        self._spent: dict[Payer, list[dict[str, Decimal]]] = {}

    def read(self, connection: DictConnection, zones: Mapping[Payer, tzinfo], now: Instant) -> None:
        """Read what is not read for this hour; forget the payers that are not named.

        Raises:
            psycopg.Error: Postgres does not answer.
        """
        hours = {payer: spans_at(now, zone)[Span.HOUR][0] for payer, zone in zones.items()}
        wanted = [payer for payer, hour in hours.items() if self._hour.get(payer) != hour]
        if wanted:
            before = {payer: same_hours(now, zones[payer], WEEKS) for payer in wanted}
            self._spent |= spent_in_hours(connection, before)
        self._spent = {payer: found for payer, found in self._spent.items() if payer in zones}
        self._hour = hours

    def of(self, payer: Payer, hour: Instant, currency: str, floor: Decimal) -> Decimal | None:
        """The most that is usual for the payer in this hour; None: that is not known."""
        if self._hour.get(payer) != hour:
            return None
        found = self._spent.get(payer, [])
        amounts = [sum((in_currency(amount, of, currency) for of, amount in one.items()), Decimal(0)) for one in found]
        return most_usual(amounts, floor)
