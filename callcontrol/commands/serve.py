"""`callcontrol serve`: the daemon."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.worker import Worker
from callcontrol.edges import journal
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis

log = logging.getLogger(__name__)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`serve --config DIR`."""
    parser = subparsers.add_parser("serve", help="run the daemon", description=__doc__)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; 2 if the configuration has mistakes."""
    settings = configuration_or_exit(args.config).settings
    journal.start(mask_numbers=settings.mask_numbers)
    with stores(settings) as (redis_url, postgres_dsn):
        return Worker(Current(args.config), redis_url, postgres_dsn).run()


@contextmanager
def stores(settings: Settings) -> Iterator[tuple[str, str]]:
    """The configured stores, or embedded ones for as long as this lasts; says which."""
    data = Path(settings.data)
    with ExitStack() as stack:
        redis_url = settings.redis.url or stack.enter_context(EmbeddedRedis(data / "redis"))
        dsn = settings.postgres.dsn or stack.enter_context(EmbeddedPostgres(data / "postgres"))
        log.info("Redis: %s", "configured" if settings.redis.url else f"embedded in {data / 'redis'}")
        log.info("Postgres: %s", "configured" if settings.postgres.dsn else f"embedded in {data / 'postgres'}")
        yield redis_url, dsn
