"""Limits of the daemon that are settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Whole
from callcontrol.config.frozen import Frozen, Seconds


class Limits(Frozen):
    """Every limit of the daemon; each has a metric of the same name."""

    hops: Annotated[int, Field(ge=1, le=32), Whole] = Field(
        default=8, description="how often one call may be forwarded"
    )
    choices: Annotated[int, Field(ge=1, le=1_000), Whole] = Field(
        default=50, description="how often one caller may choose by key where the call goes; then the last resort"
    )
    legs_per_call: Annotated[int, Field(ge=2, le=10_000), Whole] = Field(
        default=200, description="legs of one call, those of its offers among them; past it the call is not offered"
    )
    calls: Annotated[int, Field(ge=1), Whole] = Field(default=10_000, description="calls in progress per worker")
    frame_bytes: Annotated[int, Field(ge=65_536), Whole] = Field(
        default=2_097_152, description="largest frame read from a switch"
    )
    spool_bytes: Annotated[int, Field(ge=1_048_576), Whole] = Field(
        default=1_073_741_824, description="records waiting for Postgres"
    )
    offers: Annotated[int, Field(ge=1, le=100_000), Whole] = Field(
        default=5_000, description="agents' and customers' phones that ring at once, per worker and switch"
    )
    lookup_ms: Annotated[int, Field(ge=10, le=5_000), Whole] = Field(
        default=500, description="longest wait for Redis on a call's way"
    )
    talk_s: Seconds = Field(default=14_400, description="longest conversation on an external leg")
    drain_s: Seconds = Field(default=60, description="how long SIGTERM waits for running calls")
    hung_s: Seconds = Field(
        default=15, description="a worker that says nothing for so long is killed and started again"
    )
    legs_end_s: Seconds = Field(default=10, description="how long a finished call waits for the end of its legs")
