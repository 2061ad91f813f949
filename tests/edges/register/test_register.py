"""A column, a key or a folder that no one has declared is a place where a number stays."""

from __future__ import annotations

import inspect

import psycopg
import pytest

from callcontrol.edges.live_state import keys
from callcontrol.edges.register.places import SEARCHED, Eraser, Holds, Period, TablePlace
from callcontrol.edges.register.stores import FILES, KEYS, NO_KEYS
from callcontrol.edges.register.tables import BY_NAME, TABLES

CATALOGUE = """
    SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
    AND attnum > 0 AND NOT attisdropped GROUP BY 1
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, string_to_array(trim(trailing E'\\\\000' FROM encode(tgargs, 'escape')), E'\\\\000')
    FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname = 'forget_erased' AND NOT c.relispartition
"""


def catalogue(dsn: str) -> dict[str, list[str]]:
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute(CATALOGUE.encode()).fetchall())


def test_every_column_of_the_ledger_is_declared(ledger_database: str) -> None:
    found = catalogue(ledger_database)
    assert {name: sorted(columns) for name, columns in found.items()} == {
        table.name: sorted(table.columns) for table in TABLES
    }


def test_what_comes_later_loses_an_erased_number_in_the_columns_that_are_searched(ledger_database: str) -> None:
    with psycopg.connect(ledger_database) as connection:
        found: dict[str, list[str]] = dict(connection.execute(TRIGGERS.encode()).fetchall())
    # Of these no row comes by a call: a person writes them, and says why.
    by_hand = {"media_deletions", "media_links_withdrawn", "media_erasures", "media_holds", "erasures"}
    assert {name: set(columns) for name, columns in found.items()} == {
        table.name: set(table.searched) for table in TABLES if table.searched and table.name not in by_hand
    }


def test_every_key_of_redis_is_declared() -> None:
    made = {
        name
        for name, one in inspect.getmembers(keys, inspect.isfunction)
        if one.__module__ == keys.__name__ and not name.startswith("_")
    }
    assert made - {*NO_KEYS} == {key.made_by for key in KEYS}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_says_what_it_needs(table: TablePlace) -> None:
    if table.age:
        assert table.age in table.columns
    if table.period in (Period.CALLS, Period.MISSED, Period.MAILS, Period.MEDIA, Period.ACCOUNTS):
        assert table.age
    else:
        assert not table.of(Holds.NAME, Holds.VOICE) or table.age
    assert bool(table.searched) == (table.eraser is not Eraser.NONE)
    assert table.owner


def test_keys_and_files_say_who_takes_a_number_out() -> None:
    for key in KEYS:
        assert key.owner
        assert key.ends
        assert (key.holds is Holds.NOTHING) == (key.eraser is Eraser.NONE)
        assert key.finder or key.holds is Holds.NOTHING
    for file in FILES:
        assert "" not in (file.owner, file.ends, file.where)
        assert file.finder or file.eraser is Eraser.TOLD


def test_the_register_is_looked_up_by_name() -> None:
    assert BY_NAME["calls"].of(Holds.NAME) == ("caller_name",)
    assert set(SEARCHED) == {Holds.NUMBER, Holds.DOCUMENT, Holds.WORDS}
