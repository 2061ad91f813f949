"""Effective rules: what subscribers set at run time wins over the YAML baseline, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from callcontrol.config.settings import NoAnswerRule, Settings
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind, Rules

# What Redis holds of an extension: a rule, or None where the subscriber removed it. An absent kind is the baseline's.
RunTimeRules = Mapping[RuleKind, Rule | None]


def effective(settings: Settings, tenant: str, extension: str, run_time: RunTimeRules) -> Rules:
    """The rules of an extension as they stand now."""
    return Rules({kind: _one(settings, tenant, extension, kind, run_time) for kind in RuleKind})


def baseline(settings: Settings, tenant: str, extension: str, kind: RuleKind) -> Rule | None:
    """The rule as the admin wrote it in YAML."""
    written = settings.tenants[tenant].extensions[extension].forward.of(kind)
    if written is None:
        return None
    return Rule(
        kind=kind,
        target=written.target,
        on=written.on,
        after_s=written.after if isinstance(written, NoAnswerRule) else DEFAULT_RING_S,
        start=written.from_,
        until=written.until,
        show=written.show,
        source=settings.source("tenants", tenant, "extensions", extension, "forward", kind.value),
        during=written.during or "",
        outside=written.outside or "",
    )


def _one(settings: Settings, tenant: str, extension: str, kind: RuleKind, run_time: RunTimeRules) -> Rule | None:
    return run_time[kind] if kind in run_time else baseline(settings, tenant, extension, kind)
