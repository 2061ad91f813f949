"""Which account pays for a leg. An account has the name of the payer whose own it is: `extension:101` or `tenant`."""

from __future__ import annotations

from collections.abc import Mapping

from callcontrol.config.credit_settings import Credit
from callcontrol.config.settings import Settings, Tenant
from callcontrol.vocabulary.target import ExtensionTarget, extension_in, text_of

# The account of a tenant; that of an extension is named by its target text.
TENANT_ACCOUNT = "tenant"


def accounts_by_payer(tenant: Tenant) -> Mapping[str, str]:
    """The account of each payer that has one, its own or the tenant's."""
    payers = [TENANT_ACCOUNT, *(text_of(ExtensionTarget(name)) for name in tenant.extensions)]
    return {payer: found[0] for payer in payers if (found := account_of(payer, tenant))}


def tenants_with_accounts(settings: Settings) -> list[str]:
    """Those that have an account, or extensions that do."""
    return [name for name, tenant in settings.tenants.items() if tenant.has_accounts]


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
