"""What a command about statements is about: the tenant's book, and the month."""

from __future__ import annotations

import argparse

from callcontrol.billing.statements.months import month_from
from callcontrol.commands.media_ledger import check_tenant
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.jobs.statements.closing import Book, book_of


def book_named(args: argparse.Namespace, settings: Settings) -> Book:
    """The book of the tenant.

    Raises:
        ValueError: there is no such tenant.
    """
    check_tenant(args, settings)
    return book_of(settings, args.tenant)


def month_named(args: argparse.Namespace, book: Book) -> str:
    """The month.

    Raises:
        ValueError: it is none.
    """
    return month_from(args.month, book.zone, clock.now())
