"""Forwarding rules: that each can ever apply."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import ForwardRule, Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import ExtensionTarget, text_of


def windows_without_time(settings: Settings) -> Iterator[Problem]:
    """A rule that ends before it begins."""
    for place, rule in _rules(settings):
        if rule.from_ is not None and rule.until is not None and rule.until <= rule.from_:
            how = "ends before it begins" if rule.until < rule.from_ else "ends the moment it begins"
            yield problem_at(settings, (*place, "until"), f"the rule {how}", "write a time after `from`")


def rules_under_unknown_hours(settings: Settings) -> Iterator[Problem]:
    """A rule stands under hours that there are, and is meant for when they are open, or for when they are closed."""
    for place, rule in _rules(settings):
        for key, hours in (("during", rule.during), ("outside", rule.outside)):
            if hours is not None and not is_written(settings, *place[:2], "hours", hours):
                known = settings.tenants[place[1]].hours
                right = did_you_mean(hours, known, f"write `{hours}:` below `hours:`")
                yield problem_at(settings, (*place, key), f"there are no hours {hours}", right)
        if rule.during is not None and rule.outside is not None:
            what = "both `during` and `outside` say when the rule is in force"
            yield problem_at(settings, (*place, "outside"), what, "write one of them")


def rules_never_reached(settings: Settings) -> Iterator[Problem]:
    """A rule that is only asked while an always rule sends every call on before."""
    for tenant, owner, forward in _forwards(settings):
        above = ("tenants", tenant, "extensions", owner, "forward")
        always = forward.get("always")
        for kind, rule in forward.items():
            if kind != "always" and always and always.on and rule.on and _covers(always, rule):
                source = nearest_source(settings, (*above, "always"))
                what = f"never reached: the always rule ({source}) sends every call on before"
                yield problem_at(settings, (*above, kind), what, "remove one of them, or switch it off by `on: false`")


def rules_to_themselves(settings: Settings) -> Iterator[Problem]:
    """A rule that sends the call to where it comes from."""
    for place, rule in _rules(settings):
        if rule.target == ExtensionTarget(place[3]):
            what = f"{text_of(rule.target)} is forwarded to itself"
            yield problem_at(settings, (*place, "target"), what, "write another target")


def _covers(outer: ForwardRule, inner: ForwardRule) -> bool:
    """Whether the outer rule is in force whenever the inner one is."""
    begins = outer.from_ is None or (inner.from_ is not None and outer.from_ <= inner.from_)
    ends = outer.until is None or (inner.until is not None and inner.until <= outer.until)
    hours = (outer.during, outer.outside)
    return begins and ends and hours in ((None, None), (inner.during, inner.outside))


def _forwards(settings: Settings) -> Iterator[tuple[str, str, dict[str, ForwardRule]]]:
    for tenant, values in settings.tenants.items():
        for name, extension in values.extensions.items():
            yield tenant, name, {kind: rule for kind, rule in extension.forward if rule is not None}


def _rules(settings: Settings) -> Iterator[tuple[YamlPath, ForwardRule]]:
    for tenant, owner, forward in _forwards(settings):
        for kind, rule in forward.items():
            yield ("tenants", tenant, "extensions", owner, "forward", kind), rule
