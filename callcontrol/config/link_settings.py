"""Settings of the links by which people hear kept sound files in a browser."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import HostPort, Network, Whole, described, plain_text, refusal
from callcontrol.config.frozen import Frozen
from callcontrol.config.secret import SecretText

MIN_KEY_CHARACTERS: Final = 32
MAX_LINK_KEYS: Final = 10


def _read_address(value: object) -> str:
    text = plain_text(value)
    scheme, _, rest = text.partition("://")
    if scheme not in ("https", "http") or not rest or any(sign in rest for sign in " ?#\"'<>"):
        raise refusal(f"{text!r} is no address of a web server", "write one such as https://voice.example.com")
    return text.rstrip("/")


WebAddress = Annotated[str, BeforeValidator(_read_address), described("https://host, as browsers reach it")]
LinkKey = Annotated[SecretText, Field(min_length=MIN_KEY_CHARACTERS)]


class Links(Frozen):
    """Signed links to messages and recordings, for mails; served by the media job."""

    keys: tuple[LinkKey, ...] = Field(
        default=(),
        max_length=MAX_LINK_KEYS,
        description="secrets of 32 characters at least; the first signs new links, links signed by the others are good "
        "still; none: there are no links",
    )
    listen: HostPort = Field(default="127.0.0.1:8090", description="where the media job serves them, by plain HTTP")
    address: WebAddress = Field(
        default="http://127.0.0.1:8090", description="how people's browsers reach that: a reverse proxy with TLS"
    )
    days: Annotated[int, Field(ge=1, le=365), Whole] = Field(default=14, description="days for which a link is good")
    proxies: tuple[Network, ...] = Field(
        default=("127.0.0.0/8", "::1/128"),
        description="reverse proxies; what they say of the client's address in X-Forwarded-For is believed",
    )
    clients: Annotated[int, Field(ge=1, le=10_000), Whole] = Field(
        default=64, description="connections that are served at once; more of them wait"
    )
    requests_a_minute: Annotated[int, Field(ge=1, le=100_000), Whole] = Field(
        default=120,
        description="requests one address may make in a minute, at all hosts; then it is refused for the rest of it",
    )
