"""What must be known before deciding, and the kinds of target as routing sees them. The driver looks facts up; nothing
here asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from callcontrol.config.kinds import ConfiguredKind, Kinds
from callcontrol.config.settings import Extension, Settings, Tenant
from callcontrol.routing.endings import refuse
from callcontrol.routing.opening_hours import state_at
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Account, Answer, Branch, Decision, Legs, Peer, Ring, RingResult, Step
from callcontrol.routing.trunk_quality import Quality
from callcontrol.vocabulary.call import NO_ORIGIN, Caller, Origin
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.counters import Counted
from callcontrol.vocabulary.credit import Standing
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import DoNotDisturb, DutyOverride, Overrides, call_waiting, undisturbed
from callcontrol.vocabulary.refusal_reason import Refusal, RefusalReason
from callcontrol.vocabulary.restriction import Restrictions
from callcontrol.vocabulary.rule import NO_RULES, Rule, RuleKind, Rules
from callcontrol.vocabulary.schedule import Override, State
from callcontrol.vocabulary.stored import Upgrades
from callcontrol.vocabulary.target import HoursTarget, Target, text_of

ByHand = TypeVar("ByHand", Override, DutyOverride)


class Prices(Protocol):
    """The tenant's price lists, as far as routing needs them."""

    def is_priced(self, number: str, at: Instant, payer: str = "") -> bool:
        """Whether a call to this number (E.164) has a price for this payer at this instant."""
        ...

    def cost_of(self, trunk: str, number: str, at: Instant) -> tuple[str, Decimal] | None:
        """What a call of three minutes to this number costs at the trunk's carrier: currency and amount. None: that is
        not known.
        """
        ...

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        """The price list's own word for the class of the number, "" if it has none."""
        ...

    def units_to_begin(self, number: str, at: Instant, payer: str = "") -> int:
        """What an account must have left for a call to be begun (units of credit)."""
        ...

    def is_covered(self, number: str, at: Instant, payer: str, direction: str) -> bool:
        """Whether bundles are for a call of this payer to the number of this class, however much is left of them."""
        ...

    def affordable_s(self, number: str, at: Instant, units: int, payer: str = "") -> int:
        """How long a call may talk for so much (units of credit); 0 without a price."""
        ...

    def currency_of(self, payer: str = "") -> str:
        """In which the payer's calls are priced, ISO 4217; "" without a price list."""
        ...

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        """What a call to this number costs this payer, None without a price."""
        ...


@dataclass(frozen=True, slots=True)
class SentOn:
    """Where a phone has sent a call (302).

    Attributes:
        to: what the phone has named.
        rule: the forward of its extension that this is for the call; None: the call does not go there.
        why_not: why it does not.
    """

    to: str
    rule: Rule | None
    why_not: str = ""


@fast_init
@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one call rests on.

    Attributes:
        kinds: the kinds of target there are.
        rules: effective rules by extension; an extension that is missing here has not been looked up.
        moved: by extension, where its phone has sent this call (302): its forward for this call.
        registered: the switches at which each SIP account is registered, of those whose state is known; an account
            that is absent here is unknown, so it is tried.
        unheard: the switches whose phones are not known now: an unknown account may be registered there.
        switch: the caller's switch, from which all legs of the call go out.
        transferred: the caller did not dial this number, the call was transferred to it.
        replaces: the call is to take the place of another one (INVITE with Replaces).
        transferred_by: the extension that did, whose rights and purse decide; "" if it is not known.
        heading: where the call goes next, when that is not the dialled number (after a wait in a queue).
        chosen_language: the language the caller is led in; None: none was chosen, the tenant's own counts.
        remembered: the language the caller chose in an earlier call; None: none, or it was not looked up.
        origin: the way of a call from outside before it reached us.
        called_back: the extension whose phone the emergency service calls back at this number, "" if none is.
        alike: calls from the same number to the same one of ours that ring outside now, through a trunk, or have just
            failed there.
        quality: what has come of the trunks' calls in the last hour; of one that is absent nothing is known.
        resting: trunks that failed call after call; they are tried last.
        slack_s: how much longer than usual the switch may take (seconds), as it answers now.
        degraded: why the rules are only the last known ones ("Redis unreachable"), "" when they are fresh.
        overrides: what was set by hand over schedules and duties; None: it has not been looked up.
        credit: how the accounts stand that may pay for a leg, by name; None: it could not be asked, or is not known.
        restrictions: what payers of the tenant may not do outside for now.
        on_call: the calls that each of these extensions is on, by id; an extension that is absent was not looked up.
        call: the id of the call that this is about, "" for a call that is only thought of.
        counts: how counters of payers stand, by name; looked up for `explain` only.
    """

    settings: Settings
    kinds: RoutedKinds
    tenant_name: str
    prices: Prices
    caller: Caller
    dialled: str
    now: Instant
    rules: Mapping[str, Rules] = field(default_factory=dict)
    moved: Mapping[str, SentOn] = field(default_factory=dict)
    registered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unheard: tuple[str, ...] = ()
    switch: str = ""
    origin: Origin = NO_ORIGIN
    called_back: str = ""
    alike: int = 0
    quality: Mapping[str, Quality] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    slack_s: float = 0.0
    degraded: str = ""
    transferred: bool = False
    transferred_by: str = ""
    replaces: bool = False
    heading: Target | None = None
    chosen_language: Language | None = None
    remembered: Language | None = None
    overrides: Overrides | None = None
    credit: Mapping[str, Standing | None] = field(default_factory=dict)
    restrictions: Restrictions = field(default_factory=dict)
    on_call: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    call: str = ""
    counts: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def tenant(self) -> Tenant:
        """The settings of the tenant whose call this is."""
        return self.settings.tenants[self.tenant_name]

    @property
    def language(self) -> Language:
        """The language of what the caller hears."""
        return self.chosen_language or self.tenant.language

    def led_in(self, language: Language | None) -> Facts:
        """The facts of a call whose caller is led in this language, None: in the tenant's own."""
        return self if language == self.chosen_language else replace(self, chosen_language=language)

    def extension(self, name: str) -> Extension | None:
        """The extension's settings, None if there is none of this name."""
        return self.tenant.extensions.get(name)

    def rules_of(self, name: str) -> Rules:
        """The effective rules of an extension (none if it was not looked up)."""
        rules, said = self.rules.get(name, NO_RULES), self.moved.get(name)
        if said is None or said.rule is None:
            return rules
        return Rules({**rules.by_kind, said.rule.kind: said.rule})

    def in_force(self, extension: str, kind: RuleKind) -> Rule | None:
        """The rule of this kind of an extension if it applies now."""
        rule = self.rules_of(extension).of(kind)
        return rule if rule is not None and self.applies(rule) else None

    def applies(self, rule: Rule) -> bool:
        """Whether a rule is on, inside its window and within the hours it stands under."""
        return rule.applies_at(self.now) and not self.out_of_hours(rule)

    def out_of_hours(self, rule: Rule) -> str:
        """Why the hours that a rule stands under keep it from being in force, "" if they do not."""
        if not rule.hours:
            return ""
        now = self.hours_now(rule.hours)
        if now is not None and now.open is bool(rule.during):
            return ""
        stands = f"{now.word}: {now.why}" if now is not None else "not there"
        return (
            f"in force {'during' if rule.during else 'outside'} {text_of(HoursTarget(rule.hours))}, which is {stands}"
        )

    def hours_now(self, name: str | None) -> State | None:
        """What opening hours of the tenant say now, None if there are none of this name, or none are named."""
        return state_at(self.tenant, name, self.now, self.overrides)

    def override_of(self, target: Target, form: type[ByHand]) -> ByHand | None:
        """What was set by hand over this schedule or duty and is in force, None if nothing is."""
        override = self.overrides.get(text_of(target)) if self.overrides else None
        return override if isinstance(override, form) and override.is_in_force(self.now) else None

    def undisturbed(self, name: str) -> DoNotDisturb | None:
        """What keeps calls from ringing at an extension, None if nothing does."""
        return undisturbed(self.overrides, name, self.now) if self.tenant.do_not_disturb else None

    def has_call_waiting(self, name: str) -> bool:
        """Whether a second call rings at an extension: as its phone has set it, else as the files say."""
        extension = self.extension(name)
        by_phone = call_waiting(self.overrides, name) if self.tenant.call_waiting else None
        return by_phone.on if by_phone is not None else extension is None or extension.call_waiting

    def is_on_another_call(self, name: str) -> bool:
        """Whether the extension is known to be on a call besides this one."""
        return any(call != self.call for call in self.on_call.get(name, ()))

    def accounts(self, name: str) -> tuple[str, ...]:
        """The SIP accounts of an extension, () if there is no such extension."""
        extension = self.extension(name)
        return extension.accounts(name) if extension else ()

    def reachable_accounts(self, name: str) -> tuple[str, ...]:
        """The accounts that are not known to be offline."""
        return tuple(a for a in self.accounts(name) if self.registered.get(a) != ())

    def account(self, user: str) -> Account:
        """A SIP account of the tenant, and through which switch it is rung: the caller's own if that knows it."""
        return Account(user, self.tenant.domain, self._peer(self.registered.get(user, self.unheard)))

    def _peer(self, places: tuple[str, ...]) -> Peer | None:
        if self.switch in places:
            return None
        switches = self.settings.switches
        known = ((name, switches[name].sip) for name in places if name in switches)
        return next((Peer(name, sip) for name, sip in known if sip is not None), None)


T = TypeVar("T", bound=Target)


def _fails(_target: Target, _step: Ring, result: RingResult, _facts: Facts) -> Decision:
    return refuse(result.outcome)


def _nothing_follows(_step: Any, _facts: Facts) -> Iterable[Branch]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedKind(ConfiguredKind[T]):
    """What routing has to know of a kind of target.

    Attributes:
        decide: what happens to a call that is sent to such a target.
        after: what follows when the phones that `decide` has ringing were not answered.
        successors: every target that may follow; None: those its links lead to.
        why_not: why calls may not be sent there at run time at this payer's cost (`extension:101`, `tenant`), None
            if they may; no function: where the target does not exist.
        default_last_resort: the last resort of a tenant that has chosen none, for a call that came for this target; the
            first kind that has an answer is taken.
        own_of: the targets of this kind whose files are a person's own who has this extension; None: none are.
        member_legs: the legs it rings with for so many seconds as a member of a group or list; None: it is no member.
        is_end: such a target is the end of the call, nothing else.
        dialled: the target of this kind that phones of a tenant reach by these digits, None if they reach none.
        set_by_hand: what its entries say may be overridden at run time (`Facts.overrides`).
        step: the step that only this kind has calls take; None: it has none.
        branches: what may follow that step.
        saved: classes of this kind, besides its target, that are saved with a call.
        upgrades: how values that earlier versions saved are brought on (`vocabulary/stored.py`).
    """

    decide: Callable[[T, Path, Facts], Answer]
    after: Callable[[T, Ring, RingResult, Facts], Answer] = _fails
    successors: Callable[[T, Facts], Iterable[Target]] | None = None
    why_not: Callable[[T, str, Facts], Refusal | None] | None = None
    default_last_resort: Callable[[Target, Tenant], Target | None] | None = None
    own_of: Callable[[str, Tenant], Iterable[Target]] | None = None
    member_legs: Callable[[T, int, Path, Facts], Legs] | None = None
    is_end: bool = False
    dialled: Callable[[str, Tenant], Target | None] | None = None
    set_by_hand: bool = False
    step: type[Step] | None = None
    branches: Callable[[Any, Facts], Iterable[Branch]] = _nothing_follows
    saved: tuple[type[Any], ...] = ()
    upgrades: Upgrades = field(default_factory=dict)

    @property
    def is_member(self) -> bool:
        """Whether it rings as a member of groups and lists."""
        return self.member_legs is not None

    def following(self, target: T, facts: Facts) -> Iterable[Target]:
        """Every target that may follow this one, as far as it is known."""
        if self.successors is not None:
            return self.successors(target, facts)
        entry = self.block.of(facts.tenant).get(target.name) if self.block else None
        return () if entry is None else [link.to for link in self.links(target.name, entry)]

    def refusal(self, target: T, payer: str, facts: Facts) -> Refusal | None:
        """Why calls may not be sent there at run time at this payer's cost, None if they may."""
        if self.why_not is not None:
            return self.why_not(target, payer, facts)
        exists = self.block is None or target.name in self.block.of(facts.tenant)
        return None if exists else Refusal(RefusalReason.NO_SUCH_NUMBER, f"there is no {text_of(target)}")


@dataclass(frozen=True, slots=True)
class Usage:
    """A row of the README's table: what is dialled, and what it does."""

    dialled: str
    does: str


@dataclass(frozen=True, slots=True)
class StarCode:
    """One star code, or a family that is read in one way.

    Attributes:
        form: all that is dialled. A trailing `#` may be missing: many phones send the number when it is pressed.
        who: who may use it, for the README; `decide` refuses all others.
        usages: its rows in the README.
        decide: the step that carries it out. A code that is refused is a step too, which says why in words.
        saved: the classes of its steps and states, which are saved with a call.
        leads_to: the target it sends the call to, where it does: what that needs is looked up first.
    """

    form: re.Pattern[str]
    who: str
    usages: tuple[Usage, ...]
    decide: Callable[[re.Match[str], Facts], Step | Decision]
    saved: tuple[type[Any], ...]
    leads_to: Callable[[re.Match[str]], Target] | None = None


class RoutedKinds(Kinds[RoutedKind[Any]]):
    """The registry: every kind of target and every star code."""

    def __init__(self, targets: Iterable[RoutedKind[Any]], star_codes: Iterable[StarCode]) -> None:
        super().__init__(targets)
        self.star_codes = tuple(star_codes)
        self._dialled = tuple(kind.dialled for kind in self if kind.dialled is not None)

    def dialled(self, digits: str, tenant: Tenant) -> Target | None:
        """What phones of the tenant reach inside by these digits besides extensions, None if nothing."""
        return next((found for reach in self._dialled if (found := reach(digits, tenant)) is not None), None)

    @property
    def saved(self) -> frozenset[type[Any]]:
        """Their classes that are saved with a call."""
        targets = (one for kind in self for one in (kind.target, *kind.saved))
        return frozenset((*targets, *(one for code in self.star_codes for one in code.saved)))

    @property
    def upgrades(self) -> Upgrades:
        """How values of theirs that earlier versions saved are brought on."""
        return {of: upgrade for kind in self for of, upgrade in kind.upgrades.items()}
