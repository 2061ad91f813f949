"""A batch without an erased number is not looked through row by row; one that has it loses it, in whatever form."""

from __future__ import annotations

import hashlib

import pytest
from psycopg import Connection

from callcontrol.edges.ledger.forgetting import look_through

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("tenant", "records", "looked"),
    [
        ("acme", '[{"tenant":"acme","caller":"+48500100201"}]', "*"),
        ("acme", '[{"tenant":"acme","caller":"+48500100200"}]', ""),
        ("acme", '[{"tenant":"acme","target":"sip:%2B48500100200@host"}]', ""),
        ("acme", '[{"tenant":"acme","caller":"148500100200"}]', "*"),  # another number
        ("acme", '[{"tenant":"acme","name":"\\u0001","caller":"+48500100201"}]', ""),  # signs before digits
        ("globex", '[{"tenant":"acme","caller":"+48500100200"}]', ""),  # nothing is erased there
    ],
)
def test_a_batch_is_looked_through_once(connection: Connection, tenant: str, records: str, looked: str) -> None:
    connection.execute(
        "INSERT INTO erasures (tenant, hash, pseudonym, key, tags, key_until, erased_by, why)"
        " VALUES (%s, '', 'erased-x', %s, %s, now() + interval '1 day', 'x', 'x')",
        (tenant, KEY, [hashlib.sha256(KEY + b"48500100200").digest()]),
    )
    with connection.transaction():
        look_through(connection, records)
        assert setting(connection) == looked
    assert setting(connection) == ""  # of this transaction alone


def setting(connection: Connection) -> str:
    row = connection.execute("SELECT coalesce(current_setting('callcontrol.looked_through', true), '')").fetchone()
    assert row is not None
    return str(row[0])
