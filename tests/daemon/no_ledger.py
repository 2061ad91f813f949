"""A ledger that is unavailable."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.vocabulary.credit import Balance, CreditAccount


def no_balance(account: CreditAccount, on_balance: Callable[[Balance | None], None]) -> None:
    """Answers that the account's balance is unknown."""
    on_balance(None)
