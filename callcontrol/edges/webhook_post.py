"""One delivery to a web server that a tenant has named, whom this host must not be made to attack.

The name is resolved once; every address it has must be one of the public internet, or of the networks that are allowed;
and that address is connected to, whatever the name means a moment later. No redirection is followed, no proxy is asked,
little of the answer is read, and all of it has one deadline.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

import gevent
import urllib3
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

ANSWER_BYTES: Final = 4_096
GONE: Final = 410
LONGEST_URL: Final = 2_048
_TOO_MANY: Final = 429
_PORTS: Final = {"https": 443, "http": 80}
# IPv6 addresses in which an IPv4 address stands that a translator would speak to (RFC 6052).
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotAllowed(ValueError):
    """The address is none that may be told anything; the message says why."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a delivery.

    Attributes:
        status: of HTTP; 0: there was no answer.
        trouble: why it was not taken, in our words; "": it was.
        is_away: the server as a whole does not work now, not this delivery alone.
    """

    status: int
    trouble: str
    is_away: bool

    @property
    def is_taken(self) -> bool:
        """Whether it has arrived."""
        return not self.trouble


def checked_url(url: str, *, plain_http: bool) -> SplitResult:
    """The parts of an address.

    Raises:
        NotAllowed: it is none, or no one's to be told.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed(f"{url} is no address of a web server: {error}") from error
    schemes = ("https", "http") if plain_http else ("https",)
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed(f"an address has at most {LONGEST_URL} printable ASCII characters")
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise NotAllowed(f"{url} is no address of a web server: write {schemes[0]}://host/path")
    if parts.username or parts.password:
        raise NotAllowed("an address has no user and password: deliveries are signed")
    return parts


def resolved(host: str, port: int, inner: Collection[str]) -> str:
    """The address of a host to connect to.

    Args:
        inner: networks that are allowed though they are no part of the public internet.

    Raises:
        NotAllowed: one of its addresses is no public one.
        OSError: the name means nothing.
    """
    networks = [ipaddress.ip_network(one) for one in inner]
    found = [str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for text in found:
        if not _is_allowed(ipaddress.ip_address(text), networks):
            raise NotAllowed(f"{host} is {text}, which is no address of the public internet (webhooks.inner_networks)")
    return found[0]


def _is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    if any(address.version == network.version and address in network for network in networks):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if within is None and address in _TRANSLATED:
            within = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if within is not None:
            return _is_allowed(within, networks)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, inner: Collection[str], plain_http: bool, answer_s: float
) -> Answered:
    """Deliver once; whatever goes wrong is said by what is returned."""
    try:
        with gevent.Timeout(answer_s, TimeoutError(f"no answer within {answer_s:g} s")):
            return _posted(checked_url(url, plain_http=plain_http), body, headers, inner, answer_s)
    except NotAllowed as error:
        return Answered(0, str(error), is_away=True)
    except TimeoutError as error:
        return Answered(0, str(error) or f"no answer within {answer_s:g} s", is_away=True)
    except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        return Answered(0, _said(error), is_away=True)


def _posted(
    parts: SplitResult, body: bytes, headers: Mapping[str, str], inner: Collection[str], answer_s: float
) -> Answered:
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    address = resolved(host, port, inner)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    timeout = urllib3.Timeout(total=answer_s)
    with _pool(parts.scheme, address, port, host, timeout) as pool:
        answer = pool.urlopen(
            "POST",
            target,
            body=body,
            headers={**headers, "Host": parts.netloc},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            answer.read(ANSWER_BYTES)
            return _answered(answer.status)
        finally:
            answer.close()


def _pool(scheme: str, address: str, port: int, host: str, timeout: urllib3.Timeout) -> HTTPConnectionPool:
    if scheme == "http":
        return HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
    return HTTPSConnectionPool(
        address, port, timeout=timeout, maxsize=1, cert_reqs="CERT_REQUIRED", server_hostname=host, assert_hostname=host
    )


def _answered(status: int) -> Answered:
    if 200 <= status < 300:
        return Answered(status, "", is_away=False)
    if 300 <= status < 400:
        return Answered(status, f"answered {status}: redirections are not followed", is_away=False)
    return Answered(status, f"answered {status}", is_away=status >= 500 or status in (_TOO_MANY, GONE))


def _said(error: BaseException) -> str:
    """The kind of the error alone: what a server says is none of ours to keep."""
    match error:
        case socket.gaierror():
            return "its name means nothing"
        case urllib3.exceptions.SSLError():
            return "its certificate is not good"
        case urllib3.exceptions.NewConnectionError() | ConnectionRefusedError():
            return "it cannot be reached"
        case urllib3.exceptions.TimeoutError():
            return "no answer in time"
    return "it broke off"
