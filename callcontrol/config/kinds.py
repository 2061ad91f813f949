"""Kinds of target as a tenant's file shows them: how they are written, what is set for each, where they lead on.

A kind is declared in a file of its own (`callcontrol/kinds/targets/`). What is here knows none of them: the registry is
an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import GenericAlias
from typing import Any, Final, Generic, TypeVar

from pydantic import Field, create_model

from callcontrol.config.fields import Identifier
from callcontrol.config.frozen import Frozen
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import NAMED, Form, Forms, HoursTarget, Target

# When a link is followed: whatever the phones do; or if people, phones or time want it so.
ALWAYS: Final = ""
SOMETIMES: Final = "sometimes"

# What warns of settings that are allowed and yet hardly meant, at this moment.
Warn = Callable[[Settings, Instant], Iterable[Problem]]


def while_hours(name: str, word: str) -> str:
    """Why a link is followed while opening hours are `open`, or `closed`."""
    return f"{HoursTarget.kind}:{name} {word}"


T = TypeVar("T", bound=Target)
Entry = TypeVar("Entry", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a target may send a call on.

    Attributes:
        place: where that is written, below the entry of the target (below the file, once it is one of a tenant's).
        when: ALWAYS, SOMETIMES, or a reason of the kind's own for which the call goes on at once, without any wait:
            loops are looked for under each reason by itself.
        start, until: in force in [start, until) (microseconds; None: open).
    """

    to: Target
    place: YamlPath
    when: str = ALWAYS
    start: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Block(Generic[Entry]):
    """A block of a tenant's file: named entries of one form."""

    key: str
    entry: type[Entry]
    description: str | None = None

    def of(self, tenant: Tenant) -> Mapping[str, Entry]:
        """The tenant's entries by name."""
        entries: Mapping[str, Entry] = getattr(tenant, self.key)
        return entries


def _nowhere(_name: str, _entry: Any) -> Iterable[Link]:
    return ()


def _may_take(_entry: Any, _tenant: Tenant) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredKind(Generic[T]):
    """What the configuration has to know of a kind of target.

    Attributes:
        row: what the table in the README says of it.
        form: how its targets are written; None: they are not.
        block: where its entries stand, whose names are the targets'; None: any value of the right form is a target.
        links: from an entry's name and settings, every target it may send the call on to.
        only_onward: of an entry that takes no call itself, the targets calls go on to from there at some time; None: it
            may take a call.
        callers_choose: whether its links are what callers choose, so that none may be closed for ever.
        has_people: whether people stand behind it, so that a caller they did not speak with was missed there.
        is_last_resort: whether it is named where a safe last resort has to be chosen.
        checks: what must fit together across settings.
        warnings: what is allowed and yet hardly meant (`checks/warnings.py`).
    """

    target: type[T]
    row: str
    form: Form | None = NAMED
    block: Block[Any] | None = None
    links: Callable[[str, Any], Iterable[Link]] = _nowhere
    only_onward: Callable[[Any, Tenant], Iterable[Target] | None] = _may_take
    callers_choose: bool = False
    has_people: bool = False
    is_last_resort: bool = False
    checks: tuple[Callable[[Settings], Iterable[Problem]], ...] = ()
    warnings: tuple[Warn, ...] = ()

    @property
    def is_member(self) -> bool:
        """Whether it rings as a member of groups and lists."""
        return False

    @property
    def word(self) -> str:
        """The word before the colon."""
        return self.target.kind


Kind = TypeVar("Kind", bound=ConfiguredKind[Any], covariant=True)


class Kinds(Generic[Kind]):
    """The registry: every kind of target there is."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = {kind.target: kind for kind in kinds}
        written = ((kind.word, kind.target, kind.form) for kind in self._kinds.values())
        self.forms = Forms({word: (target, form) for word, target, form in written if form is not None})

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def of(self, target: Target) -> Kind:
        """The kind of this target."""
        return self._kinds[type(target)]

    def read(self, text: str) -> Target:
        """The target that is written `kind:value`.

        Raises:
            BadTarget: unknown kind or a value that its kind cannot have.
        """
        return self.forms.read(text)

    @cached_property
    def tenant(self) -> type[Tenant]:
        """The form of a tenant's file: what each tenant has, and the blocks of all kinds."""
        blocks = [kind.block for kind in self if kind.block and kind.block.key not in Tenant.model_fields]
        sections: dict[str, Any] = {
            block.key: (
                GenericAlias(Mapping, (Identifier, block.entry)),
                Field(default_factory=dict, description=block.description),
            )
            for block in blocks
        }
        about = (Tenant.__doc__ or "").partition("\n\n")[0]
        form: type[Tenant] = create_model("Tenant", __base__=Tenant, __doc__=about, **sections)
        form.warnings_of_kinds = tuple(warn for kind in self for warn in kind.warnings)
        return form
