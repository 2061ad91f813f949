"""What the supervisor hands its workers by their environment: what must not stand where `ps` shows it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

_REDIS = "CALLCONTROL_REDIS_URL"
_POSTGRES = "CALLCONTROL_POSTGRES_DSN"


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the stores are, configured or embedded; both addresses may hold passwords."""

    redis_url: str
    postgres_dsn: str


def environment(stores: Stores) -> Mapping[str, str]:
    """To be added to a worker's environment."""
    return {_REDIS: stores.redis_url, _POSTGRES: stores.postgres_dsn}


def is_there(environ: Mapping[str, str]) -> bool:
    """Whether a supervisor started this process."""
    return _POSTGRES in environ


def taken_from(environ: MutableMapping[str, str]) -> Stores:
    """The stores, taken out of the environment, so that no process started by the worker inherits them.

    Raises:
        KeyError: no supervisor started this process.
    """
    return Stores(environ.pop(_REDIS), environ.pop(_POSTGRES))
