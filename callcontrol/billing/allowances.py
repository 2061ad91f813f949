"""What a payer has in bundles and discounts, as it stands in a charge: everything that is needed to redo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from callcontrol.billing.columns import LATER


@dataclass(frozen=True, slots=True)
class Allowance:
    """One bundle or discount that is for this call. All is text: lists are parted by blanks.

    Attributes:
        name: the bundle's or the discount's.
        kind: `bundle` or `volume`.
        measure: `minutes` (counted in seconds), `calls` or `money`.
        holder: whose it is: `extension:101`, or `tenant`, also where it is shared.
        months: in which it may be used, the oldest first, such as `2026-10 2026-11`; the call's own is the last.
        size: of a bundle: seconds, calls or money of each month. Of a discount: `FROM:PERCENT …`.
        round: how amounts are rounded, and to how many decimals: `half_up 4`.
        prices: `net`, `gross` or "": whether amounts are without VAT.
        used: what this call takes, or counts as, of each month. Until it is counted: what was reserved for it, "" where
            nothing was asked for.
        beyond: of a bundle: what a minute, or a call, costs that it does not cover; "": what the price list says.
    """

    name: str
    kind: str
    measure: str
    holder: str
    months: str
    size: str
    round: str
    prices: str
    used: str = ""
    beyond: Annotated[str, LATER] = ""
