"""Forwarding rules: what a subscriber wants done with a call that cannot, or shall not, ring at the extension."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import Target

DEFAULT_RING_S = 20


class RuleKind(StrEnum):
    """When a rule applies."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNAVAILABLE = "unavailable"


# RFC 5806 section 4 names for the Diversion header.
DIVERSION_REASON = {
    RuleKind.ALWAYS: "unconditional",
    RuleKind.BUSY: "user-busy",
    RuleKind.NO_ANSWER: "no-answer",
    RuleKind.UNAVAILABLE: "unavailable",
}
# RFC 4244 / 7044 History-Info: the SIP status that made us retarget, as the `cause` of the entry.
HISTORY_CAUSE = {
    RuleKind.ALWAYS: 302,
    RuleKind.BUSY: 486,
    RuleKind.NO_ANSWER: 408,
    RuleKind.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One forwarding rule of one extension.

    Attributes:
        after_s: how long the extension rings before a `no_answer` rule applies (seconds).
        start, until: the rule is in force in [start, until); None leaves that end open.
        show: the number shown on the forwarded leg: `caller`, `company`, a number in E.164, or "" for the tenant's
        choice. source: where the rule was set, for people: `tenants/acme.yaml:31`, `phone 101, 2026-11-22T08:00Z`.
    """

    kind: RuleKind
    target: Target
    on: bool = True
    after_s: int = DEFAULT_RING_S
    start: Instant | None = None
    until: Instant | None = None
    show: str = ""
    source: str = ""

    def applies_at(self, now: Instant) -> bool:
        """Whether the rule is switched on and inside its window."""
        begun = self.start is None or self.start <= now
        return self.on and begun and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Rules:
    """The effective rules of one extension: what was set at run time, else the YAML baseline."""

    always: Rule | None = None
    busy: Rule | None = None
    no_answer: Rule | None = None
    unavailable: Rule | None = None

    def of(self, kind: RuleKind) -> Rule | None:
        """The rule of this kind, in force or not."""
        rule: Rule | None = getattr(self, kind.value)
        return rule

    def in_force(self, kind: RuleKind, now: Instant) -> Rule | None:
        """The rule of this kind if it applies now."""
        rule = self.of(kind)
        return rule if rule is not None and rule.applies_at(now) else None
