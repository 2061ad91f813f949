"""Real Redis and Postgres servers from wheels, for trial and tests: no root, no port taken.

    with EmbeddedRedis(Path(".data/redis")) as url, EmbeddedPostgres(Path(".data/postgres")) as dsn:
        ...

Each server has a folder of its own, is reached through a Unix socket that only its owner can open, and ends
with the process that started it. A production node sets `redis.url` and `postgres.dsn` instead.
"""

from callcontrol.edges.embedded.child import EmbeddedStoreError
from callcontrol.edges.embedded.postgres_server import EmbeddedPostgres
from callcontrol.edges.embedded.redis_server import EmbeddedRedis
from callcontrol.edges.embedded.server import running_address

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "EmbeddedStoreError", "running_address"]
