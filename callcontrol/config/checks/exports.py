"""Exports: each has one place to go, one timer at most, a name of its own, and tenants that exist."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at, repeated
from callcontrol.config.export_settings import OwnExport
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.export import FileFormat

_WAYS = "write one of folder, sftp, s3, http"


def exports_in(settings: Settings) -> Iterator[tuple[YamlPath, str, OwnExport]]:
    """Every export: its place, its full name, what it says."""
    for name, export in settings.exports.items():
        yield ("exports", name), name, export
    for tenant, own in settings.tenants.items():
        for name, one in own.exports.items():
            yield ("tenants", tenant, "exports", name), f"{tenant}.{name}", one


def exports_to_nowhere(settings: Settings) -> Iterator[Problem]:
    """Each is delivered to exactly one place."""
    for place, _, export in exports_in(settings):
        if not export.ways:
            yield problem_at(settings, place, "it is not said where it is delivered to", _WAYS)
        elif len(export.ways) > 1:
            what = f"{' and '.join(export.ways)}: an export has one receiver, whose batches are numbered"
            yield problem_at(settings, (*place, export.ways[1]), what, "make an export of each")


def exports_by_two_timers(settings: Settings) -> Iterator[Problem]:
    """`every` and `daily` are two answers to one question; `daily` needs a zone."""
    for place, _, export in exports_in(settings):
        if export.every is not None and export.daily is not None:
            yield problem_at(settings, (*place, "every"), "every and daily are both written", "leave one of them out")
        needs_zone = "daily" if export.daily is not None else "times" if export.times == "local" else ""
        if needs_zone and zone_of(settings, place, export) is None:
            what = "its tenants live in different time zones, so it is not known which clock is meant"
            yield problem_at(settings, (*place, needs_zone), what, "write `zone:` beside it")


def zone_of(settings: Settings, place: YamlPath, export: OwnExport) -> str | None:
    """The zone of its timer and of local times; None: its tenants have several."""
    if export.zone is not None:
        return export.zone
    names = (place[1],) if place[0] == "tenants" else getattr(export, "tenants", ()) or tuple(settings.tenants)
    zones = {settings.tenants[name].zone for name in names if name in settings.tenants}
    return zones.pop() if len(zones) == 1 else None


def exports_of_unknown_tenants(settings: Settings) -> Iterator[Problem]:
    """Whose rows are delivered has to be there."""
    for name, export in settings.exports.items():
        for index, tenant in enumerate(export.tenants):
            if not is_written(settings, "tenants", tenant) and tenant not in settings.tenants:
                place = ("exports", name, "tenants", str(index))
                right = did_you_mean(tenant, settings.tenants, "name a file of tenants/")
                yield problem_at(settings, place, f"there is no tenant {tenant}", right)


def exports_named_twice(settings: Settings) -> Iterator[Problem]:
    """Files and batches bear the name."""
    claims = ((name, place) for place, name, _ in exports_in(settings))
    for name, place, first in repeated(claims):
        where = settings.source(*first)
        yield problem_at(settings, place, f"its whole name is {name}, as that of the one at {where}", "rename one")


def dialects_of_no_csv(settings: Settings) -> Iterator[Problem]:
    """What is said of CSV where there is none is a mistake."""
    for place, _, export in exports_in(settings):
        if export.format is not FileFormat.CSV and settings.source(*place, "csv"):
            what = f"its files are {export.format}, so nothing of this counts"
            yield problem_at(settings, (*place, "csv"), what, "leave it out, or write `format: csv`")


def sftp_without_credentials(settings: Settings) -> Iterator[Problem]:
    """A server lets no one in who shows neither password nor key."""
    for place, _, export in exports_in(settings):
        if export.sftp is not None and not (export.sftp.password or export.sftp.key):
            right = "write `password:` or `key:`, as {file: …}"
            yield problem_at(settings, (*place, "sftp"), "there is neither a password nor a key", right)
