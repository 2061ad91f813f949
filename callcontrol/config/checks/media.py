"""Kept sound files: their keys and the roles of those who hear them."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings


def keys_that_are_not_there(settings: Settings) -> Iterator[Problem]:
    """New files are sealed with a key of the tenant."""
    for name, tenant in settings.tenants.items():
        key = tenant.media.sealed_with
        if key and key not in tenant.media.keys and not is_written(settings, "tenants", name, "media", "keys", key):
            right = did_you_mean(key, tenant.media.keys, "write the key into media.keys")
            yield problem_at(settings, ("tenants", name, "media", "sealed_with"), f"there is no key {key!r}", right)


def keys_written_twice(settings: Settings) -> Iterator[Problem]:
    """A rotation brings a new key."""
    for name, tenant in settings.tenants.items():
        ids: dict[str, str] = {}
        for key_id, key in tenant.media.keys.items():
            first = ids.setdefault(key, key_id)
            if first != key_id:
                what, right = f"this is the same key as {first!r}", "make a new one: openssl rand -base64 32"
                yield problem_at(settings, ("tenants", name, "media", "keys", key_id), what, right)


def roles_of_nobody(settings: Settings) -> Iterator[Problem]:
    """A role is held by extensions of its tenant, and about its queues."""
    for name, tenant in settings.tenants.items():
        for role, one in tenant.media.roles.items():
            place = ("tenants", name, "media", "roles", role)
            for extension in one.extensions:
                if extension not in tenant.extensions and not is_written(
                    settings, "tenants", name, "extensions", extension
                ):
                    right = did_you_mean(extension, tenant.extensions, "write one of the tenant's extensions")
                    yield problem_at(settings, (*place, "extensions"), f"there is no extension {extension!r}", right)
            for queue in one.queues:
                if queue not in tenant.queues and not is_written(settings, "tenants", name, "queues", queue):
                    right = did_you_mean(queue, tenant.queues, "write one of the tenant's queues")
                    yield problem_at(settings, (*place, "queues"), f"there is no queue {queue!r}", right)


def roles_held_twice(settings: Settings) -> Iterator[Problem]:
    """An extension has one role, or it would depend on the order of the roles what counts."""
    for name, tenant in settings.tenants.items():
        held: dict[str, str] = {}
        for role, one in tenant.media.roles.items():
            for extension in one.extensions:
                first = held.setdefault(extension, role)
                if first != role:
                    place = ("tenants", name, "media", "roles", role, "extensions")
                    what = f"extension {extension} has the role {first} already"
                    yield problem_at(settings, place, what, "leave it in one of them")
