"""What phones of ours do by keys and codes: keys can be told apart, and rights are given for extensions that exist."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.phone_settings import ALL
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.talk_keys import clashing


def talk_keys_that_clash(settings: Settings) -> Iterator[Problem]:
    """No keys pressed during a conversation are the beginning of others."""
    for name, tenant in settings.tenants.items():
        for first, second in clashing(tenant):
            written = [key for key in (first, second) if settings.source("tenants", name, *key.place)]
            at = written[-1] if written else second
            pair = sorted((first, second), key=attrgetter("setting"))
            said = " and ".join(f"`{key.place[-1]}` {key.keys(tenant)}" for key in pair)
            what, right = f"{said} cannot be told apart", "let none be the beginning of the other"
            yield problem_at(settings, ("tenants", name, *at.place), what, right)


def intercom_to_unknown_extensions(settings: Settings) -> Iterator[Problem]:
    """Those exist who may be spoken at."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            for index, whom in enumerate(extension.intercom):
                if whom != ALL and not is_written(settings, "tenants", name, "extensions", whom):
                    place = ("tenants", name, "extensions", key, "intercom", str(index))
                    right = did_you_mean(whom, tenant.extensions, f"write `{whom}:` below `extensions:`")
                    yield problem_at(settings, place, f"extension {whom} does not exist", right)
