"""The application: the API, its document, live streams, health, and the pages of the panel."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import falcon
import orjson
from falcon import Request, Response

from callcontrol.edges import web_meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.web.wire import WIRE
from callcontrol.vocabulary.rights import Kind, Scope, Verb, scope_of
from callcontrol.web.dispatch import Dispatch, Resource, tell
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from callcontrol.web.operations import PREFIX, Operation
from callcontrol.web.pages.registry import Panel
from callcontrol.web.password_link import PATH as LINK
from callcontrol.web.password_link import PasswordLink
from callcontrol.web.problems import Problem
from callcontrol.web.registry import OPERATIONS, document
from callcontrol.web.services import Services
from callcontrol.web.sessions import PATH as SESSION
from callcontrol.web.sessions import Session
from callcontrol.web.single_sign_on import SignOnResources
from callcontrol.web.stream import begin_stream

HEALTH: Final = "/healthz"


class LiveStream:
    """`/api/v1/live`."""

    def __init__(self, services: Services, guards: Guards, live: Live) -> None:
        self._services, self._guards, self._live = services, guards, live

    def on_get(self, request: Request, response: Response) -> None:
        """Begin a stream."""
        try:
            self._begin(request, response)
            web_meters.requests_total.labels("none").inc()
        except Exception as error:
            web_meters.requests_total.labels(tell(error, response)).inc()

    def _begin(self, request: Request, response: Response) -> None:
        self._guards.admit(request)
        signed_in = self._guards.signed_in(request)
        if scope_of(signed_in.person, Verb.SEE, Kind.QUEUES) is Scope.NONE:
            raise PermissionError("live")
        unknown = sorted(set(request.params) - {"tenant"})
        if unknown:
            raise Problem(400, "unknown_parameter", f"there is no {unknown[0]} here", field=unknown[0])
        tenant = self._guards.tenant(signed_in, request.get_param("tenant"))
        last_id = request.get_header("Last-Event-ID") or ""
        begin_stream(self._services, self._live, request, response)
        still = self._guards.still(request, signed_in)
        wire = request.env.get(WIRE)
        response.stream = self._live.stream(signed_in.person, tenant, last_id, still, wire)


class Document:
    """`/api/v1/openapi.json`: for everyone, it tells nothing of anyone."""

    def __init__(self) -> None:
        self._text = orjson.dumps(document())

    def on_get(self, _: Request, response: Response) -> None:
        """The document."""
        response.content_type = "application/json"
        response.data = self._text


class Health:
    """`/healthz`: whether this process can answer requests, store by store."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_get(self, _: Request, response: Response) -> None:
        """503 while Redis does not answer; Postgres is asked by requests alone."""
        try:
            self._services.pipeline.ask("PING", timeout_s=1.0)
            told = {"redis": "answers"}
        except LiveStateError:
            told, response.status = {"redis": "away"}, falcon.HTTP_503
        response.content_type = "application/json"
        response.data = orjson.dumps(told)


def application(services: Services, guards: Guards, live: Live) -> falcon.App[Request, Response]:
    """All of it, as a WSGI application."""
    app: falcon.App[Request, Response] = falcon.App()
    app.req_options.strip_url_path_trailing_slash = False
    dispatch = Dispatch(services, guards)
    by_path: dict[str, list[Operation]] = defaultdict(list)
    for operation in OPERATIONS:
        by_path[operation.path].append(operation)
    for path, operations in by_path.items():
        app.add_route(PREFIX + path, Resource(operations, dispatch.serve))
    app.add_route(f"{PREFIX}/live", LiveStream(services, guards, live))
    app.add_route(f"{PREFIX}{LINK}", PasswordLink(services, guards))
    app.add_route(f"{PREFIX}{SESSION}", Session(services, guards))
    app.add_route(f"{PREFIX}/openapi.json", Document())
    app.add_route(HEALTH, Health(services))
    SignOnResources(services, guards).add_to(app)
    panel = Panel(services, guards, live)
    panel.add_to(app)
    refusals = Refusals(panel)
    app.add_error_handler(falcon.HTTPError, refusals.http_error)
    app.add_error_handler(Exception, refusals.fault)
    return app


class Refusals:
    """What is answered where no operation and no page was reached: a problem to programs, a page to people."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def http_error(self, request: Request, response: Response, error: falcon.HTTPError, _: object) -> None:
        """What Falcon refuses by itself: no such address, no such method, a query that cannot be read."""
        code = {404: "not_there", 405: "no_such_method"}.get(error.status_code, "makes_no_sense")
        detail = str(error.description or error.title or code)
        self.fault(request, response, Problem(error.status_code, code, detail, headers=dict(error.headers or {})), None)

    def fault(self, request: Request, response: Response, error: Exception, _: object) -> None:
        """What is raised outside of operations and pages."""
        if request.path.startswith("/api/"):
            refused = tell(error, response)
        else:
            refused = self._panel.refuse(error, request, response)
        web_meters.requests_total.labels(refused).inc()
