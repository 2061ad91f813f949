"""How the web process reaches the ledger: as a role that owns nothing, and sees the rows of one tenant alone.

Role and tenant are settings of the connection from its first moment: no statement comes before them, and taking a
setting back (RESET) brings these back. One that is kept (`kept_connections.py`) begins with no tenant.
"""

from __future__ import annotations

import re
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from callcontrol.vocabulary.rights import NO_TENANT

ROLE: Final = "callcontrol_web"
# No statement of a request takes longer (ms).
STATEMENT_MS: Final = 20_000
# Nothing that means anything to libpq or Postgres.
# The tenant of a connection that shows no rows at all.
NOWHERE: Final = ""
_TENANT: Final = re.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def walled(dsn: str, tenant: str) -> str:
    """The connection string by which this tenant's rows are seen, and no others.

    Args:
        dsn: of the ledger, of a login that may become the role.
        tenant: NO_TENANT: rows of people who belong to none.

    Raises:
        ValueError: that is no tenant's name.
    """
    return _behind(dsn, checked_tenant(tenant))


def walled_for_later(dsn: str) -> str:
    """The connection string by which no rows are seen, until a transaction sets a tenant."""
    return _behind(dsn, NOWHERE)


def _behind(dsn: str, tenant: str) -> str:
    before = str(conninfo_to_dict(dsn).get("options") or "")
    ours = f"-c role={ROLE} -c cc.tenant={tenant} -c statement_timeout={STATEMENT_MS}"
    return make_conninfo(dsn, options=f"{before} {ours}".strip())


def checked_tenant(tenant: str) -> str:
    """The name, which means nothing to Postgres; raises ValueError where it is none of a tenant's."""
    if tenant != NO_TENANT and not _TENANT.fullmatch(tenant):
        raise ValueError(f"{tenant!r} is no name of a tenant")
    return tenant
