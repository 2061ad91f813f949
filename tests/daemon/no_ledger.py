"""A ledger that is away."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.vocabulary.credit import Balance, CreditAccount


def no_balance(account: CreditAccount, on_balance: Callable[[Balance | None], None]) -> None:
    """No account's balance can be told."""
    on_balance(None)
