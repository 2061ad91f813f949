"""For how many days rows of a tenant are kept."""

from __future__ import annotations

from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings


def kept_days(settings: Settings, tenant: str, kind: RetentionKind) -> int:
    """What the tenant says, else what is said for everyone, as for tenants that are not configured any more."""
    own = settings.tenants[tenant].retention.of(kind) if tenant in settings.tenants else None
    return settings.retention.of(kind) if own is None else own
