"""Who may do what in the API and the panel: roles as data, and what follows from them for one person and one thing.

A right is a verb, a kind of thing, and a scope. Of several roles the highest scope counts. What is not written here is
not allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from callcontrol.vocabulary.reach import Reach

# The tenant of people who belong to none: operators. No tenant's name begins with a dash.
NO_TENANT: Final = "-"


class Verb(StrEnum):
    """What is done."""

    SEE = "see"
    CHANGE = "change"


class Kind(StrEnum):
    """What it is done to."""

    CALLS = "calls"  # the history; click to call, for CHANGE
    NUMBERS = "numbers"  # numbers outside in whole; without it their middle digits are hidden
    COSTS = "costs"
    MISSED = "missed"  # CHANGE: claim, release, dismiss, call back
    RULES = "rules"  # forwarding rules and do not disturb of an extension
    QUEUES = "queues"  # CHANGE: move, prioritise and remove who waits
    AGENTS = "agents"  # CHANGE: log in and out, pause
    LISTENINGS = "listenings"  # supervisors at conversations; CHANGE: be at one
    ROOMS = "rooms"  # conference rooms, and parked callers; CHANGE: lock, mute, send out, invite
    KIOSKS = "kiosks"  # links of walls
    REPORTS = "reports"
    HOURS = "hours"  # opening hours and duties; CHANGE: set them by hand
    BLOCKS = "blocks"  # what may not be called outside; CHANGE: block by hand, and allow again
    WEBHOOKS = "webhooks"  # web servers that are told what happens
    USERS = "users"
    AUDIT = "audit"
    ACCOUNTS = "accounts"  # credit accounts and bundles; CHANGE: entries such as top-ups
    STATEMENTS = "statements"
    EXPORTS = "exports"  # CHANGE: deliver a batch once more
    SETTINGS = "settings"  # what the YAML files say of the tenant
    PLATFORM = "platform"  # tenants, switches, workers, mails, health; CHANGE: send a mail again


class Scope(IntEnum):
    """Whose things; each holds those before it."""

    NONE = 0
    OWN = 1  # of the person's own extension, or of the person as an agent
    GROUP = 2  # of the extensions and queues the person looks after
    TENANT = 3
    ALL = 4  # of all tenants


class Role(StrEnum):
    """What a person is to the tenant."""

    SUBSCRIBER = "subscriber"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    BILLING = "billing"
    AUDITOR = "auditor"
    OPERATOR = "operator"


# No one signs in with one of these by a password alone.
NEED_SECOND_FACTOR: Final = frozenset({Role.ADMIN, Role.BILLING, Role.OPERATOR})

_Rights = Mapping[tuple[Verb, Kind], Scope]


def _rights(see: Mapping[Kind, Scope], change: Mapping[Kind, Scope]) -> _Rights:
    given = {Verb.SEE: see, Verb.CHANGE: change}
    return MappingProxyType({(verb, kind): scope for verb, those in given.items() for kind, scope in those.items()})


def _each(scope: Scope, *kinds: Kind) -> dict[Kind, Scope]:
    return dict.fromkeys(kinds, scope)


_PHONE: Final = (Kind.CALLS, Kind.NUMBERS, Kind.COSTS, Kind.MISSED, Kind.RULES, Kind.ACCOUNTS, Kind.BLOCKS)
_MONEY: Final = (Kind.ACCOUNTS, Kind.STATEMENTS, Kind.EXPORTS)
_CENTRE: Final = (Kind.QUEUES, Kind.AGENTS)
_FLOOR: Final = (*_CENTRE, Kind.LISTENINGS, Kind.KIOSKS)
_ACTED_ON: Final = (Kind.CALLS, Kind.MISSED, Kind.RULES)

RIGHTS: Final[Mapping[Role, _Rights]] = MappingProxyType(
    {
        Role.SUBSCRIBER: _rights(_each(Scope.OWN, *_PHONE), _each(Scope.OWN, *_ACTED_ON)),
        Role.AGENT: _rights(_each(Scope.OWN, *_PHONE, *_CENTRE), _each(Scope.OWN, *_ACTED_ON, Kind.AGENTS)),
        Role.SUPERVISOR: _rights(
            {
                **_each(Scope.GROUP, *_PHONE, *_FLOOR, Kind.REPORTS),
                **_each(Scope.TENANT, Kind.SETTINGS, Kind.ROOMS, Kind.HOURS),
            },
            {**_each(Scope.OWN, Kind.CALLS, Kind.RULES), **_each(Scope.GROUP, Kind.MISSED, *_FLOOR)},
        ),
        Role.ADMIN: _rights(
            _each(
                Scope.TENANT,
                *(
                    *_PHONE,
                    *_FLOOR,
                    *_MONEY,
                    Kind.ROOMS,
                    Kind.REPORTS,
                    Kind.USERS,
                    Kind.AUDIT,
                    Kind.SETTINGS,
                    *(Kind.WEBHOOKS, Kind.HOURS),
                ),
            ),
            {
                **_each(Scope.OWN, Kind.CALLS),
                **_each(
                    Scope.TENANT,
                    *(Kind.MISSED, Kind.RULES, *_FLOOR, Kind.ROOMS, Kind.USERS, Kind.WEBHOOKS, Kind.HOURS),
                    Kind.BLOCKS,
                ),
            },
        ),
        Role.BILLING: _rights(
            _each(Scope.TENANT, Kind.CALLS, Kind.COSTS, *_MONEY, Kind.REPORTS),
            _each(Scope.TENANT, Kind.ACCOUNTS, Kind.EXPORTS),
        ),
        Role.AUDITOR: _rights(_each(Scope.TENANT, Kind.AUDIT), {}),
        Role.OPERATOR: _rights(
            _each(Scope.ALL, *Kind),
            _each(
                Scope.ALL,
                *(Kind.MISSED, Kind.RULES, *_CENTRE, Kind.KIOSKS, Kind.ROOMS, Kind.USERS),
                *(Kind.ACCOUNTS, Kind.EXPORTS, Kind.PLATFORM, Kind.WEBHOOKS, Kind.HOURS, Kind.BLOCKS),
            ),
        ),
    }
)

# Which roles who may change people may give them and take from them. Operators are made by the command alone.
_OF_TENANTS: Final = frozenset(Role) - {Role.OPERATOR}
MAY_GIVE: Final[Mapping[Role, frozenset[Role]]] = MappingProxyType(
    {Role.ADMIN: _OF_TENANTS, Role.OPERATOR: _OF_TENANTS}
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person, or an integration by its token.

    Attributes:
        tenant: NO_TENANT for an operator.
        extension, agent: the person's own; "" for none.
        own_queues: those in which the person is an agent.
        extensions, queues: those the person looks after.
        only: a token may do no more than this; None: whatever the roles allow.
    """

    user_id: str
    login: str
    tenant: str
    roles: frozenset[Role]
    extension: str = ""
    agent: str = ""
    own_queues: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    only: frozenset[tuple[Verb, Kind]] | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What is looked at or changed: where it belongs. What it has nothing to do with is ""."""

    tenant: str
    extension: str = ""
    agent: str = ""
    queue: str = ""


def scope_of(person: Person, verb: Verb, kind: Kind) -> Scope:
    """How far the person's right goes."""
    if person.only is not None and (verb, kind) not in person.only:
        return Scope.NONE
    return max((RIGHTS[role].get((verb, kind), Scope.NONE) for role in person.roles), default=Scope.NONE)


def may_give(person: Person) -> frozenset[Role]:
    """The roles that the person may give to others and take from them."""
    if scope_of(person, Verb.CHANGE, Kind.USERS) is Scope.NONE:
        return frozenset()
    return frozenset().union(*(MAY_GIVE.get(role, frozenset()) for role in person.roles))


def may(person: Person, verb: Verb, kind: Kind, thing: Thing) -> bool:
    """Whether the person may do this to that."""
    scope = scope_of(person, verb, kind)
    if scope is Scope.ALL:
        return True
    if scope is Scope.NONE or thing.tenant != person.tenant:
        return False
    if scope is Scope.TENANT:
        return True
    reach = _reach(person, kind, scope)
    return (
        (thing.extension != "" and thing.extension in reach.extensions)
        or (thing.agent != "" and thing.agent in reach.agents)
        or (thing.queue != "" and thing.queue in reach.queues)
    )


def reach_of(person: Person, verb: Verb, kind: Kind, tenant: str) -> Reach | None:
    """Which things of a tenant the person may do this to; None: all of them.

    Raises:
        PermissionError: none of them.
    """
    scope = scope_of(person, verb, kind)
    if scope is Scope.ALL or (scope is Scope.TENANT and tenant == person.tenant):
        return None
    if scope is Scope.NONE or tenant != person.tenant:
        raise PermissionError(f"{person.login} may not {verb} {kind} of {tenant}")
    return _reach(person, kind, scope)


def _reach(person: Person, kind: Kind, scope: Scope) -> Reach:
    extensions, agents, queues = _some(person.extension), _some(person.agent), frozenset[str]()
    if kind in (Kind.QUEUES, Kind.MISSED):
        queues = person.own_queues
    if scope is Scope.GROUP:
        extensions, queues = extensions | person.extensions, queues | person.queues
    return Reach(tuple(sorted(extensions)), tuple(sorted(agents)), tuple(sorted(queues)))


def _some(name: str) -> frozenset[str]:
    return frozenset({name}) if name else frozenset()
