"""The call back of an emergency service, as it is awaited."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class ExpectedCallBack:
    """Until then, a call from outside to this number (E.164) is for the phone of this extension."""

    number: str
    tenant: str
    extension: str
    until: Instant
