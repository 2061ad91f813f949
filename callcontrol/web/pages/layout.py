"""What every page has around what it shows: who one is, where one can go, language, theme, what was done just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from falcon import Request, Response

from callcontrol.edges import clock
from callcontrol.usecases.signing_in import SignedIn
from callcontrol.vocabulary.rights import NO_TENANT, Kind, Person, Scope, Verb, scope_of
from callcontrol.web.guards import Guards
from callcontrol.web.pages.formats import Formats
from callcontrol.web.pages.notices import Notices
from callcontrol.web.pages.page import Page, Shown
from callcontrol.web.pages.preferences import preferences_of
from callcontrol.web.pages.refused import NOT_REFUSED, RefusedForm
from callcontrol.web.pages.rendering import Renderer, answer_with
from callcontrol.web.pages.texts import in_words, translations_of
from callcontrol.web.services import Services


class Layout:
    """Shows pages.

    Args:
        pages: in the order of navigation.
    """

    def __init__(self, services: Services, guards: Guards, renderer: Renderer, pages: Sequence[Page]) -> None:
        self._services, self._guards, self._renderer, self._pages = services, guards, renderer, pages

    @property
    def notices(self) -> Notices:
        """By the keys in force."""
        return Notices(self._services.settings.web.keys, is_secure=self._guards.is_secure)

    def home(self, person: Person) -> str:
        """The first page of a person."""
        return next((page.path for page in self.navigation(person)), "/account")

    def navigation(self, person: Person) -> list[Page]:
        """The pages that navigation leads the person to."""
        return [page for page in self._pages if page.is_listed and page.is_for(person)]

    def show(
        self,
        request: Request,
        response: Response,
        shown: Shown,
        signed_in: SignedIn | None = None,
        page: Page | None = None,
        tenant: str = NO_TENANT,
        refused: RefusedForm = NOT_REFUSED,
    ) -> None:
        """Answer with a page."""
        preferences = preferences_of(request, signed_in)
        zone = self._services.configuration.zone_of(tenant)
        values = {
            "language": preferences.language,
            "theme": preferences.theme,
            "f": Formats(preferences.language, zone, self._services.now()),
            "page": page,
            "here": here(request),
            "query": request.query_string,
            "said": self._said(request, response, preferences.language),
            "refused": refused,
            "once": clock.new_id,
            **self._of_person(signed_in, tenant),
            **shown.values,
        }
        answer_with(self._renderer.text(shown.template, preferences.language, values), request, response)

    def _of_person(self, signed_in: SignedIn | None, tenant: str) -> Mapping[str, Any]:
        if signed_in is None:
            return {"user": None, "person": None, "navigation": [], "tenant": "", "tenants": [], "may": None}
        person = signed_in.person

        def may(verb: str, kind: str) -> bool:
            return scope_of(person, Verb(verb), Kind(kind)) is not Scope.NONE

        return {
            "user": signed_in.user,
            "person": person,
            "navigation": self.navigation(person),
            "tenant": "" if tenant == NO_TENANT else tenant,
            "tenants": sorted(self._services.settings.tenants) if person.tenant == NO_TENANT else [],
            "may": may,
        }

    def _said(self, request: Request, response: Response, language: Any) -> str:
        # A piece of a page has no place for it.
        if request.get_header("HX-Request"):
            return ""
        what = self.notices.take(request, response)
        return "" if what is None else in_words(what, translations_of(language))


def here(request: Request) -> str:
    """The address of the page, with its parameters; of a form, that of its page."""
    path, _, _ = str(request.path).partition("/do/")
    return f"{path}?{request.query_string}" if request.query_string else path
