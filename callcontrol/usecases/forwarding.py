"""The four forwarding rules of an extension: those in force, setting or removing one, back to what the files say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from gevent.event import AsyncResult

from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.rules import RuleStore, encode_rule
from callcontrol.kinds import KINDS
from callcontrol.routing.effective import RunTimeRules, effective
from callcontrol.routing.facts import Facts
from callcontrol.routing.forwarding_rights import trouble_with
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.moment import text_of as time_text
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.rule import DEFAULT_RING_S, Rule, RuleKind, Rules
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.target import BadTarget, NumberTarget, Target

ANSWER_S: Final = 5.0
MIN_RING_S: Final = 1
MAX_RING_S: Final = 300


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """A rule as a person writes it.

    Attributes:
        target: `extension:102`, `number:600700800`.
        after_s: how long it rings before a `no_answer` rule applies (seconds).
        start, until: ISO times on the tenant's clocks; "" leaves that end open.
        show: the number shown: `caller`, `company`, a number, or "" for the tenant's choice.
    """

    target: str
    on: bool = True
    after_s: int = DEFAULT_RING_S
    start: str = ""
    until: str = ""
    show: str = ""


class Forwarding:
    """The rules of a tenant's extensions.

    Every method raises Refused where what is asked for makes no sense, and LiveStateError while Redis is away.
    """

    def __init__(self, configuration: Configuration, tenant: str, store: RuleStore, now: Callable[[], Instant]) -> None:
        """Raises: NotThere: there is no such tenant."""
        if tenant not in configuration.settings.tenants:
            raise NotThere(unknown("tenant", tenant, configuration.settings.tenants), "tenant")
        self._configuration, self._tenant, self._store, self._now = configuration, tenant, store, now

    @property
    def _settings(self) -> Tenant:
        return self._configuration.settings.tenants[self._tenant]

    def rules(self, extension: str) -> Rules:
        """The rules as they stand now."""
        self._check(extension)
        answer: AsyncResult[tuple[RunTimeRules, LiveStateError | None]] = AsyncResult()
        self._store.look_up(self._tenant, (extension,), lambda found, trouble: answer.set((found[extension], trouble)))
        found, trouble = answer.get(timeout=ANSWER_S)
        if trouble is not None:
            raise trouble
        return effective(self._configuration.settings, self._tenant, extension, found)

    def put(self, extension: str, kind: RuleKind, asked: RuleAsked, by: str, seen: str | None = None) -> Rule:
        """Set a rule: it is in force for the very next call.

        Args:
            by: who says so, for the trail of calls: `command`, `panel, ewa`.
            seen: `version_of` the rules that were looked at; None: whatever they are.

        Raises:
            ChangedMeanwhile: they are others by now.
        """
        self._check(extension)
        rule = self._rule(extension, kind, asked, by)
        self._write(extension, kind, rule, seen)
        return rule

    def clear(self, extension: str, kind: RuleKind, seen: str | None = None) -> None:
        """Remove a rule, also one of the files; raises ChangedMeanwhile as `put`."""
        self._check(extension)
        self._write(extension, kind, None, seen)

    def back_to_files(self, extension: str, kind: RuleKind) -> None:
        """What was set at run time is dropped: what the files say applies again."""
        self._check(extension)
        self._store.forget(self._tenant, extension, kind)

    def _check(self, extension: str) -> None:
        known = self._settings.extensions
        if extension not in known:
            what = f"tenant {self._tenant} has no extension {extension}; it has: {', '.join(known)}"
            raise NotThere(what, "extension")

    def _write(self, extension: str, kind: RuleKind, rule: Rule | None, seen: str | None) -> None:
        stored = self._store.stored(self._tenant, extension)
        if seen is not None and version_of(self.rules(extension)) != seen:
            raise ChangedMeanwhile(says("the rules have been changed meanwhile"), cure=says("look at them again"))
        if seen is None:
            self._store.put(self._tenant, extension, kind, rule)
        elif not self._store.put_if(self._tenant, extension, kind, rule, stored):
            raise ChangedMeanwhile(says("the rules are being changed at this moment"), cure=says("look at them again"))

    def _rule(self, extension: str, kind: RuleKind, asked: RuleAsked, by: str) -> Rule:
        target = self._target(extension, kind, asked.target)
        if not MIN_RING_S <= asked.after_s <= MAX_RING_S:
            right = f"write {MIN_RING_S} to {MAX_RING_S} seconds"
            raise Refused(f"--after {asked.after_s}: {right}", "after_s", right)
        zone = ZoneInfo(self._settings.zone)
        start, until = _moment("start", asked.start, zone), _moment("until", asked.until, zone)
        if start is not None and until is not None and start >= until:
            raise Refused(
                says("nothing lies between %(start)s and %(until)s", start=asked.start, until=asked.until),
                "until",
                says("end it after its start"),
            )
        source = f"{by}, {time_text(self._now())}"
        return Rule(kind, target, asked.on, asked.after_s, start, until, self._shown(asked.show), source)

    def _target(self, extension: str, kind: RuleKind, text: str) -> Target:
        try:
            target = _normalised(KINDS.read(text), self._settings.region)
        except BadTarget as error:
            raise Refused(str(error), "target") from error
        configuration, tenant = self._configuration, self._tenant
        prices = configuration.prices_of(tenant)
        facts = Facts(configuration.settings, KINDS, tenant, prices, Caller(""), "", self._now())
        if (refused := trouble_with(target, extension, facts, kind)) is not None:
            raise Refused(refused.why, "target")
        return target

    def _shown(self, show: str) -> str:
        if show in ("", "caller", "company"):
            return show
        number = normalise(show, self._settings.region)
        if number is None:
            right = "write caller, company or a number such as +48221234567"
            raise Refused(f"--show {show}: {right}", "show", right)
        return number.text


def version_of(rules: Rules) -> str:
    """What changes with each change of an extension's rules, wherever these were set: for ETag and If-Match."""
    written = [b"" if rule is None else encode_rule(rule) for rule in map(rules.of, RuleKind)]
    return hashlib.sha256(b"\n".join(written)).hexdigest()[:32]


def _normalised(target: Target, region: str) -> Target:
    if not isinstance(target, NumberTarget):
        return target
    number = normalise(target.name, region)
    if number is None:
        raise BadTarget(f"{target.name} is no number: write one such as number:+48600700800")
    return replace(target, name=number.text)


def _moment(field: str, text: str, zone: ZoneInfo) -> Instant | None:
    try:
        return instant_from(text, zone) if text else None
    except BadMoment as error:
        raise Refused(str(error), field) from error
