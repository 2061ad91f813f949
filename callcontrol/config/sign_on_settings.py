"""Settings of a tenant's own sign-on: an OpenID provider that says who its people are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from callcontrol.config.fields import Flag, described, plain_text, refusal
from callcontrol.config.frozen import Frozen
from callcontrol.config.secret import SecretText
from callcontrol.vocabulary.rights import Role

_ISSUER: Final = re.compile(r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?")
MAX_ROLES: Final = 64


def _read_issuer(value: object) -> str:
    text = plain_text(value)
    if not _ISSUER.fullmatch(text):
        raise refusal(f"{text!r} is no issuer", "write https://… as the provider's `issuer` says it, to the letter")
    return text


def _read_role(value: object) -> str:
    text, given = plain_text(value), [role.value for role in Role if role is not Role.OPERATOR]
    if text not in given:
        raise refusal(f"{text!r} is no role of a tenant's people", f"write one of {', '.join(given)}")
    return text


Issuer = Annotated[str, BeforeValidator(_read_issuer), described("https://…, the provider's issuer")]
RoleWord = Annotated[str, BeforeValidator(_read_role), described("a role, but operator")]


class SignOn(Frozen):
    """Sign-on by OpenID Connect: code flow with PKCE, at `/sign-in/TENANT`. `callcontrol users` stay beside it."""

    issuer: Issuer
    client_id: Annotated[str, Field(min_length=1, max_length=256)] = Field(description="as the provider knows us")
    client_secret: SecretText = Field(description="what the provider gave us")
    label: Annotated[str, Field(max_length=64)] = Field(
        default="", description="words of a button on the page where people sign in; none: the address is given to them"
    )
    scopes: tuple[str, ...] = Field(default=("openid", "email", "profile"), description="what is asked for")
    login_claim: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        default="email", description="what becomes the login; `email` counts where `email_verified` is true"
    )
    vouches_for_email: Flag = Field(
        default=False, description="whether `email` counts without `email_verified`: only where the provider gives it"
    )
    create: Flag = Field(default=False, description="whether who signs in first becomes a person here")
    link: Flag = Field(
        default=False, description="whether who signs in first is the person of that login who is here already"
    )
    roles_claim: Annotated[str, Field(max_length=64)] = Field(default="groups", description="what says the roles")
    roles: Mapping[str, tuple[RoleWord, ...]] = Field(
        default_factory=dict,
        max_length=MAX_ROLES,
        description="roles by a value of `roles_claim`; they count anew each time; none: roles are set here alone",
    )
    default_roles: tuple[RoleWord, ...] = Field(
        default=(), description="roles of a new person whom no value of `roles_claim` gives one"
    )
    extension_claim: Annotated[str, Field(max_length=64)] = Field(
        default="", description="what says the extension of a new person"
    )
    second_factor: tuple[str, ...] = Field(
        default=("mfa", "otp", "hwk"),
        description="values of `amr`, or of `acr`, that say that there was a second factor; where none of them stands,"
        " ours is asked for, where the person has one or a role that needs one",
    )

    @model_validator(mode="after")
    def _asks_for_an_identity(self) -> Self:
        if "openid" not in self.scopes:
            raise refusal("scopes: without openid no one is named", "write openid among them")
        return self
