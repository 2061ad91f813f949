"""Forwarding rules: what a subscriber wants done with a call that cannot, or shall not, ring at the extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target

DEFAULT_RING_S = 20


class RuleKind(StrEnum):
    """When a rule applies; in the order in which rules are listed.

    Attributes:
        code: of its star codes (3GPP TS 22.030 annex B).
        after: the outcome of ringing that it follows; None: it applies before anything rings.
        diversion: the reason in the Diversion header (RFC 5806 section 4).
        history_cause: the SIP status that made us retarget, as the `cause` in History-Info (RFC 4244, RFC 7044).
        when: which calls it forwards, for people.
    """

    code: str
    after: Outcome | None
    diversion: str
    history_cause: int
    when: str

    # Everything but the word has a default, so that a kind is found by its word alone: RuleKind("busy").
    def __new__(
        cls,
        word: str,
        code: str = "",
        after: Outcome | None = None,
        diversion: str = "",
        history_cause: int = 0,
        when: str = "",
    ) -> RuleKind:
        """A kind as it is declared below."""
        kind = str.__new__(cls, word)
        kind._value_ = word
        kind.code, kind.after, kind.when = code, after, when
        kind.diversion, kind.history_cause = diversion, history_cause
        return kind

    ALWAYS = "always", "21", None, "unconditional", 302, "every call"
    BUSY = "busy", "67", Outcome.BUSY, "user-busy", 486, "when busy"
    NO_ANSWER = "no_answer", "61", Outcome.NO_ANSWER, "no-answer", 408, "when not answered"
    UNAVAILABLE = "unavailable", "62", Outcome.UNAVAILABLE, "unavailable", 503, "when no phone can be reached"

    @property
    def rings_first(self) -> bool:
        """Whether the rule says how long the extension rings first (`after_s`)."""
        return self.after is Outcome.NO_ANSWER


@dataclass(frozen=True, slots=True)
class Rule:
    """One forwarding rule of one extension.

    Attributes:
        after_s: how long the extension rings before a `no_answer` rule applies (seconds).
        start, until: the rule is in force in [start, until); None leaves that end open.
        during, outside: opening hours while which are open, or closed, it is in force; "" for none.
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
    during: str = ""
    outside: str = ""

    @property
    def hours(self) -> str:
        """The opening hours it stands under, "" for none."""
        return self.during or self.outside

    def applies_at(self, now: Instant) -> bool:
        """Whether the rule is switched on and inside its window; whether it is open then is left aside."""
        begun = self.start is None or self.start <= now
        return self.on and begun and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Rules:
    """The effective rules of one extension: what was set at run time, else the YAML baseline."""

    by_kind: Mapping[RuleKind, Rule | None] = field(default_factory=dict)

    def of(self, kind: RuleKind) -> Rule | None:
        """The rule of this kind, in force or not."""
        return self.by_kind.get(kind)

    def in_force(self, kind: RuleKind, now: Instant) -> Rule | None:
        """The rule of this kind if it applies now, as far as that is seen without opening hours."""
        rule = self.of(kind)
        return rule if rule is not None and rule.applies_at(now) else None


NO_RULES = Rules()
