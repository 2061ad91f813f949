"""Trunks: the carriers' gateways, as `callcontrol.yaml` has them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcontrol.config.fields import (
    DIALLED_IN,
    E164,
    Flag,
    Identifier,
    Network,
    Prefix,
    SipHost,
    Text,
    TrunkNumbers,
    Whole,
)
from callcontrol.config.frozen import Frozen, Seconds
from callcontrol.config.secret import SecretText
from callcontrol.vocabulary.phone_number import region_of


class Trunk(Frozen):
    """A carrier gateway."""

    gateway: Identifier | None = Field(
        default=None, description="name of the gateway in FreeSWITCH; default: the trunk's name"
    )
    shows: Literal["any", "own"] = Field(
        default="own", description="any: carries the caller's number; own: only its own"
    )
    number: E164 = Field(description="the trunk's own number, shown where no other may be")
    prefixes: tuple[Prefix, ...] = Field(
        default=("",), description="numbers it takes, by prefix; the longest match comes first"
    )
    tariff: Identifier | None = Field(
        default=None,
        description="the carrier's price list, a file below `tariffs/`: what its calls cost; default: not known",
    )
    numbers: TrunkNumbers = Field(
        default="e164",
        description="how numbers, the one shown too, are written to and from it: e164; national, as dialled in its own "
        "number's country; as dialled in COUNTRY",
    )
    emergency: Flag = Field(default=True, description="whether it carries emergency calls, with a price or without")
    addresses: tuple[Network, ...] = Field(
        default=(), description="where the carrier's calls come from; default: nowhere"
    )
    proxy: SipHost | None = Field(default=None, description="SIP address of the carrier, for `callcontrol render`")
    username: Text = Field(default="", description="account at the carrier, for `callcontrol render`")
    password: SecretText = Field(default="", description="password at the carrier, for `callcontrol render`")
    register_: Flag = Field(default=False, alias="register", description="whether to register at the carrier")
    channels: Annotated[int, Field(ge=1, le=100_000), Whole] | None = Field(
        default=None,
        description="most calls of ours that it carries at once, over all workers; past it the next trunk is tried; "
        "default: no limit",
    )
    calls_per_second: Annotated[int, Field(ge=1, le=10_000), Whole] | None = Field(
        default=None, description="most calls that may begin in any second, over all workers; default: no limit"
    )
    progress_s: Annotated[int, Field(ge=1, le=60), Whole] = Field(
        default=4, description="seconds to the first sign of progress (180, 183; not 100); then the next trunk is tried"
    )
    rest_after: Annotated[int, Field(ge=1, le=1000), Whole] = Field(
        default=3, description="calls in a row it failed with, after which it rests: others are tried first"
    )
    rest_s: Seconds = Field(default=60, description="how long it rests")
    ping: Annotated[int, Field(ge=5, le=3600), Whole] | None = Field(
        default=None, description="seconds between OPTIONS to the carrier, which show at once that it is down"
    )

    @property
    def region(self) -> str:
        """The country in whose way numbers are written to and from it, "" for E.164."""
        if self.numbers == "e164":
            return ""
        return region_of(self.number) if self.numbers == "national" else self.numbers.removeprefix(DIALLED_IN)
