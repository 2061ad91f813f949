"""An operation of the API is one declaration: routing, checks, rights and the OpenAPI document are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from callcontrol.usecases.people import Doer
from callcontrol.usecases.signing_in import From, SignedIn
from callcontrol.vocabulary.rights import Kind, Person, Verb
from callcontrol.web.services import Services

UNSAFE: Final = ("POST", "PUT", "DELETE")
PREFIX: Final = "/api/v1"
# What was done: what, to which object, how it was before and is after.
Audit = tuple[str, str, Mapping[str, Any] | None, Mapping[str, Any] | None]


class Given(BaseModel):
    """Parameters and bodies: what is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """Answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Common(Given):
    """What every operation takes."""

    tenant: str | None = Field(default=None, description="operators have to name it; other people have their own")


class NoTenant(Given):
    """What is about one person, or about all there is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, when it is known who asks and what it says.

    Attributes:
        tenant: in whose things.
        path: names in the address.
        given: parameters; body: None without one.
        if_match: the header, "" without one.
        key: what the request names itself, "" where it does not.
    """

    services: Services
    signed_in: SignedIn
    tenant: str
    where: From
    path: Mapping[str, str]
    given: Any
    body: Any
    if_match: str = ""
    key: str = ""

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.signed_in.person

    def with_given(self, given: Any) -> Asked:
        """The same request with other parameters."""
        return replace(self, given=given)

    @property
    def doer(self) -> Doer:
        """Who asks, for the audit."""
        through = "panel" if self.signed_in.session is not None else "api"
        return Doer(self.person.login, through, self.where.address)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        body: of the operation's `answer`; or text in pieces, of `content_type`.
        audit: what was done, for the audit: (what, object, before, after); None: nothing was changed.
        is_noted: the audit has it already.
    """

    body: Told | Iterable[bytes] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    audit: Audit | None = None
    is_noted: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        path: below PREFIX, as `/extensions/{extension}/rules`.
        right: who has none such is refused at once; of which things it is, the operation looks itself. None: no matter.
        takes_version: whether If-Match is heeded. version_needed: whether it has to be there.
        of_tenant: it is about things of one tenant; else of a person alone, or of all there is.
        asks_password: tries are counted as those to sign in.
        tells_secret: what it answers is told once, also to a request that is sent again.
    """

    name: str
    method: str
    path: str
    summary: str
    right: tuple[Verb, Kind] | None
    carry_out: Callable[[Asked], Answer]
    answer: type[Told] | None
    given: type[Given] = Common
    body: type[Given] | None = None
    status: int = 200
    takes_version: bool = False
    version_needed: bool = True
    content_type: str = "application/json"
    of_tenant: bool = True
    asks_password: bool = False
    tells_secret: bool = False

    @property
    def is_unsafe(self) -> bool:
        """Whether it changes something."""
        return self.method in UNSAFE
