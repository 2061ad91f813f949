"""Settings of the web process: the HTTP API and the panel."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from callcontrol.config.fields import Flag, HostPort, Network, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.link_settings import MAX_LINK_KEYS, LinkKey, WebAddress
from callcontrol.config.postgres_address import PostgresDsn

MAX_SESSION_HOURS: Final = 168


class Web(Frozen):
    """The API and the panel: `callcontrol web`, a process of its own."""

    run: Flag = Field(default=True, description="whether this host's daemon runs it, where there are keys")
    keys: tuple[LinkKey, ...] = Field(
        default=(),
        max_length=MAX_LINK_KEYS,
        description="secrets of 32 characters at least, which sign cursors and seal second factors: the first for new "
        "ones, the others for old ones; none: there is no API and no panel",
    )
    listen: HostPort = Field(default="127.0.0.1:8095", description="where it serves, by plain HTTP")
    address: WebAddress = Field(
        default="http://127.0.0.1:8095", description="how people's browsers reach that: a reverse proxy with TLS"
    )
    postgres: PostgresDsn = Field(
        default="",
        description="how it reads the ledger, by a login of its own that is a member of callcontrol_web; default: "
        "`postgres.dsn`, as the role callcontrol_web; never through PgBouncer",
    )
    proxies: tuple[Network, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        description="reverse proxies; what they say of the client's address in X-Forwarded-For is believed",
    )
    clients: Annotated[int, Field(ge=10, le=10_000), Whole] = Field(
        default=1_000, description="connections that are served at once, live streams among them; more of them wait"
    )
    connections: Annotated[int, Field(ge=2, le=500), Whole] = Field(
        default=20, description="connections to Postgres at once, half of them at most for long answers, as CSV is"
    )
    streams: Annotated[int, Field(ge=1, le=9_000), Whole] = Field(
        default=500, description="live streams at once; more of them are refused"
    )
    requests_a_minute: Annotated[int, Field(ge=10, le=100_000), Whole] = Field(
        default=600, description="requests one address may make in a minute; then it is refused for the rest of it"
    )
    sign_ins_a_minute: Annotated[int, Field(ge=1, le=1_000), Whole] = Field(
        default=10, description="tries to sign in of one account, and of one address, in a minute"
    )
    session_hours: Annotated[int, Field(ge=1, le=MAX_SESSION_HOURS), Whole] = Field(
        default=12, description="hours after which a person signs in again, however busy"
    )
    idle_minutes: Annotated[int, Field(ge=5, le=MAX_SESSION_HOURS * 60), Whole] = Field(
        default=120, description="minutes without a request after which a person signs in again"
    )
