"""What tenants share or must not share: domains, accounts, trunks, price lists, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.call import ON_NET


def domains_used_twice(settings: Settings) -> Iterator[Problem]:
    """A SIP domain tells whose phone it is, so it has one tenant."""
    claims = [(tenant.domain, ("tenants", name, "domain")) for name, tenant in settings.tenants.items()]
    for _, place, first in repeated(claims):
        what = f"the domain belongs to tenant {first[1]} already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "give each tenant a domain of its own")


def accounts_used_twice(settings: Settings) -> Iterator[Problem]:
    """A SIP account rings for one extension."""
    for name, tenant in settings.tenants.items():
        above = ("tenants", name, "extensions")
        claims = [
            (account, (*above, key, "endpoints", account))
            for key, extension in tenant.extensions.items()
            for account in extension.accounts(key)
        ]
        for account, place, first in repeated(claims):
            what = f"SIP account {account} belongs to extension {first[3]} already ({nearest_source(settings, first)})"
            yield problem_at(settings, place, what, "give it a name of its own, or ring both by a group")


def unknown_trunks(settings: Settings) -> Iterator[Problem]:
    """A tenant may use trunks of `callcontrol.yaml` only, each once."""
    for name, tenant in settings.tenants.items():
        above = ("tenants", name, "trunks")
        for index, trunk in enumerate(tenant.trunks):
            if trunk not in settings.trunks and not is_written(settings, "trunks", trunk):
                right = did_you_mean(trunk, settings.trunks, "write it below `trunks:` in callcontrol.yaml")
                yield problem_at(settings, (*above, str(index)), f"there is no trunk {trunk}", right)
        for trunk, place, _ in repeated([(t, (*above, str(i))) for i, t in enumerate(tenant.trunks)]):
            yield problem_at(settings, place, f"trunk {trunk} is named twice", "keep one of them")


def prefixes_written_twice(settings: Settings) -> Iterator[Problem]:
    """The same prefix twice in one list, perhaps once with a +. Two trunks share one to stand in for each other."""
    lists = [(("trunks", name, "prefixes"), trunk.prefixes) for name, trunk in settings.trunks.items()]
    lists += [(("tenants", name, "blocked"), tenant.blocked) for name, tenant in settings.tenants.items()]
    for above, prefixes in lists:
        for prefix, place, first in repeated([(p, (*above, str(i))) for i, p in enumerate(prefixes)]):
            what = f"prefix {prefix!r} is written already ({nearest_source(settings, first)})"
            yield problem_at(settings, place, what, "keep one of them")


def gateways_used_twice(settings: Settings) -> Iterator[Problem]:
    """Two trunks with one gateway would be one trunk under two names."""
    claims = [(trunk.gateway or name, ("trunks", name, "gateway")) for name, trunk in settings.trunks.items()]
    yield from (_taken(settings, place) for gateway, place in claims if ON_NET in (gateway, place[1]))
    for gateway, place, first in repeated(claims):
        what = f"gateway {gateway} belongs to trunk {first[1]} already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "give each trunk a gateway of its own")


def _taken(settings: Settings, place: YamlPath) -> Problem:
    what = f"{ON_NET} is the gateway by which tenants reach each other's numbers"
    return problem_at(settings, place, what, "give the trunk and its gateway another name")


def trunks_that_cannot_register(settings: Settings) -> Iterator[Problem]:
    """Registering needs a registrar and an account."""
    for name, trunk in settings.trunks.items():
        missing = [key for key in ("proxy", "username", "password") if not getattr(trunk, key)]
        if trunk.register_ and missing:
            what = f"the trunk shall register, but has no {', no '.join(missing)}"
            right = f"write {', '.join(f'`{key}:`' for key in missing)}, or `register: false`"
            yield problem_at(settings, ("trunks", name, "register"), what, right)


def records_read_twice(settings: Settings) -> Iterator[Problem]:
    """Which switch a leg was on follows from the folder its record lies in."""
    switches = settings.switches.items()
    claims = [(switch.cdrs.rstrip("/"), ("switches", name, "cdrs")) for name, switch in switches if switch.cdrs]
    for _, place, first in repeated(claims):
        what = f"the folder belongs to switch {first[1]} already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "give each switch a folder of its own")


def media_folders_of_no_switch(settings: Settings) -> Iterator[Problem]:
    """Each folder of sound files is a switch's, and no other's."""
    folders = settings.media.folders
    for name in folders:
        if name not in settings.switches:
            right = did_you_mean(name, settings.switches, f"write one of {', '.join(settings.switches)}")
            yield problem_at(settings, ("media", "folders", name), f"there is no switch {name}", right)
    claims: list[tuple[str, YamlPath]]
    claims = [(folder.rstrip("/"), ("media", "folders", name)) for name, folder in folders.items()]
    for _, place, first in repeated(claims):
        what = f"the folder belongs to switch {first[-1]} already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "give each switch a folder of its own")


def media_kept_where_the_switch_records(settings: Settings) -> Iterator[Problem]:
    """A folder that files are moved to is none that they are moved from."""
    storage = (settings.media.storage or "").rstrip("/")
    sources = {folder: f"the folder of {name}" for name, folder in settings.media.folders.items()}
    sources[settings.recordings] = "recordings"
    for folder, name in sources.items():
        if storage and f"{storage}/".startswith(f"{folder.rstrip('/')}/"):
            what = f"{storage} is inside {name}, from where files are moved"
            yield problem_at(settings, ("media", "storage"), what, "write a folder elsewhere")
    if storage and settings.media.s3 is not None:
        what = "files are moved to a folder and to `s3`"
        yield problem_at(settings, ("media", "s3"), what, "write `storage:` or `s3:`")


def addresses_used_twice(settings: Settings) -> Iterator[Problem]:
    """One port serves one purpose; one event socket is one switch."""
    claims: list[tuple[str, YamlPath]]
    claims = [(switch.address, ("switches", name, "address")) for name, switch in settings.switches.items()]
    claims += [(settings.listen, ("listen",)), (settings.http, ("http",))]
    for address, place, first in repeated(claims):
        what = f"{address} is used by {'.'.join(first)} already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "write an address of its own")
