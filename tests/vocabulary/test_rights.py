"""Roles, things and other people's data, as a table: what each role may do to what is whose."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.rights import (
    NEED_SECOND_FACTOR,
    NO_TENANT,
    RIGHTS,
    Kind,
    Person,
    Role,
    Scope,
    Thing,
    Verb,
    may,
    may_give,
    reach_of,
    scope_of,
)

# Whose: the person's own, of the group looked after, another's of the tenant, of another tenant.
THINGS = {
    "own": Thing("acme", extension="101", agent="anna", queue="own"),
    "group": Thing("acme", extension="102", agent="", queue="support"),
    "other": Thing("acme", extension="103", agent="boris", queue="sales"),
    "foreign": Thing("umbrella", extension="101", agent="anna", queue="support"),
}
WHOSE = tuple(THINGS)


def person(*roles: Role, only: frozenset[tuple[Verb, Kind]] | None = None) -> Person:
    tenant = NO_TENANT if Role.OPERATOR in roles else "acme"
    if tenant == NO_TENANT:
        return Person("1", "olga", tenant, frozenset(roles), only=only)
    return Person(
        "1",
        "anna",
        tenant,
        frozenset(roles),
        "101",
        "anna",
        frozenset({"own"}),
        frozenset({"102"}),
        frozenset({"support"}),
        only,
    )


# By role, verb and kind: how far it goes. What is not here is refused to that role, also its own.
TABLE: dict[Role, dict[str, str]] = {
    Role.SUBSCRIBER: {
        "own": "see:calls see:numbers see:costs see:missed see:rules see:accounts"
        " see:blocks change:calls change:missed change:rules",
    },
    Role.AGENT: {
        "own": "see:calls see:numbers see:costs see:missed see:rules see:queues see:agents see:accounts"
        " see:blocks change:calls change:missed change:rules change:agents",
    },
    Role.SUPERVISOR: {
        "own": "change:calls change:rules",
        "group": "see:calls see:numbers see:costs see:missed see:rules see:queues see:agents see:reports"
        " see:accounts see:listenings see:kiosks see:blocks"
        " change:missed change:queues change:agents change:listenings change:kiosks",
        "other": "see:settings see:rooms see:hours",
    },
    Role.ADMIN: {
        "own": "change:calls",
        "other": "see:calls see:numbers see:costs see:missed see:rules see:queues see:agents see:reports see:users"
        " see:audit see:accounts see:statements see:exports see:settings see:listenings see:kiosks see:rooms"
        " see:webhooks see:hours see:blocks"
        " change:missed change:rules change:queues change:agents change:users change:listenings change:kiosks"
        " change:webhooks change:hours change:blocks"
        " change:rooms",
    },
    Role.BILLING: {
        "other": "see:calls see:costs see:reports see:accounts see:statements see:exports"
        " change:accounts change:exports"
    },
    Role.AUDITOR: {"other": "see:audit"},
    Role.OPERATOR: {
        "foreign": "see:calls see:numbers see:costs see:missed see:rules see:queues see:agents see:reports see:users"
        " see:audit see:accounts see:statements see:exports see:settings see:platform see:listenings see:kiosks"
        " see:webhooks see:hours see:blocks change:blocks"
        " see:rooms change:missed change:rules change:queues change:agents change:users change:accounts"
        " change:exports change:platform change:kiosks change:rooms change:webhooks change:hours",
    },
}


def allowed(role: Role, verb: Verb, kind: Kind, whose: str) -> bool:
    """By the table: what may be done to what is further away may be done to what is nearer."""
    right = f"{verb}:{kind}"
    reached = [WHOSE.index(far) for far, rights in TABLE[role].items() if right in rights.split()]
    return any(WHOSE.index(whose) <= far for far in reached)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: Role) -> None:
    for verb in Verb:
        for kind in Kind:
            for whose, thing in THINGS.items():
                wanted = allowed(role, verb, kind, whose)
                if kind is Kind.QUEUES and whose == "own" and role is Role.SUPERVISOR:
                    wanted = True
                found = may(person(role), verb, kind, thing)
                assert found == wanted, f"{role} {verb} {kind} of {whose}"


def test_the_table_has_every_role() -> None:
    assert set(TABLE) == set(RIGHTS) == set(Role)


def test_of_several_roles_the_highest_scope_counts() -> None:
    both = person(Role.SUBSCRIBER, Role.BILLING)
    assert scope_of(both, Verb.SEE, Kind.CALLS) is Scope.TENANT
    assert scope_of(both, Verb.SEE, Kind.NUMBERS) is Scope.OWN


def test_a_token_does_no_more_than_it_says_and_no_more_than_its_person() -> None:
    only = frozenset({(Verb.SEE, Kind.CALLS), (Verb.CHANGE, Kind.USERS)})
    token = person(Role.SUBSCRIBER, only=only)
    assert may(token, Verb.SEE, Kind.CALLS, THINGS["own"])
    assert not may(token, Verb.SEE, Kind.RULES, THINGS["own"])
    assert not may(token, Verb.CHANGE, Kind.USERS, THINGS["own"])


def test_which_things_are_reached() -> None:
    supervisor = reach_of(person(Role.SUPERVISOR), Verb.SEE, Kind.CALLS, "acme")
    assert supervisor is not None
    assert (supervisor.extensions, supervisor.agents, supervisor.queues) == (("101", "102"), ("anna",), ("support",))
    assert reach_of(person(Role.ADMIN), Verb.SEE, Kind.CALLS, "acme") is None
    assert reach_of(person(Role.OPERATOR), Verb.SEE, Kind.CALLS, "umbrella") is None
    for role, tenant in ((Role.ADMIN, "umbrella"), (Role.AUDITOR, "acme"), (Role.SUBSCRIBER, "umbrella")):
        with pytest.raises(PermissionError):
            reach_of(person(role), Verb.SEE, Kind.CALLS, tenant)


def test_roles_with_many_rights_need_a_second_factor() -> None:
    assert {Role.ADMIN, Role.BILLING, Role.OPERATOR} == NEED_SECOND_FACTOR


def test_someone_without_an_extension_owns_no_call_without_one() -> None:
    nothing = Person("1", "eva", "acme", frozenset({Role.SUBSCRIBER}))
    assert not may(nothing, Verb.SEE, Kind.CALLS, Thing("acme"))


def test_an_admin_gives_every_role_but_that_of_operators() -> None:
    assert may_give(person(Role.ADMIN)) == may_give(person(Role.OPERATOR)) == frozenset(Role) - {Role.OPERATOR}
    for role in (Role.SUBSCRIBER, Role.AGENT, Role.SUPERVISOR, Role.BILLING, Role.AUDITOR):
        assert may_give(person(role)) == frozenset()
    assert may_give(person(Role.ADMIN, only=frozenset({(Verb.SEE, Kind.USERS)}))) == frozenset()
