"""How a call got to where it is: what it passed on its way, who pays from here on, what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of

# Who pays where no extension does.
TENANT = "tenant"


def payer_of(extension: str) -> str:
    """Who pays for what this extension causes, as a text; the tenant where it is none ("")."""
    return text_of(ExtensionTarget(extension)) if extension else TENANT


@dataclass(frozen=True, slots=True)
class Diversion:
    """One forwarding on the way: who diverted, and why (RFC 5806)."""

    extension: str
    reason: RuleKind


@fast_init
@dataclass(frozen=True, slots=True)
class Path:
    """The way so far.

    Attributes:
        first: the target the dialled number led to; its voicemail is the default last resort.
        visited: target texts whose own rules or members were already followed, in order.
        hops: how often the call was forwarded.
        payer: owner of the last rule that forwarded the call (`extension:101`), or `tenant`.
        show: number shown as the last rule wants it, "" for the tenant's choice.
        last_resort: the call is already on the tenant's last resort, which is never tried twice.
        fallback: what is tried if no target on this path takes the call; None: the call ends then.
        choices: how often the caller has chosen by key where to go.
        asked: the targets at which the caller was asked for a choice on the way here, none twice; the last is the
            nearest.
        trunk: the only one that a call outside may go through, as its caller has dialled; "" for any.
        hidden: whether the caller's number is hidden or shown outside, as dialled; None: as the caller's phone asks.
        has_pin: whether the caller has entered the payer's PIN.
        chosen: what the caller chose last to go on to: the rules of what follows were looked up from there; None: from
            `first`.
    """

    first: Target
    visited: tuple[str, ...] = ()
    hops: int = 0
    payer: str = TENANT
    show: str = ""
    diversions: tuple[Diversion, ...] = ()
    last_resort: bool = False
    fallback: Fallback | None = None
    choices: int = 0
    asked: tuple[Target, ...] = ()
    chosen: Target | None = None
    trunk: str = ""
    hidden: bool | None = None
    has_pin: bool = False

    @property
    def origin(self) -> Target:
        """Where the rules of all that may follow are looked up from."""
        return self.chosen or self.first

    @property
    def diverted(self) -> tuple[str, ...]:
        """The extensions whose rules have forwarded the call."""
        return tuple(one.extension for one in self.diversions)

    def entering(self, target: Target) -> Path:
        """The path with this target marked as visited."""
        return replace(self, visited=(*self.visited, text_of(target)))

    def has_visited(self, target: Target) -> bool:
        """Whether following this target would close a loop."""
        return text_of(target) in self.visited

    def forwarded_by(self, extension: str, rule: Rule) -> Path:
        """The path after a rule of this extension sent the call on; the extension pays from here."""
        return replace(
            self,
            hops=self.hops + 1,
            payer=payer_of(extension),
            show=rule.show,
            trunk="",
            has_pin=False,
            diversions=(*self.diversions, Diversion(extension, rule.kind)),
        )

    def onward(self) -> Path:
        """The path after a group, list or announcement sent the call on."""
        return replace(self, hops=self.hops + 1)

    def choosing(self) -> Path:
        """The path after the caller chose by key where to go: what was passed before is no loop from there on."""
        return replace(self, visited=(), hops=0, choices=self.choices + 1)

    def ending_at(self, target: Target) -> Path:
        """The path of a call that its caller sent to this target, by key or after a wait: nothing else is tried, and
        the rules are looked up anew from there.
        """
        return replace(self, visited=(), hops=0, last_resort=False, fallback=None, chosen=target)

    def falling_back_to(self, fallback: Fallback | None) -> Path:
        """The path with something else to be tried; with None it is that of a call that was taken."""
        return self if self.fallback is fallback else replace(self, fallback=fallback)


@dataclass(frozen=True, slots=True)
class Fallback:
    """Targets that are tried one after the other until one takes the call.

    Attributes:
        of: whose targets they are, as a target text.
        place: where they are written, in Settings.
        path: the path on which they were come to; each of them is tried from there.
        at: the one that is tried next.
    """

    of: str
    place: tuple[str, ...]
    targets: tuple[Target, ...]
    path: Path
    at: int = 0

    def after_this(self) -> Fallback:
        """The same with the next one tried."""
        return replace(self, at=self.at + 1)


@dataclass(frozen=True, slots=True)
class Way:
    """How a call comes to a conversation.

    Attributes:
        served: the queue the caller is served from, "" for none.
        diverted: the extensions whose rules have forwarded the call.
    """

    served: str = ""
    diverted: tuple[str, ...] = ()

    def after(self, earlier: Way) -> Way:
        """The way of a call that was transferred from a conversation it came to by the earlier one."""
        return Way(self.served or earlier.served, tuple(dict.fromkeys((*earlier.diverted, *self.diverted))))


NO_WAY = Way()
