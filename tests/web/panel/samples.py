"""What the sample company has beside its calls, so that pages of those who run things have something to show."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter
from callcontrol.edges.ledger.reader import connect
from callcontrol.jobs.statements.closing import book_of, close
from callcontrol.usecases.people import Doer
from callcontrol.vocabulary.credit import CreditAccount
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.money import decimal_from
from tests.web.conftest import Site

EXPORT = "acme.ours"
STATEMENT = "1"
_SAYS = "\ncredit: {kind: prepaid}\nexports: {ours: {what: calls, format: csv, folder: FOLDER, daily: 03:00}}\n"
_ENTRIES = (("top_up", "200.00", "bank transfer of 21 November"), ("correction", "-2.50", "typing error of receipt 1"))


def add_settings(config: Path) -> None:
    """An account and an export, in the file of the company."""
    folder = config.parent / "out"
    folder.mkdir()
    with (config / "tenants" / "acme.yaml").open("a") as file:
        file.write(_SAYS.replace("FOLDER", str(folder)))
    with (config / "callcontrol.yaml").open("a") as file:
        file.write(f"\ndata: {config.parent / 'data'}\n")


def add_money(site: Site) -> None:
    """Entries, and the statement of November."""
    accounts = [CreditAccount("acme", name, "PLN") for name in ("tenant", "extension:101")]
    with connect(site.dsn) as connection:
        for account, (kind, amount, why) in product(accounts, _ENTRIES):
            enter(connection, NewEntry(account, EntryKind(kind), decimal_from(amount), why, "anna (command)", why))
        book = book_of(site.services.settings, "acme")
        close(connection, book, "2026-11", instant_from("2026-12-02T00:00:00Z"), "anna")
        people = site.services.people_by(Doer("root (command)", "command"), connection)
        people.set_password("sub", "correct horse battery")
