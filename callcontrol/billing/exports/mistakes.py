"""What is wrong with exports in the configuration: columns that no table has."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.billing.exports.exportable import EXPORTABLE
from callcontrol.config.checks.exports import exports_in
from callcontrol.config.checks.places import did_you_mean, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings


def mistakes_of_exports(settings: Settings | tuple[Problem, ...]) -> Iterator[Problem]:
    """Each column that is named is one, once; nothing is said of settings that are none."""
    if not isinstance(settings, Settings):
        return
    for place, _, export in exports_in(settings):
        known = EXPORTABLE[export.what].columns
        for index, name in enumerate(export.columns):
            at = (*place, "columns", str(index))
            if name not in known:
                right = did_you_mean(name, known, f"these are: {', '.join(known)}")
                yield problem_at(settings, at, f"{export.what} have no column {name}", right)
            elif name in export.columns[:index]:
                yield problem_at(settings, at, f"column {name} is written twice", "leave it out here")
