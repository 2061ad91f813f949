"""Settings of transfers: when who was transferred comes back. Cross-checks stand in `checks/transfers.py`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Whole
from callcontrol.config.frozen import Frozen

MAX_RECALL_S = 600


class Transfers(Frozen):
    """Transfers by phone. What nothing takes comes back to the transferor in any case."""

    recall: Annotated[int, Field(ge=0, le=MAX_RECALL_S), Whole] = Field(
        default=20,
        description="seconds of ringing without an answer after which who was transferred comes back to the "
        "transferor; 0: as long as the rules of the target say",
    )
