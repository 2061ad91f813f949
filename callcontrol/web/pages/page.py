"""A page is one declaration: its address, its title, who may see it, what it shows, and what its forms do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callcontrol.vocabulary.rights import NO_TENANT, Kind, Person, Scope, Verb, scope_of
from callcontrol.web.operations import Answer, Asked, Audit, Common, Given
from callcontrol.web.pages.texts import Said

# Catalogs and templates stand apart by these.
AREAS: Final = ("common", "subscriber", "desk", "admin")
# What every form carries beside its own fields (`templates/common/forms.html`).
CARRIED: Final = ("once", "form", "tenant")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: a template, `AREA/NAME.html`, and its values.

    Attributes:
        audit: where looking at it is noted: (what, object, None, None).
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    audit: Audit | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a form has done.

    Attributes:
        said: is shown on top of the next page.
        audit: what was done, for the audit: (what, object, before, after).
        to: the address of the next page; "": the page of the form, as it was asked for.
        shown: what is told once, at once: a secret, which is not kept for a form that is sent again.
    """

    said: Said | None = None
    audit: Audit | None = None
    to: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What a form does, at `PATH/do/NAME` of its page.

    Attributes:
        form: its fields, beside those of CARRIED.
        right: who has none such is refused at once; of which things it is, `do` looks itself.
        asks_password: tries are counted as those to sign in, and nothing is kept of what was typed.
    """

    name: str
    form: type[Given]
    do: Callable[[Asked], Done]
    right: tuple[Verb, Kind] | None = None
    asks_password: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is asked for by itself: a piece of HTML (Shown), or a file (Answer).

    Attributes:
        path: the whole address.
    """

    path: str
    show: Callable[[Asked], Shown | Answer]
    given: type[Given] = Common


def _anyone(_: Person) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        path: its address, as `/calls/{call}`.
        title: an English text marked by `N_`, which catalogs translate.
        right: who has none such does not see it; None: everyone does who is signed in.
        area: of AREAS: where its texts and templates are.
        fits: whether it is of any use to a person who has the right: one without a phone has no page of it.
        is_listed: whether navigation leads to it; a page with names in its address is reached from another one.
        of_tenant: whether it shows things of one tenant; an operator says which.
        given: its parameters.
    """

    name: str
    path: str
    title: str
    right: tuple[Verb, Kind] | None
    area: str
    show: Callable[[Asked], Shown]
    acts: tuple[Act, ...] = ()
    parts: tuple[Part, ...] = ()
    given: type[Given] = Common
    fits: Callable[[Person], bool] = _anyone
    is_listed: bool = True
    of_tenant: bool = True

    def is_for(self, person: Person) -> bool:
        """Whether the person may see it, and has a use for it."""
        if self.right is not None and scope_of(person, *self.right) is Scope.NONE:
            return False
        return self.fits(person)


def has_phone(person: Person) -> bool:
    """Whether a phone is the person's own."""
    return person.tenant != NO_TENANT and person.extension != ""
