"""Numbers that were erased come again with records that were under way: a batch is looked through as a whole.

As long as an erasure has its key, the trigger `forget_erased` takes its number out of every row that is inserted. To
look through each row costs as much as to write it, and next to none has such a number. So a writer looks through the
text of its batch first: where none of its digits are an erased number's, the trigger is told so, for the transaction.

No row slips through: the transaction has its number before the erasures are read, and an erasure replaces rows once all
transactions have ended that had a number when it began.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

import orjson
from psycopg import Connection

from callcontrol.edges.ledger.queries import query

# As in forget_erased: fewer digits are no number, more are none either.
_RUNS: Final = re.compile(r"(?<![0-9])[0-9]{6,24}(?![0-9])")
# A sign that JSON writes by its number can stand before a digit: such a text is left to the trigger.
_ESCAPE: Final = "\\u"
# In one round trip; the second one begins when the transaction has its number.
_NUMBER_THEN_KEYS: Final = b"; ".join((query("own_transaction"), query("keys_of_erasures")))


def look_through(connection: Connection[Any], records: str) -> None:
    """Tell the trigger that these records, as JSON, have no erased number, if they have none; in their transaction.

    Raises:
        psycopg.Error: Postgres is away.
    """
    cursor = connection.execute(_NUMBER_THEN_KEYS)
    cursor.nextset()
    keys = [(key, {*tags}) for tenant, key, tags in cursor.fetchall() if orjson.dumps(tenant).decode() in records]
    if keys and _ESCAPE not in records and not _has_erased(records, keys):
        connection.execute(query("note_looked_through"))


def _has_erased(records: str, keys: Iterable[tuple[bytes, set[bytes]]]) -> bool:
    runs = {run.encode() for run in _RUNS.findall(records)}
    return any(hashlib.sha256(key + run).digest() in tags for key, tags in keys for run in runs)
