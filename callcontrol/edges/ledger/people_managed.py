"""What those who manage people ask the ledger: all tokens of a tenant, who else has a role, one at a time.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from typing import Any

from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection


def tokens_of_tenant(connection: DictConnection, tenant: str, login: str = "") -> list[dict[str, Any]]:
    """The tokens of all people of a tenant, or of one, with their `login`."""
    return connection.execute(query("tokens_of_tenant"), {"tenant": tenant, "login": login}).fetchall()


def lock_people(connection: DictConnection, tenant: str) -> None:
    """Until the end of the transaction this one alone changes people of the tenant."""
    connection.execute(query("lock_people"), {"tenant": tenant})


def others_with(connection: DictConnection, user: User, role: str) -> int:
    """How many people of the person's tenant have a role and may sign in, besides the person."""
    given = {"tenant": user.tenant, "role": role, "user_id": user.user_id}
    found = connection.execute(query("others_with_role"), given).fetchone()
    return 0 if found is None else int(found["others"])


def has_second_factor(connection: DictConnection, user: User) -> bool:
    """Whether a second factor is asked for."""
    given = {"user_id": user.user_id, "tenant": user.tenant}
    found = connection.execute(query("has_second_factor"), given).fetchone()
    return found is not None and bool(found["has_second_factor"])


def set_language(connection: DictConnection, user: User, language: str) -> None:
    """The language of the panel; sessions go on."""
    connection.execute(query("set_language"), {"user_id": user.user_id, "language": language})
