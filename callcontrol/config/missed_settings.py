"""Settings of missed callers: when a call that reached no person opens a case, and what closes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Identifier, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.missed import DAY_US, MINUTE_US, MissedPolicy
from callcontrol.vocabulary.moment import SECOND_US

Minutes = Annotated[int, Field(ge=1, le=30 * 24 * 60), Whole]


class MissedCallers(Frozen):
    """Callers from outside whom no person spoke with: each is a case until the tenant has, `callcontrol missed`."""

    hours: Identifier | None = Field(
        default=None, description="one of `hours:`; `due` counts while it is open by its schedule; default: always"
    )
    due: Minutes = Field(default=60, description="minutes within which a first call back is due")
    claim: Minutes = Field(default=30, description="minutes for which a claim on a case holds")
    rung: Annotated[int, Field(ge=0, le=600), Whole] = Field(
        default=5, description="seconds; a caller who hangs up earlier has dialled wrong, and is no case"
    )
    talk: Annotated[int, Field(ge=1, le=600), Whole] = Field(
        default=10, description="seconds of talk from which on a call back has reached the caller, and no machine"
    )
    expires: Annotated[int, Field(ge=1, le=90), Whole] = Field(
        default=14, description="days after which a case is given up"
    )

    @property
    def policy(self) -> MissedPolicy:
        """As the fold takes it."""
        return MissedPolicy(
            rung_us=self.rung * SECOND_US,
            talk_us=self.talk * SECOND_US,
            due_us=self.due * MINUTE_US,
            claim_us=self.claim * MINUTE_US,
            expires_us=self.expires * DAY_US,
        )
