"""Accounts with their entries, bundles, statements: the amounts of the commands."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import urlencode

from pydantic import Field

from callcontrol.billing.statements.page import Page as StatementPage
from callcontrol.usecases.accounts import LONGEST_REASON
from callcontrol.vocabulary.rights import Kind, Person, Scope, Thing, Verb, may, scope_of
from callcontrol.vocabulary.target import extension_in
from callcontrol.web.api.accounts import (
    AccountsGiven,
    EntriesGiven,
    accounts_told,
    bundles_told,
    entered,
    entries_as_csv,
    entries_told,
)
from callcontrol.web.api.statements import draft, shown, statement_as_csv, statement_as_pdf, statements_told
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Act, Done, Page, Part, Shown
from callcontrol.web.pages.texts import N_, said

KINDS: Final = {
    "top_up": N_("top-up"),
    "charge": N_("call"),
    "void": N_("call withdrawn"),
    "correction": N_("correction"),
    "fee": N_("fee"),
    "hold": N_("put on hold"),
    "release": N_("released"),
}
_PAGE: Final = 50


class EntryForm(Given):
    """An entry that a person makes."""

    kind: Literal["top-up", "correct", "hold", "release"]
    amount: str = Field(default="", max_length=40)
    why: str = Field(min_length=1, max_length=LONGEST_REASON)
    currency: str = Field(default="", max_length=3)


class EntriesPage(EntriesGiven):
    """The filters of the API, with a shorter page."""

    limit: int = _PAGE


def _accounts(asked: Asked) -> Shown:
    return Shown("admin/accounts.html", values(told=accounts_told(asked), bundles=bundles_told(asked)))


def _account(asked: Asked) -> Shown:
    told, given = entries_told(asked), asked.given
    kept = {name: value for name in ("currency", "since", "until") if (value := getattr(given, name))}
    more = urlencode({**kept, "before": told.next}) if told.next else ""
    thing = Thing(asked.tenant, extension=extension_in(told.account.account) or "")
    shown_values = values(
        told=told,
        given=given,
        kept=urlencode(kept),
        more=more,
        KINDS=KINDS,
        may_enter=may(asked.person, Verb.CHANGE, Kind.ACCOUNTS, thing),
    )
    return Shown("admin/account.html", shown_values)


def _enter(asked: Asked) -> Done:
    entry, audit = entered(asked)
    text = N_("Entered: receipt %(receipt)s, the balance is now %(balance)s %(currency)s.")
    values_of = {"receipt": entry.receipt, "balance": entry.balance, "currency": entry.currency}
    return Done(said(text, **values_of), audit)


def _statements(asked: Asked) -> Shown:
    return Shown("admin/statements.html", values(told=statements_told(asked)))


def _statement(asked: Asked) -> Shown:
    one = shown(asked)
    content = StatementPage(one.document, one.sha256).content()
    return Shown("admin/statement.html", values(documents=[content], number=one.document.number, month=""))


def _draft(asked: Asked) -> Shown:
    month, found, _ = draft(asked)
    documents = [StatementPage(one.document, one.sha256).content() for one in found]
    return Shown("admin/statement.html", values(documents=documents, number=0, month=month))


def sees_more(person: Person) -> bool:
    """Whether there is more to see than the costs of the own calls, which stand in the history."""
    return scope_of(person, Verb.SEE, Kind.ACCOUNTS) >= Scope.GROUP


_SEE: Final = (Verb.SEE, Kind.ACCOUNTS)
_STATEMENTS: Final = (Verb.SEE, Kind.STATEMENTS)
PAGES: Final = (
    Page(
        "accounts",
        "/accounts",
        N_("Accounts"),
        _SEE,
        "admin",
        _accounts,
        given=AccountsGiven,
        fits=sees_more,
    ),
    Page(
        "account_entries",
        "/accounts/{account}",
        N_("Account"),
        _SEE,
        "admin",
        _account,
        acts=(Act("enter", EntryForm, _enter, (Verb.CHANGE, Kind.ACCOUNTS)),),
        parts=(Part("/accounts/{account}/entries.csv", entries_as_csv, EntriesGiven),),
        given=EntriesPage,
        fits=sees_more,
        is_listed=False,
    ),
    Page("statements", "/statements", N_("Statements"), _STATEMENTS, "admin", _statements),
    Page(
        "statement",
        "/statements/{number}",
        N_("Statement"),
        _STATEMENTS,
        "admin",
        _statement,
        parts=(
            Part("/statements/{number}/csv", statement_as_csv),
            Part("/statements/{number}/pdf", statement_as_pdf),
        ),
        is_listed=False,
    ),
    Page("draft", "/drafts/{month}", N_("Draft of a month"), _STATEMENTS, "admin", _draft, is_listed=False),
)
