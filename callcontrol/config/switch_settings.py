"""The settings of one FreeSWITCH."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Folder, HostPort, Identifier, Ipv4Port, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.secret import SecretText


class Switch(Frozen):
    """One FreeSWITCH and its inbound event socket."""

    address: HostPort = Field(default="127.0.0.1:8021", description="host:port of its event socket")
    password: SecretText = Field(min_length=1, description="event socket password")
    profile: Identifier = Field(default="internal", description="SIP profile the extensions register at")
    # An address, no name: the other switches let it in by their access lists, and in a dial string it needs no look-up.
    sip: Ipv4Port | None = Field(
        default=None, description="where the other switches reach that profile; required where there are several"
    )
    cdrs: Folder | None = Field(
        default=None, description="folder with its own records of legs (json_cdr), here or mounted; default: not read"
    )
    daemons: tuple[HostPort, ...] = Field(
        default=(), description="where it hands calls over, tried in this order; default: `listen`"
    )
    poll_events_ms: Annotated[int, Field(ge=0, le=20), Whole] = Field(
        default=5,
        description="while callers wait for agents: how often it is made to send the events it holds back, in ms; "
        "0: never (it sends them every 20 ms)",
    )
