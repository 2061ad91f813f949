"""What the sample company has beside its calls, so that pages of those who run things have something to show."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter
from callcontrol.edges.ledger.reader import connect
from callcontrol.jobs.statements.closing import book_of, close
from callcontrol.usecases.people import Doer
from callcontrol.usecases.webhooks import Webhooks
from callcontrol.vocabulary.credit import CreditAccount
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.money import decimal_from
from tests.billing.trails import call_id
from tests.web.conftest import Site

EXPORT = "acme.ours"
STATEMENT = "1"
WEBHOOK = "00000000-0000-4000-8000-000000000001"
_SAYS = "\ncredit: {kind: prepaid}\nexports: {ours: {what: calls, format: csv, folder: FOLDER, daily: 03:00}}\n"
# Of the events that a server was told: kind, state, tries, what went wrong.
_DELIVERIES = (
    ("call.ended", "delivered", 1, ""),
    ("call.missed", "waiting", 3, "the server answered 503 Service Unavailable"),
    ("recording.ready", "dead", 14, "the server could not be reached: connection refused"),
)
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


def add_webhook(site: Site) -> None:
    """A web server that took one event, does not take another, and never took a third."""
    with connect(site.dsn) as connection:
        own = (site.services.settings, "acme", connection, "anna", site.services.now, os.urandom, lambda: WEBHOOK)
        Webhooks(*own).add("https://crm.example.com/hooks/calls", ("call.ended", "call.missed", "recording.ready"))
        for number, (kind, state, tries, trouble) in enumerate(_DELIVERIES):
            connection.execute(
                "INSERT INTO webhook_outbox"
                " (webhook_id, tenant, event_id, kind, call_id, state, attempts, due_at, trouble) VALUES"
                " (%s, 'acme', gen_random_uuid(), %s, %s, %s, %s, now() + interval '4 minutes', %s)",
                (WEBHOOK, kind, call_id(number), state, tries, trouble),
            )


def add_blocks(site: Site) -> None:
    """Numbers that a phone may not call, and a payer that calls nothing abroad."""
    barrings = site.services.barrings("acme")
    barrings.put("101", barrings.read(["premium"], ["+48600700800"], ["4870"]), "SIP password stolen", None, "anna")
    site.services.restricting("acme").block("extension:102", ["international"], "an invoice is due", "", "anna")
