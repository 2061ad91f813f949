"""An entry of a call's trail: what was reserved of bundles for a leg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class Bundled:
    """A leg is over for which something of bundles was reserved: its charge takes no more of them.

    Attributes:
        reserved: by bundle, of each of its months: `national 60 0;extras 1.5` (seconds, calls or money).
    """

    at: Instant
    leg_id: str
    reserved: str
    kind: Literal["bundled"] = "bundled"
