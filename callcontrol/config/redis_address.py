"""Where Redis is: one server, a master that sentinels know, or a cluster. One text, read in one place.

    redis://host:6379/0   rediss://host   unix:///run/redis.sock
    redis+sentinel://[user:password@]host:26379,host,host/SERVICE[/DB]
    redis+cluster://[user:password@]host:6379,host,host

`rediss+…` encrypts. The user and password are those of the Redis servers; sentinels are asked without. What stands
behind a `?` is handed to redis-py for each server, such as `?ssl_ca_certs=/etc/ssl/redis.pem`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator

from callcontrol.config.credentials import without_credentials
from callcontrol.config.fields import refusal, text_in
from callcontrol.config.secret import HIDDEN, NAMED, secret_schema

REDIS_PORT: Final = 6379
SENTINEL_PORT: Final = 26379

_RIGHT: Final = (
    "write redis://host:6379/0, unix:///path, redis+sentinel://host,host,host/SERVICE or redis+cluster://host,host,"
    " with rediss for TLS; in a password write @ as %40, / as %2F, # as %23, ? as %3F"
)
_HOST: Final = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
# As strict as any reader of URLs: what a driver would part elsewhere, it might quote, a piece of the password with it.
_URL: Final = re.compile(
    r"(?P<scheme>rediss?|unix)(\+(?P<kind>sentinel|cluster))?://((?P<login>(?![^@]*[^!-~])[^@/?#\[\]]*)@)?"
    r"(?P<hosts>[^@/?#\s]*)(?P<path>/[^@?#\s]*)?(?P<query>\?[^@#\s]*)?"
)


class RedisKind(StrEnum):
    """What stands behind the address."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


class BadRedisAddress(ValueError):
    """This is no address of a Redis; the message says why not."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is.

    Attributes:
        text: as it was written.
        hosts: of the sentinels, or of some servers of the cluster, with their ports; none for a single server.
        service: the name the sentinels know the master by.
    """

    text: str
    kind: RedisKind
    scheme: str
    login: str
    hosts: tuple[tuple[str, int], ...]
    service: str
    database: str
    query: str

    @property
    def place(self) -> str:
        """Where it is, for people: without login and query."""
        return re.sub("^[a-z+]+://([^@]*@)?", "", self.text.partition("?")[0])

    def server(self, host: str, port: int) -> str:
        """The URL of one Redis server for redis-py."""
        login = f"{self.login}@" if self.login else ""
        return f"{self.scheme}://{login}{_bracketed(host)}:{port}/{self.database}{self.query}"

    def sentinels(self) -> tuple[str, ...]:
        """The URLs of the sentinels for redis-py."""
        return tuple(f"{self.scheme}://{_bracketed(host)}:{port}/{self.query}" for host, port in self.hosts)


def redis_address(text: str) -> RedisAddress:
    """Read an address.

    Raises:
        BadRedisAddress: it is none.
    """
    found = _URL.fullmatch(text)
    if found is None:
        raise BadRedisAddress(f"{_shown(text)} is no address of a Redis")
    scheme, login, query = found["scheme"], found["login"] or "", found["query"] or ""
    hosts, path = found["hosts"], found["path"] or ""
    kind = RedisKind(found["kind"] or RedisKind.SINGLE)
    service, database = "", ""
    if kind is RedisKind.SINGLE:
        _check_single(text, scheme, hosts, path)
        return RedisAddress(text, kind, scheme, login, (), service, database, query)
    if scheme == "unix":
        raise BadRedisAddress(f"{_shown(text)} asks for a {kind} by a socket of this machine")
    if kind is RedisKind.SENTINEL:
        service, database = _service(text, path)
    elif path.strip("/"):
        raise BadRedisAddress(f"{_shown(text)} names a database, but a cluster has only one")
    port = SENTINEL_PORT if kind is RedisKind.SENTINEL else REDIS_PORT
    places = tuple(_host(text, part, port) for part in hosts.split(","))
    return RedisAddress(text, kind, scheme, login, places, service, database, query)


def _check_single(text: str, scheme: str, hosts: str, path: str) -> None:
    if scheme == "unix":
        if hosts or len(path) < 2:
            raise BadRedisAddress(f"{_shown(text)} names no socket")
        return
    if hosts:
        _host(text, hosts, REDIS_PORT)
    if not re.fullmatch("/?|/[0-9]{1,5}", path):
        raise BadRedisAddress(f"{_shown(text)} names no database by its number")


def _service(text: str, path: str) -> tuple[str, str]:
    found = re.fullmatch(r"/(?P<service>[A-Za-z0-9._-]+)(/(?P<database>[0-9]{0,5}))?", path)
    if found is None:
        raise BadRedisAddress(f"{_shown(text)} does not name the service the sentinels watch")
    return found["service"], found["database"] or ""


def _host(text: str, part: str, default_port: int) -> tuple[str, int]:
    found = _HOST.fullmatch(part)
    port = int(found["port"] or default_port) if found else 0
    if found is None or not 1 <= port <= 65_535:
        raise BadRedisAddress(f"{_shown(text)} has a host or port that is none: {part!r}")
    return found["host"].strip("[]"), port


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _shown(text: str) -> str:
    """Without the password: what is said of it may stand in a log."""
    return repr(without_credentials(text))


def _read_redis_url(value: object) -> str:
    text = text_in(value, _RIGHT)
    try:
        return text and redis_address(text).text
    except BadRedisAddress as error:
        raise refusal(str(error), _RIGHT) from None


RedisUrl = Annotated[
    str, BeforeValidator(_read_redis_url), NAMED, HIDDEN, secret_schema("an address of a Redis, {file: …} or {env: …}")
]
