"""The jsonb columns: a document has no version of its own. Its form is that of its column, which the schema step says
that commented on the column last; so every document that is written has the fields of that comment, and no others.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any

import orjson
import psycopg
import pytest

from callcontrol.billing.charges import Charge
from callcontrol.billing.columns import LATER, Kind
from callcontrol.billing.exports.form import Form
from callcontrol.billing.rating import rate
from callcontrol.billing.record import TABLES, CallRecord, ChargeRecord, QueueVisit
from callcontrol.billing.record_json import from_json
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.ledger.queries import SCHEMA_STEPS
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.schema import apply_schema
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.mail import MailFacts
from callcontrol.vocabulary.supervision import ModeSpan
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON
from tests.daemon.test_survival import EXAMPLE
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import queue_payload

FORM = re.compile(r"\{([^}]*)\}")
OF_RECORDS = [
    (name, column.name) for name, table in TABLES.items() for column in table.columns if column.kind is Kind.DOCUMENT
]
DOCUMENTS = sorted([*OF_RECORDS, ("mails", "facts"), ("export_batches", "form"), ("listenings", "spans")])
ROWS_KEPT = [("withdrawn_rows", "content")]  # whole rows, by their columns
STATES_KEPT = [("web_audit", "before"), ("web_audit", "after")]  # of whatever was changed, as the API shows it
SUMS_KEPT = [("erasures", "told"), ("retired_months", "sums")]  # how much there was, by table, column or currency


def form_of(comment: str) -> dict[str, bool]:
    """The fields that a column's comment names, and whether each is always there."""
    (fields,) = FORM.findall(comment)
    return {name.removesuffix("?"): not name.endswith("?") for name in fields.split(", ")}


def entry_form(record: type, column: str) -> dict[str, bool]:
    """The fields of an entry as the program declares them."""
    entry = typing.get_args(typing.get_type_hints(record)[column])[0]
    hints = typing.get_type_hints(entry, include_extras=True)
    return {f.name: LATER not in typing.get_args(hints[f.name]) for f in dataclasses.fields(entry)}


def written_form(table: str, column: str) -> dict[str, bool]:
    if (table, column) == ("charges", "parts"):
        tariff: Any = read_configuration(EXAMPLE).tariffs["acme"]
        charge = rate(tariff, "+48600700800", NOON, 61_500_000)
        assert isinstance(charge, Charge)
        parts: Any = charge.as_json()["parts"]
        return dict.fromkeys(parts[0], True)
    if (table, column) == ("export_batches", "form"):
        return {f.name: True for f in dataclasses.fields(Form)}
    if (table, column) == ("listenings", "spans"):
        return {f.name: True for f in dataclasses.fields(ModeSpan)}
    if (table, column) == ("mails", "facts"):
        return {f.name: True for f in dataclasses.fields(MailFacts)}
    return entry_form({"calls": CallRecord, "charges": ChargeRecord, "queue_visits": QueueVisit}[table], column)


def test_every_jsonb_column_is_a_document_that_is_declared(connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    found = rows(
        "SELECT relname, attname FROM pg_attribute"
        " JOIN pg_class c ON c.oid = attrelid JOIN pg_type t ON t.oid = atttypid"
        " WHERE typname IN ('json', 'jsonb') AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0"
        " AND relnamespace = 'public'::regnamespace"
    )
    assert sorted(found) == sorted([*DOCUMENTS, *ROWS_KEPT, *STATES_KEPT, *SUMS_KEPT])


@pytest.mark.parametrize(("table", "column"), DOCUMENTS)
def test_a_document_has_the_form_of_its_column(
    table: str, column: str, connection: psycopg.Connection, rows: Rows
) -> None:
    apply_schema(connection)
    ((comment,),) = rows(
        "SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
        table,
        column,
    )
    assert written_form(table, column) == form_of(comment)


@pytest.mark.parametrize(("table", "column"), DOCUMENTS)
def test_the_schema_says_in_which_version_the_column_got_its_form(table: str, column: str) -> None:
    said = re.compile(rf"COMMENT ON COLUMN {table}\.{column}\s+IS".encode())
    assert [version for version, step in enumerate(SCHEMA_STEPS, 1) if said.search(step)]


def test_a_field_that_came_later_is_no_trouble_for_a_reader_of_before(database: str, writer: LedgerWriter) -> None:
    record = orjson.loads(queue_payload())
    documents = [*record["call"]["path"], *record["call"]["notes"], *(k for v in record["visits"] for k in v["keys"])]
    assert documents
    for entry in documents:
        entry["of_a_later_version"] = {"what": "ever"}
    assert from_json(orjson.dumps(record)) == from_json(queue_payload())
    assert writer.write([orjson.dumps(record)]) == []
    with LedgerReader(database) as ledger:
        (call,) = ledger.calls(Wanted(limit=5))
    assert [entry["why"] for entry in call.path] == [entry["why"] for entry in record["call"]["path"]]
