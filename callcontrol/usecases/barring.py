"""What extensions may not call, blocked by hand: by an extension itself (`*33#`), and for it by an administrator.

Emergency calls, and those to numbers of this system, are never blocked. What `outgoing.blocks` of the files says stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, get_args
from zoneinfo import ZoneInfo

from callcontrol.config.call_classes import BlockedClass
from callcontrol.config.settings import Settings
from callcontrol.edges.live_state.overrides import OverrideStore, encode_override
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.usecases.set_by_hand import end_in
from callcontrol.vocabulary.barring import MOST_BARRED, Barring, admin_barring, barring_named, own_barring
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, BadMoment, Instant
from callcontrol.vocabulary.override import Overrides, SetByHand, blocks_name, blocks_of
from callcontrol.vocabulary.phone_number import normalise

# Who has allowed everything again, and why, is kept for so long.
KEPT_DAYS: Final = 90
MAX_REASON: Final = 200
CLASSES: Final = tuple(
    sorted({name for part in get_args(BlockedClass) for name in (get_args(part) or (part,))} - {"internal"})
)
NOTHING_SEEN: Final = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which numbers: all of some classes, single ones in E.164, all that begin so (digits without +)."""

    classes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.classes or self.numbers or self.prefixes)

    def __or__(self, other: Numbers) -> Numbers:
        return self._with(other, lambda known, named: {*known, *named})

    def __sub__(self, other: Numbers) -> Numbers:
        return self._with(other, lambda known, named: {*known} - {*named})

    def _with(self, other: Numbers, change: Callable[[Iterable[str], Iterable[str]], set[str]]) -> Numbers:
        pairs = (
            (self.classes, other.classes),
            (self.numbers, other.numbers),
            (self.prefixes, other.prefixes),
        )
        return Numbers(*(tuple(sorted(change(*pair))) for pair in pairs))


@dataclass(frozen=True, slots=True)
class ExtensionBlocks:
    """What an extension may not call.

    Attributes:
        own: what the extension has blocked itself.
        by_admin: what is blocked for it, with who did it last and why; None: nothing was for long.
    """

    extension: str
    own: Numbers
    by_admin: Barring | None

    @property
    def blocked(self) -> Numbers:
        """What is blocked for it."""
        return Numbers() if self.by_admin is None else numbers_of(self.by_admin)

    @property
    def version(self) -> str:
        """Another one whenever something else is blocked for it: for ETag and If-Match."""
        return _version(self.by_admin)


class Barrings:
    """What a tenant's extensions may not call.

    Every method raises Refused where what is asked for makes no sense, and LiveStateError while Redis is away.
    """

    def __init__(self, settings: Settings, tenant: str, store: OverrideStore, now: Callable[[], Instant]) -> None:
        if tenant not in settings.tenants:
            raise NotThere(unknown("tenant", tenant, settings.tenants), "tenant")
        self._tenant, self._store, self._now = tenant, store, now
        self._settings = settings.tenants[tenant]

    @property
    def may_be_set(self) -> bool:
        """Whether calls look for it: `outgoing.barring`."""
        return self._settings.outgoing.barring

    def all(self) -> list[ExtensionBlocks]:
        """Of every extension."""
        known = self._store.read(self._tenant)
        return [_blocks(name, known) for name in self._settings.extensions]

    def of(self, extension: str) -> ExtensionBlocks:
        """Of this one."""
        self._check(extension)
        return _blocks(extension, self._store.read(self._tenant))

    def read(self, classes: Iterable[str], numbers: Iterable[str], prefixes: Iterable[str]) -> Numbers:
        """Numbers as people write them."""
        region = self._settings.region
        return Numbers(
            tuple(sorted({_class(one) for one in classes})),
            tuple(sorted({_number(one, region) for one in numbers})),
            tuple(sorted({_prefix(one) for one in prefixes})),
        )

    def end(self, until: str) -> Instant | None:
        """When it is to end, as `end_in` reads it."""
        try:
            return end_in(until, None, self._now(), ZoneInfo(self._settings.zone))
        except (BadMoment, ValueError) as error:
            raise Refused(str(error), "until") from error

    def put(
        self, extension: str, wanted: Numbers, reason: str, until: Instant | None, by: str, seen: str = NOTHING_SEEN
    ) -> ExtensionBlocks:
        """These numbers are blocked for the extension from now on, and no others; what it has blocked itself stays.

        Args:
            reason: stands in the records of calls that are refused.
            by: who says so.
            seen: the version that was looked at; NOTHING_SEEN: as it stands now.
        """
        before = self.of(extension)
        if wanted - before.blocked and not self.may_be_set:
            what = "calls do not look for it"
            raise Refused(what, cure=f"write `outgoing: {{barring: yes}}` in the file of {self._tenant}")
        if len(wanted.numbers) + len(wanted.prefixes) > MOST_BARRED:
            many = len(wanted.numbers) + len(wanted.prefixes)
            raise Refused(f"{many} numbers: at most {MOST_BARRED} are blocked for an extension", "numbers")
        now = self._now()
        if not wanted:
            until = Instant(now + KEPT_DAYS * DAY_S * SECOND_US)
        after = Barring(wanted.classes, wanted.numbers, wanted.prefixes, _reason(reason), until, by, now)
        self._store_if(admin_barring(extension), after, before.by_admin, seen)
        return self.of(extension)

    def allow_own(self, extension: str, reason: str, by: str) -> ExtensionBlocks:
        """The extension's own blocks go, as where its PIN is lost; who did it and why is kept."""
        before, known = self.of(extension), self._store.read(self._tenant)
        blocked, said = before.blocked, _reason(reason)
        for name in (own_barring(extension), blocks_name(extension)):
            self._store_if(name, None, known.get(name), NOTHING_SEEN)
        end = None if before.by_admin is None else before.by_admin.until
        return self.put(extension, blocked, said, end, by)

    def _store_if(self, of: str, new: SetByHand | None, before: SetByHand | None, seen: str) -> None:
        is_seen = seen in (NOTHING_SEEN, _version(before))
        if not is_seen or not self._store.store_if(self._tenant, of, new, before):
            raise ChangedMeanwhile("the blocks were changed meanwhile", cure="look at them again")

    def _check(self, extension: str) -> None:
        known = self._settings.extensions
        if extension not in known:
            raise NotThere(unknown("extension", extension, known), "extension")


def numbers_of(barring: Barring) -> Numbers:
    """What is blocked by it."""
    return Numbers(barring.classes, barring.numbers, barring.prefixes)


def _blocks(extension: str, known: Overrides) -> ExtensionBlocks:
    own = barring_named(known, own_barring(extension))
    listed = Numbers(blocks_of(known, extension)) | (Numbers() if own is None else numbers_of(own))
    return ExtensionBlocks(extension, listed, barring_named(known, admin_barring(extension)))


def _version(by_hand: SetByHand | None) -> str:
    return hashlib.sha256(b"" if by_hand is None else encode_override(by_hand)).hexdigest()[:32]


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        raise Refused(f"write 1 to {MAX_REASON} characters", "reason")
    return reason


def _class(text: str) -> str:
    if text not in CLASSES:
        raise Refused(f"{text}: write some of {', '.join(CLASSES)}", "class")
    return text


def _number(text: str, region: str) -> str:
    number = normalise(text, region)
    if number is None:
        raise Refused(f"{text}: write a number such as +48600700800", "number")
    return number.text


def _prefix(text: str) -> str:
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 15) or digits.startswith("0"):
        raise Refused(f"{text}: write first digits in international form, such as +4870", "prefix")
    return digits
