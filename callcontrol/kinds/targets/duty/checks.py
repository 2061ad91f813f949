"""What must fit together in the duties of a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from callcontrol.config.checks import by_hand
from callcontrol.config.checks.places import problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.targets.duty.settings import BLOCK, Duty


def _duties(settings: Settings) -> Iterator[tuple[YamlPath, Duty]]:
    for name, tenant in settings.tenants.items():
        for key, duty in BLOCK.of(tenant).items():
            yield ("tenants", name, BLOCK.key, key), duty


def gaps(settings: Settings) -> Iterator[Problem]:
    """Days on which a duty has no holder, so that its calls find no way."""
    for place, duty in _duties(settings):
        if not duty.weeks and duty.otherwise is None:
            when = f"but on {', '.join(duty.days)}" if duty.days else "unless one is set by hand"
            right = "write `weeks:`, or as `otherwise:` where calls go meanwhile"
            yield problem_at(settings, place, f"a gap: the duty has no holder {when}", right)


def weeks_without_a_first(settings: Settings) -> Iterator[Problem]:
    """Where turns are taken, the file must say whose turn it is."""
    for place, duty in _duties(settings):
        if len(duty.weeks) > 1 and duty.first_week is None:
            what = f"{len(duty.weeks)} take turns, and no week says whose turn it is"
            right = "write as `first_week:` any day of a week that the first of them has"
            yield problem_at(settings, (*place, "weeks"), what, right)
        if len(duty.weeks) < 2 and duty.first_week is not None:
            what = "a first week, and none who take turns"
            yield problem_at(settings, (*place, "first_week"), what, "remove it, or name two or more in `weeks:`")


CHECKS = (gaps, weeks_without_a_first, partial(by_hand.problems_of, BLOCK))
