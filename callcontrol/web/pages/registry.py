"""All pages of the panel, in the order of navigation."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import falcon
from falcon import HTTP_303, Request, Response

from callcontrol.web.assets import PREFIX, Assets
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from callcontrol.web.pages.account import account
from callcontrol.web.pages.account.second_step import SecondStep
from callcontrol.web.pages.account.set_password import LOOKED, SET_PASSWORD, LinkGiven, SetPassword
from callcontrol.web.pages.account.sign_in import (
    FIRST_FACTOR,
    PREFERENCES,
    SIGN_OUT,
    Chosen,
    FirstFactor,
    SignIn,
    SignInContext,
    SignOut,
)
from callcontrol.web.pages.admin import listed as admin
from callcontrol.web.pages.desk.desk import DESK
from callcontrol.web.pages.desk.floor import FLOOR
from callcontrol.web.pages.desk.reports import REPORTS
from callcontrol.web.pages.desk.wallboard import Walls
from callcontrol.web.pages.desk.wallboard import routes as wall_routes
from callcontrol.web.pages.desk.walls import WALLS
from callcontrol.web.pages.layout import Layout
from callcontrol.web.pages.page import Act, Page
from callcontrol.web.pages.rendering import Renderer
from callcontrol.web.pages.serving import SIGN_IN, Serving
from callcontrol.web.pages.subscriber import call, calls, messages, missed, phone, spending
from callcontrol.web.services import Services
from callcontrol.web.vouched import SECOND_STEP

PAGES: Final[tuple[Page, ...]] = (
    DESK,
    FLOOR,
    phone.PHONE,
    messages.MESSAGES,
    missed.MISSED,
    calls.CALLS,
    call.CALL,
    spending.SPENDING,
    REPORTS,
    WALLS,
    *admin.PAGES,
    *account.PAGES,
)


class Panel:
    """The panel, as the application serves it."""

    def __init__(self, services: Services, guards: Guards, live: Live, pages: tuple[Page, ...] = PAGES) -> None:
        self._assets, self._pages = Assets(), pages
        layout = Layout(services, guards, Renderer(self._assets), pages)
        self._serving = Serving(services, guards, layout)
        self._context = SignInContext(services, guards, layout, self._serving)
        self._walls = Walls(services, guards, layout, live, self._serving.refuse)

    def add_to(self, app: falcon.App[Request, Response]) -> None:
        """All its addresses."""
        app.add_route("/", _Looked(self._serving.home))
        app.add_route(SIGN_IN, SignIn(self._context))
        app.add_route(FIRST_FACTOR, FirstFactor(self._context))
        app.add_route(SECOND_STEP, SecondStep(self._context))
        app.add_route(SET_PASSWORD, SetPassword(self._context))
        app.add_route(LOOKED, LinkGiven(self._context))
        app.add_route(SIGN_OUT, SignOut(self._context))
        app.add_route(PREFERENCES, Chosen(self._context))
        app.add_route(f"{PREFIX}/{{digest}}/{{name}}", self._assets)
        for path, resource in wall_routes(self._walls).items():
            app.add_route(path, resource)
        for page in self._pages:
            app.add_route(page.path, _Looked(partial(self._serving.page, page)))
            for act in page.acts:
                app.add_route(f"{page.path}/do/{act.name}", _Acted(self._serving, page, act))
            for part in page.parts:
                app.add_route(part.path, _Looked(partial(self._serving.part, page, part)))

    def refuse(self, error: Exception, request: Request, response: Response) -> str:
        """Answer with a page that says what is wrong; returns why, for the metric."""
        return self._serving.refuse(error, request, response)


class _Looked:
    def __init__(self, serve: Any) -> None:
        self._serve = serve

    def on_get(self, request: Request, response: Response, **path: str) -> None:
        self._serve(request, response, path)


class _Acted:
    def __init__(self, serving: Serving, page: Page, act: Act) -> None:
        self._serving, self._page, self._act = serving, page, act

    def on_post(self, request: Request, response: Response, **path: str) -> None:
        self._serving.act(self._page, self._act, request, response, path)

    def on_get(self, request: Request, response: Response, **path: str) -> None:
        """Looked at again, after signing in: the form is on its page."""
        response.status = HTTP_303
        response.location = str(request.path).rpartition("/do/")[0]
