"""Which account pays for a leg. An account has the name of the payer whose own it is: `extension:101` or `tenant`."""

from __future__ import annotations

from callcontrol.config.credit_settings import Credit
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.target import ExtensionTarget, extension_in, text_of

# The account of a tenant; that of an extension is named by its target text.
TENANT_ACCOUNT = "tenant"


def account_of(payer: str, tenant: Tenant) -> tuple[str, Credit] | None:
    """The account that pays for a leg, and its settings: the extension's own, else the tenant's, else None.

    Args:
        payer: as of a leg: `extension:101`, `tenant`, or "" for a leg that costs nothing.
    """
    if not payer:
        return None
    name = extension_in(payer)
    own = tenant.extensions.get(name) if name else None
    if own is not None and own.credit.has_account:
        return text_of(ExtensionTarget(name)), own.credit
    return (TENANT_ACCOUNT, tenant.credit) if tenant.credit.has_account else None
