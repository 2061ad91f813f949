"""Months are closed and corrected on a real ledger: nothing is billed twice or left out, nothing closed is changed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import count

import gevent
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from callcontrol.billing.statements.document import Document, DocumentKind, Section, total_of
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter, entries_of, faults_of
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.statements import Closed, closed_of
from callcontrol.jobs.statements.checking import checked
from callcontrol.jobs.statements.closing import Book, StatementRefused, close, correct, open_months, preview
from callcontrol.vocabulary.credit import CreditAccount
from callcontrol.vocabulary.moment import instant_from
from tests.jobs.statements.conftest import LATER, SAYS, Ledger, book

MONTHS = ("2026-10", "2026-11", "2026-12")
_tenants = count(1)


def said(document: Document) -> list[str]:
    """Lines in short, and the sums."""
    lines = [f"{one.name} {one.quantity} {one.amount}" for one in document.lines]
    return [*lines, f"{document.net} + {document.vat} = {document.gross} {document.currency}"]


def closed(ledger: Ledger, month: str) -> list[Closed]:
    return close(ledger.connection, ledger.book, month, LATER, "anna")


def test_a_month_with_calls_and_a_fee_that_begins_in_it(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    ledger.write("b", "2026-10-06T10:00Z", "0.005")
    ledger.write("c", "2026-11-06T10:00Z", "9.00")
    (one,) = closed(ledger, "2026-10")
    assert said(one.document) == ["pbx 1 15.48", "mobile 2 0.64", "16.12 + 3.71 = 19.83 PLN"]  # 30 * 16 / 31; 0.635
    assert (one.document.reference, one.document.issuer) == ("acme/2026-10/1", ("Telefonia",))
    (second,) = closed(ledger, "2026-11")
    assert said(second.document) == ["pbx 1 30.00", "mobile 1 9.00", "39.00 + 8.97 = 47.97 PLN"]


def test_calls_belong_to_the_month_of_the_tenants_clocks_in_which_they_arrived(ledger: Ledger) -> None:
    ledger.write("last of september", "2026-09-30T21:59:59Z", "1.00")
    ledger.write("first of october", "2026-09-30T22:00:00Z", "2.00")
    ledger.write("last of october", "2026-10-31T22:59:59Z", "4.00")
    ledger.write("first of november", "2026-10-31T23:00:00Z", "8.00")
    (one,) = closed(ledger, "2026-10")
    assert said(one.document)[1] == "mobile 2 6.00"


def test_what_comes_late_is_a_note_of_the_next_closing_that_names_what_it_corrects(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    (first,) = closed(ledger, "2026-10")
    ledger.write("late", "2026-10-31T10:00Z", "1.00")
    ledger.write("a", "2026-10-05T10:00Z", "0.50")
    statement, note = closed(ledger, "2026-11")
    assert said(statement.document) == ["pbx 1 30.00", "30.00 + 6.90 = 36.90 PLN"]
    assert (note.document.kind, note.document.month, note.document.corrects) == (DocumentKind.NOTE, "2026-10", 1)
    assert said(note.document) == ["mobile 1 0.87", "0.87 + 0.20 = 1.07 PLN"]
    assert [one.text for one in closed_of(ledger.connection, "acme", "2026-10")] == [first.text, note.text]
    assert correct(ledger.connection, ledger.book, "2026-10", "anna") == []
    ledger.write("late", "2026-10-31T10:00Z", None)
    (second,) = correct(ledger.connection, ledger.book, "2026-10", "anna")
    assert (second.document.number, second.document.corrects) == (4, 1)
    assert said(second.document) == ["mobile -1 -1.00", "-1.00 + -0.23 = -1.23 PLN"]
    assert checked(ledger.connection, ledger.book).faults == ()


def test_what_a_transaction_writes_that_is_open_while_a_month_is_closed_is_in_its_note(ledger: Ledger) -> None:
    """Its number is lower than those of others that have ended: a place in a sequence would leave it out."""
    with psycopg.connect(ledger.dsn) as other:
        ledger.write("open", "2026-10-05T10:00Z", "5.00", by=other)
        ledger.write("a", "2026-10-05T10:00Z", "0.63")
        (one,) = closed(ledger, "2026-10")
        assert said(one.document) == ["pbx 1 15.48", "15.48 + 3.56 = 19.04 PLN"]
        other.commit()
    (note,) = correct(ledger.connection, ledger.book, "2026-10", "anna")
    assert said(note.document)[0] == "mobile 2 5.63"


def test_each_currency_has_a_statement_of_its_own_also_one_that_comes_late(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "1.00")
    ledger.write("e", "2026-10-05T10:00Z", "2.00", "EUR")
    assert [said(one.document) for one in closed(ledger, "2026-10")] == [
        ["pbx 1 15.48", "mobile 1 1.00", "16.48 + 3.79 = 20.27 PLN"],
        ["mobile 1 2.00", "2.00 + 0.46 = 2.46 EUR"],
    ]
    ledger.write("c", "2026-10-05T10:00Z", "3", "JPY")
    ledger.write("e", "2026-10-05T10:00Z", "2.00", "PLN")  # by the wrong price list
    notes = [one.document for one in correct(ledger.connection, ledger.book, "2026-10", "anna")]
    assert [(one.kind.value, one.corrects, *said(one)) for one in notes] == [
        ("note", 1, "mobile 1 2.00", "2.00 + 0.46 = 2.46 PLN"),
        ("note", 2, "mobile -1 -2.00", "-2.00 + -0.46 = -2.46 EUR"),
        ("statement", None, "mobile 1 3", "3 + 1 = 4 JPY"),
    ]


def test_a_leg_without_a_price_is_told_and_comes_once_it_has_one(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", None, status="unrated")
    (one,) = closed(ledger, "2026-10")
    assert (one.document.unrated, [line.section for line in one.document.lines]) == (1, [Section.FEES])
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    (note,) = correct(ledger.connection, ledger.book, "2026-10", "anna")
    assert said(note.document)[0] == "mobile 1 0.63"


def test_fees_of_a_closed_month_change_only_where_a_person_says_so(ledger: Ledger) -> None:
    closed(ledger, "2026-10")
    says = "since: 2026-10, currency: PLN, vat_percent: 8, fees: {pbx: {name: PBX, amount: 30.00}}"
    ledger.book = book(says)
    assert correct(ledger.connection, ledger.book, "2026-10", "anna") == []
    (note,) = correct(ledger.connection, ledger.book, "2026-10", "anna", with_fees=True)
    # the VAT of a note is that of its statement
    assert said(note.document) == ["pbx 1 30.00", "pbx -1 -15.48", "14.52 + 3.34 = 17.86 PLN"]
    assert correct(ledger.connection, ledger.book, "2026-10", "anna", with_fees=True) == []


def test_a_month_is_closed_once_after_its_end_and_in_order(ledger: Ledger) -> None:
    before_its_end = instant_from("2026-10-31T22:59:59Z")
    with pytest.raises(StatementRefused, match="2026-10 is not over on the clocks of Europe/Warsaw"):
        close(ledger.connection, ledger.book, "2026-10", before_its_end, "anna")
    with pytest.raises(StatementRefused, match="2026-10 of acme comes before 2026-11 and is not closed"):
        closed(ledger, "2026-11")
    with pytest.raises(StatementRefused, match="statements of acme begin with 2026-10: 2026-09 is before it"):
        closed(ledger, "2026-09")
    with pytest.raises(StatementRefused, match="2026-10 of acme is not closed, so there is nothing to correct"):
        correct(ledger.connection, ledger.book, "2026-10", "anna")
    assert open_months(ledger.connection, ledger.book, instant_from("2026-12-05T00:00Z")) == ["2026-10", "2026-11"]
    assert [one.document.number for one in closed(ledger, "2026-10")] == [1]
    assert open_months(ledger.connection, ledger.book, instant_from("2026-12-05T00:00Z")) == ["2026-11"]
    with pytest.raises(StatementRefused, match="2026-10 of acme is closed already"):
        closed(ledger, "2026-10")
    with pytest.raises(StatementRefused, match="acme has no statements: write"):
        close(ledger.connection, book(None), "2026-10", LATER, "anna")


def test_a_draft_is_what_would_be_closed_and_changes_nothing(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    (draft,) = preview(ledger.connection, ledger.book, "2026-10")
    assert closed_of(ledger.connection, "acme") == []
    (one,) = closed(ledger, "2026-10")
    assert (draft.number, draft.lines, draft.sums) == (0, one.document.lines, one.document.sums)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE statements SET gross = gross + 1, net = net + 1",
        "DELETE FROM statements",
        "TRUNCATE statements, statement_lines",
        "UPDATE statement_lines SET amount = 0",
        "DELETE FROM statement_lines",
        "INSERT INTO statement_lines SELECT tenant, number, line + 1, section, name, label, vat_percent, prices,"
        " quantity, talk_s, billed_s, unit, span, exact, amount, vat FROM statement_lines",
        "INSERT INTO statements SELECT tenant, number + 2, 'note', month, currency, number, net, vat, gross, to_in,"
        " shape, document, sha256, closed_by, closed_at FROM statements",
    ],
)
def test_postgres_itself_refuses_to_change_what_is_closed(ledger: Ledger, statement: str) -> None:
    closed(ledger, "2026-10")
    with pytest.raises(psycopg.errors.IntegrityError, match=r"never changed|is closed|leave a gap"):
        ledger.connection.execute(statement)
    assert checked(ledger.connection, ledger.book).faults == ()


def test_what_was_altered_all_the_same_is_found(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    closed(ledger, "2026-10")
    ledger.connection.execute("UPDATE charges SET amount = 0.60")
    assert checked(ledger.connection, ledger.book).faults == (
        "documents of 2026-10 state 1 calls and 0.63 PLN, the ledger has 1 and 0.6: its charges were altered since",
    )
    with ledger.connection.transaction():
        ledger.connection.execute("SET LOCAL session_replication_role = replica")
        ledger.connection.execute("UPDATE statement_lines SET amount = 0 WHERE section = 'fees'")
    assert "statement 1 of acme: its lines in the table differ" in checked(ledger.connection, ledger.book).faults


def test_calls_whose_time_in_the_ledger_is_over_are_neither_stated_anew_nor_a_fault(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    closed(ledger, "2026-10")
    ledger.connection.execute("DELETE FROM charges")
    ledger.connection.execute("DELETE FROM calls")
    assert correct(ledger.connection, ledger.book, "2026-10", "anna") == []
    found = checked(ledger.connection, ledger.book)
    assert (found.faults, found.gone, found.stated) == ((), 1, {"PLN": Decimal("0.63")})


WRITTEN = st.tuples(
    st.just("write"),
    st.integers(0, 5),
    st.one_of(st.none(), st.decimals(min_value=0, max_value=9, places=3)),
    st.sampled_from(["PLN", "PLN", "EUR"]),
    st.sampled_from([None, Decimal(8)]),
)
STEPS = st.lists(st.one_of(WRITTEN, st.tuples(st.just("close")), st.tuples(st.just("correct"))), max_size=30)
ARRIVALS = (
    "2026-09-30T22:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-31T22:59:59Z",
    "2026-10-31T23:00:00Z",
    "2026-11-30T22:59:59Z",
    "2026-12-10T12:00:00Z",
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_all_documents_together_are_what_all_calls_cost(ledger: Ledger, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    """Calls are charged, charged anew, withdrawn, between closings and corrections: at the end each is stated once."""
    own = Ledger(ledger.connection, ledger.dsn, book(name=f"tenant-{next(_tenants)}"))
    left = list(MONTHS)
    for step in steps:
        if step[0] == "write":
            _, leg, amount, currency, percent = step
            own.write(str(leg), ARRIVALS[leg], amount, currency, vat_percent=percent)
        elif step[0] == "close" and left:
            close(own.connection, own.book, left.pop(0), LATER, "anna")
        elif step[0] == "correct" and len(left) < len(MONTHS):
            correct(own.connection, own.book, MONTHS[0], "anna")
    for month in left:
        close(own.connection, own.book, month, LATER, "anna")
    for month in MONTHS:
        correct(own.connection, own.book, month, "anna")
    documents = [one.document for one in closed_of(own.connection, own.book.name)]
    assert [one.number for one in documents] == list(range(1, len(documents) + 1))
    assert checked(own.connection, own.book).faults == ()
    for month in MONTHS:
        for currency in ("PLN", "EUR"):
            lines = [
                line
                for one in documents
                for line in one.lines
                if (one.month, one.currency, line.section) == (month, currency, Section.CALLS)
            ]
            assert total_of(line.exact for line in lines) == own.owed(month, currency)
    rated = sum(due is not None for _, _, due in own.truth.values())
    assert sum(line.quantity for one in documents for line in one.lines if line.section is Section.CALLS) == rated
    fees = Counter(one.month for one in documents for line in one.lines if line.section is Section.FEES)
    assert fees == Counter(MONTHS)


def test_of_two_who_close_a_month_at_once_one_does(ledger: Ledger) -> None:
    ledger.write("a", "2026-10-05T10:00Z", "0.63")

    def attempt() -> str:
        with connect(ledger.dsn) as own:
            try:
                return ", ".join(one.document.reference for one in close(own, ledger.book, "2026-10", LATER, "anna"))
            except StatementRefused as error:
                return str(error)

    attempts = [gevent.spawn(attempt) for _ in range(4)]
    gevent.joinall(attempts, raise_error=True)
    assert Counter(one.value.partition(":")[0] for one in attempts) == {
        "acme/2026-10/1": 1,
        "2026-10 of acme is closed already": 3,
    }


def test_a_process_that_dies_while_it_closes_a_month_leaves_nothing(ledger: Ledger) -> None:
    """A month is one transaction: before its end there is nothing, and the next attempt does all of it."""
    ledger.write("a", "2026-10-05T10:00Z", "0.63")
    ledger.write("e", "2026-10-05T10:00Z", "2.00", "EUR")

    def closing() -> None:
        with psycopg.connect(ledger.dsn, autocommit=True, row_factory=dict_row) as dying, dying.transaction():
            close(dying, ledger.book, "2026-10", LATER, "anna")
            (row,) = dying.execute("SELECT pg_backend_pid() AS pid")
            ledger.connection.execute("SELECT pg_terminate_backend(%s)", (row["pid"],))

    with pytest.raises(psycopg.OperationalError):
        closing()
    assert closed_of(ledger.connection, "acme") == []
    assert [one.document.number for one in closed(ledger, "2026-10")] == [1, 2]


def test_fees_are_taken_from_the_account_once_with_the_closing(ledger: Ledger) -> None:
    ledger.book = book(f"{SAYS}, fees_from_account: yes", "credit: {kind: prepaid}\n")
    account = CreditAccount("acme", "tenant", "PLN")
    enter(ledger.connection, NewEntry(account, EntryKind.TOP_UP, Decimal(50), "cash", "anna", "key"))
    closed(ledger, "2026-10")
    (top_up, fee) = entries_of(ledger.connection, account, None, None, 10)
    assert (fee.kind, fee.amount, fee.balance) == (EntryKind.FEE, Decimal("-15.48"), Decimal("34.52"))
    assert (fee.key, fee.reason, fee.by) == ("statement 1", "fees of 2026-10, statement 1", "anna")
    assert correct(ledger.connection, ledger.book, "2026-10", "anna") == []
    ledger.book = book(f"{SAYS.replace('30.00', '60.00')}, fees_from_account: yes", "credit: {kind: prepaid}\n")
    correct(ledger.connection, ledger.book, "2026-10", "anna", with_fees=True)
    assert entries_of(ledger.connection, account, None, None, 10)[-1].amount == Decimal("-15.49")  # 30.97 in all
    assert faults_of(ledger.connection, "acme") == []
    assert top_up.amount == 50


def test_what_was_entered_in_accounts_is_told_with_the_balance_before_and_after(ledger: Ledger) -> None:
    account = CreditAccount("acme", "tenant", "PLN")
    for number, amount in enumerate((Decimal(50), Decimal(20))):
        enter(ledger.connection, NewEntry(account, EntryKind.TOP_UP, amount, "cash", "anna", f"key {number}"))
    for number, at in ((1, "2026-09-30"), (2, "2026-10-05")):
        ledger.connection.execute("UPDATE account_entries SET entered_at = %s WHERE number = %s", (at, number))
    (before,) = preview(ledger.connection, ledger.book, "2026-10")
    ledger.connection.execute("DELETE FROM account_entries WHERE number = 1")  # kept no longer
    ledger.connection.execute("UPDATE accounts SET retired_entries = 1, retired_balance = 50")
    (one,) = closed(ledger, "2026-10")
    (moved,) = one.document.accounts
    assert (moved.account, moved.before, moved.after) == ("tenant", Decimal(50), Decimal(70))
    assert moved.moved == {"top_up": Decimal(20)}
    assert before.accounts == one.document.accounts


def test_a_tenant_that_moves_to_another_zone_has_each_call_in_one_month(ledger: Ledger) -> None:
    ledger.write("october in Warsaw", "2026-10-31T22:30Z", "1.00")
    ledger.write("october in London, november in Warsaw", "2026-10-31T23:30Z", "2.00")
    ledger.write("november", "2026-11-05T12:00Z", "4.00")
    closed(ledger, "2026-10")
    moved = ledger.book.tenant.model_copy(update={"zone": "Europe/London"})
    ledger.book = Book("acme", moved, ())
    (november, *notes) = closed(ledger, "2026-11")
    assert said(november.document)[1] == "mobile 2 6.00"
    assert notes == []
    ledger.write("october in London, november in Warsaw", "2026-10-31T23:30Z", "3.00")
    assert correct(ledger.connection, ledger.book, "2026-10", "anna") == []
    (note,) = correct(ledger.connection, ledger.book, "2026-11", "anna")
    assert said(note.document)[0] == "mobile 0 1.00"
    assert checked(ledger.connection, ledger.book).faults == ()


def test_what_was_used_of_bundles_is_told_with_their_sizes(ledger: Ledger) -> None:
    ledger.book = book(SAYS, "bundles: {national: {minutes: 100, extensions: [101]}, texts: {calls: 5, shared: yes}}\n")
    ledger.connection.execute(
        "INSERT INTO allowance_counters (tenant, name, holder, month, used) VALUES"
        " ('acme', 'national', 'extension:101', '2026-10', 3661), ('acme', 'texts', 'tenant', '2026-10', 2),"
        " ('acme', 'gone', 'tenant', '2026-10', 7), ('acme', 'national', 'extension:101', '2026-11', 60)"
    )
    (one,) = closed(ledger, "2026-10")
    assert [(told.name, told.holder, told.measure, told.used, told.size) for told in one.document.bundles] == [
        ("gone", "tenant", "", Decimal(7), None),
        ("national", "extension:101", "minutes", Decimal(3661), Decimal(6000)),
        ("texts", "tenant", "calls", Decimal(2), Decimal(5)),
    ]
