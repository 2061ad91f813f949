"""What calls through trunks have cost us, by the carriers' price lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import asking, connect
from callcontrol.vocabulary.moment import Instant, datetime_of


def trunk_costs(dsn: str, since: Instant) -> Mapping[str, Mapping[str, Decimal]]:
    """By trunk, the cost of its legs that were answered since then, by currency; of all tenants.

    Raises:
        NoLedger: Postgres cannot be reached, or has no tables of this version.
    """
    at = datetime_of(since)
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    with connect(dsn) as connection, asking(connection):
        given = {"since": at, "first_day": (at - timedelta(days=1)).date()}
        for row in connection.execute(query("trunk_costs"), given).fetchall():
            found[row["trunk"]][row["currency"]] = row["cost"]
    return found
