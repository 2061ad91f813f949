"""How a person wants pages: language, theme, and for operators whose things. Kept by the browser, in cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from falcon import HTTP_303, Request, Response

from callcontrol.usecases.signing_in import SignedIn
from callcontrol.vocabulary.language import LANGUAGES, Language
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.web.cookies import set_cookie
from callcontrol.web.pages.texts import N_, language_of

LANGUAGE: Final = "language"
THEME: Final = "theme"
TENANT: Final = "tenant"
Theme = Literal["system", "light", "dark"]
THEMES: Final[Mapping[Theme, str]] = {"system": N_("As the system"), "light": N_("Light"), "dark": N_("Dark")}
_YEAR_S: Final = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for this request."""

    language: Language
    theme: Theme


def preferences_of(request: Request, signed_in: SignedIn | None) -> Preferences:
    """By cookie, else the person's profile, else what the browser asks for."""
    profile = "" if signed_in is None else signed_in.user.language
    accepted = request.get_header("Accept-Language") or ""
    language = language_of(request.cookies.get(LANGUAGE), profile, accepted)
    chosen = request.cookies.get(THEME)
    theme: Theme = next((one for one in THEMES if one == chosen), "system")
    return Preferences(language, theme)


def tenant_named(request: Request, signed_in: SignedIn, form: Mapping[str, str]) -> str | None:
    """Whose things an operator means: by the form or the address, else the tenant chosen last; others name none."""
    if signed_in.person.tenant != NO_TENANT:
        return None
    return form.get(TENANT) or request.get_param(TENANT) or request.cookies.get(TENANT) or None


def keep(form: Mapping[str, str], response: Response, *, is_secure: bool) -> None:
    """Keep what was chosen, and go back to where it was chosen."""
    allowed = {LANGUAGE: LANGUAGES, THEME: tuple(THEMES)}
    for name, values in allowed.items():
        if form.get(name) in values:
            _set(response, name, form[name], is_secure)
    if form.get(TENANT, "").isprintable() and form.get(TENANT):
        _set(response, TENANT, form[TENANT], is_secure)
    response.status = HTTP_303
    response.location = local_address(form.get("back", ""))


def local_address(text: str, otherwise: str = "/") -> str:
    """An address of ours to go back to; whatever leads elsewhere is not taken."""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\", "/api/"))
    return text if is_local and text.isascii() and text.isprintable() else otherwise


def _set(response: Response, name: str, value: str, is_secure: bool) -> None:
    set_cookie(response, name, value, _YEAR_S, is_secure=is_secure)
