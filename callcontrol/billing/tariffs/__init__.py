"""Price lists as admins write them, in YAML or CSV -> a Tariff, or every mistake at once with its line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs.csv_files import misfit
from callcontrol.billing.tariffs.csv_form import read_csv
from callcontrol.billing.tariffs.understanding import tariff_of
from callcontrol.billing.tariffs.written import Findings, WrittenTariff
from callcontrol.config.problems import Problem

__all__ = ["parse"]


def _read_yaml(text: str, findings: Findings) -> WrittenTariff:
    # Large lists are CSV: reading them should not have to wait for a YAML library to load.
    from callcontrol.billing.tariffs.yaml_form import read_yaml

    return read_yaml(text, findings)


FORMS = {".csv": read_csv, ".yaml": _read_yaml, ".yml": _read_yaml}


def parse(text: str, file: str, zone: ZoneInfo) -> Tariff | list[Problem]:
    """Read a price list.

    Args:
        text: what the file holds.
        file: its name, for Problems; its ending (.yaml, .yml, .csv) tells the form.
        zone: the tenant's, for dates of validity and periods.
    """
    findings = Findings(file)
    read = next((form for ending, form in FORMS.items() if file.lower().endswith(ending)), None)
    if read is None:
        findings.add(1, "a price list that is neither YAML nor CSV", f"name it so that it ends in {', '.join(FORMS)}")
        return findings.problems
    strange = misfit(text) if read is read_csv else None
    if strange:
        findings.add(*strange)
        return findings.problems
    tariff = tariff_of(read(text, findings), zone, findings)
    return sorted(set(findings.problems)) or tariff  # what versions inherit would be told once for each of them
