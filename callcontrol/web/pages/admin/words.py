"""What pages of this area call roles, kinds of things and scopes; and how they read what the API tells as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from callcontrol.vocabulary.rights import Kind, Role, Scope
from callcontrol.web.pages.texts import N_

ROLES: Final[Mapping[str, str]] = {
    Role.SUBSCRIBER: N_("Subscriber"),
    Role.AGENT: N_("Agent"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.ADMIN: N_("Administrator"),
    Role.BILLING: N_("Billing"),
    Role.AUDITOR: N_("Auditor"),
    Role.OPERATOR: N_("Operator"),
}
ABOUT_ROLES: Final[Mapping[str, str]] = {
    Role.SUBSCRIBER: N_("The own phone: rules, messages, calls and their cost."),
    Role.AGENT: N_("Besides that the own queues: logging in, pauses, figures."),
    Role.SUPERVISOR: N_("The extensions and queues chosen below: calls, agents, reports."),
    Role.ADMIN: N_("Everything of the company, and who may do what. Needs a second factor."),
    Role.BILLING: N_("Costs, accounts, statements and exports; numbers are masked. Needs a second factor."),
    Role.AUDITOR: N_("The log of what was done, and nothing else."),
    Role.OPERATOR: N_("All companies and the platform itself. Given by the command line alone."),
}
KINDS: Final[Mapping[str, str]] = {
    Kind.CALLS: N_("calls"),
    Kind.NUMBERS: N_("numbers in whole"),
    Kind.COSTS: N_("costs"),
    Kind.MISSED: N_("missed callers"),
    Kind.RULES: N_("forwarding rules"),
    Kind.QUEUES: N_("queues"),
    Kind.AGENTS: N_("agents"),
    Kind.LISTENINGS: N_("listening to conversations"),
    Kind.ROOMS: N_("conference rooms"),
    Kind.KIOSKS: N_("links of wallboards"),
    Kind.REPORTS: N_("reports"),
    Kind.HOURS: N_("hours and duties"),
    Kind.BLOCKS: N_("blocked calls"),
    Kind.WEBHOOKS: N_("webhooks"),
    Kind.USERS: N_("people and tokens"),
    Kind.AUDIT: N_("audit log"),
    Kind.ACCOUNTS: N_("accounts and bundles"),
    Kind.STATEMENTS: N_("statements"),
    Kind.EXPORTS: N_("exports"),
    Kind.SETTINGS: N_("settings in files"),
    Kind.PLATFORM: N_("the platform"),
}
SCOPES: Final[Mapping[str, str]] = {
    Scope.OWN.name.lower(): N_("own"),
    Scope.GROUP.name.lower(): N_("of the group"),
    Scope.TENANT.name.lower(): N_("of the company"),
    Scope.ALL.name.lower(): N_("of all companies"),
}
VERBS: Final[Mapping[str, str]] = {"see": N_("Sees"), "change": N_("Changes")}


def values(**more: Any) -> dict[str, Any]:
    """Values of a template, with what it reads texts of the API by."""
    return {"at": datetime.fromisoformat, "amount": Decimal, "ROLES": ROLES, **more}


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _words(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


# Boxes of one name that are ticked: none, one, or several.
Several = Annotated[list[str], BeforeValidator(_several)]
# Names in one line, with spaces or commas between.
Words = Annotated[list[str], BeforeValidator(_words)]
