"""What must be known before deciding. The driver looks it up; nothing here asks anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from callcontrol.config.settings import Extension, Settings, Tenant
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.rule import Rules
from callcontrol.vocabulary.target import Target


class Prices(Protocol):
    """The tenant's price list, as far as routing needs it."""

    def is_priced(self, number: str, at: Instant) -> bool:
        """Whether a call to this number (E.164) has a price at this instant."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one call rests on.

    Attributes:
        rules: effective rules by extension; an extension that is missing here has not been looked up.
        registered: SIP accounts whose state is known: True registered, False not. Absent: unknown, so it is tried.
        transferred: the caller did not dial this number, somebody transferred him to it.
        heading: where the call goes next, when that is not the dialled number (after a wait in a queue).
        degraded: why the rules are only the last known ones ("Redis unreachable"), "" when they are fresh.
    """

    settings: Settings
    tenant_name: str
    prices: Prices
    caller: Caller
    dialled: str
    now: Instant
    rules: Mapping[str, Rules] = field(default_factory=dict)
    registered: Mapping[str, bool] = field(default_factory=dict)
    degraded: str = ""
    transferred: bool = False
    heading: Target | None = None

    @property
    def tenant(self) -> Tenant:
        """The settings of the tenant whose call this is."""
        return self.settings.tenants[self.tenant_name]

    def extension(self, name: str) -> Extension | None:
        """The extension's settings, None if there is none of this name."""
        return self.tenant.extensions.get(name)

    def rules_of(self, name: str) -> Rules:
        """The effective rules of an extension (none if it was not looked up)."""
        return self.rules.get(name, Rules())

    def accounts(self, name: str) -> tuple[str, ...]:
        """The SIP accounts of an extension, () if there is no such extension."""
        extension = self.extension(name)
        return extension.accounts(name) if extension else ()

    def reachable_accounts(self, name: str) -> tuple[str, ...]:
        """The accounts that are not known to be offline."""
        return tuple(a for a in self.accounts(name) if self.registered.get(a) is not False)
