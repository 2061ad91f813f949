"""What the configuration says of an export, ready to be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from callcontrol.billing.exports.exportable import EXPORTABLE
from callcontrol.billing.exports.form import Form
from callcontrol.config.checks.exports import exports_in, zone_of
from callcontrol.config.export_settings import Export, OwnExport
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.edges.ledger.export_books import Scope
from callcontrol.vocabulary.export import FileFormat


@dataclass(frozen=True, slots=True)
class Plan:
    """An export that is configured.

    Attributes:
        zone: of its timer.
    """

    scope: Scope
    form: Form
    settings: OwnExport
    zone: tzinfo = UTC

    @property
    def name(self) -> str:
        """Its whole name."""
        return self.scope.export


def plans_of(settings: Settings) -> dict[str, Plan]:
    """Every export of the configuration by its name."""
    return {name: _plan(settings, place, name, export) for place, name, export in exports_in(settings)}


def _plan(settings: Settings, place: YamlPath, name: str, export: OwnExport) -> Plan:
    zone = zone_of(settings, place, export) or ""
    return Plan(
        scope=Scope(name, export.what, _tenants(place, export), export.since),
        form=_form(export, zone if export.times == "local" else ""),
        settings=export,
        zone=ZoneInfo(zone) if zone else UTC,
    )


def _tenants(place: YamlPath, export: OwnExport) -> tuple[str, ...] | None:
    if place[0] == "tenants":
        return (place[1],)
    named = tuple(sorted(set(export.tenants))) if isinstance(export, Export) else ()
    return named or None


def _form(export: OwnExport, zone: str) -> Form:
    columns = export.columns or tuple(EXPORTABLE[export.what].columns)
    if export.format is not FileFormat.CSV:
        return Form(export.format, columns, zone)
    csv = export.csv
    ends = {"crlf": "\r\n", "lf": "\n"}
    return Form(
        export.format, columns, zone, csv.separator, csv.decimal, csv.quote == "all", csv.header, ends[csv.line_end]
    )
