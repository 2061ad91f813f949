"""Settings of webhooks: web servers of tenants that are told what happens. Each is added by a person, not by a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Flag, Network, Whole
from callcontrol.config.frozen import Frozen


class Webhooks(Frozen):
    """What webhooks may reach, and for how long what is told is kept; their secrets are sealed by `web.keys`."""

    inner_networks: tuple[Network, ...] = Field(
        default=(),
        description="networks that are no part of the public internet and may be reached all the same; default: none, "
        "so that no tenant has this host ask others of its own network",
    )
    plain_http: Flag = Field(default=False, description="whether addresses with http:// are taken, too")
    answer_s: Annotated[int, Field(ge=1, le=60), Whole] = Field(
        default=10, description="seconds for a whole delivery, from the name's address to the answer"
    )
    per_tenant: Annotated[int, Field(ge=1, le=100), Whole] = Field(default=10, description="how many a tenant may have")
    keep_days: Annotated[int, Field(ge=2, le=90), Whole] = Field(
        default=7, description="days for which deliveries are kept, successful or not"
    )
