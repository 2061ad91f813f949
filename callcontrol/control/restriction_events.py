"""What becomes of a call when a payer is restricted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PayersRestricted:
    """Payers are restricted as the facts say now: legs that may not be dialled any more end. May be told again."""
