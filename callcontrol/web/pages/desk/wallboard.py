"""Walls: queues in big type, for who is signed in, or by a link that needs no one to sign in.

The secret of a link leaves the address at once: opening it sets a cookie, which is good for the wall alone, and leads
to `/wallboard`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from falcon import HTTP_303, Request, Response

from callcontrol.edges import web_meters
from callcontrol.edges.ledger.kiosks import Kiosk, note_kiosk_use
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.web.wire import WIRE
from callcontrol.usecases import kiosks
from callcontrol.usecases.signing_in import NotSignedIn, SignedIn
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.rights import NO_TENANT, Kind, Person, Scope, Thing, Verb, may, scope_of
from callcontrol.web.api.kiosks import OPENS
from callcontrol.web.api.queues import all_queues, seen_queues
from callcontrol.web.cookies import set_cookie
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from callcontrol.web.pages.layout import Layout
from callcontrol.web.pages.page import Shown
from callcontrol.web.services import Services
from callcontrol.web.stream import begin_stream

WALL: Final = "/wallboard"
STREAM: Final = f"{WALL}/live"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a wall.

    Attributes:
        order: the queues in the order of the link; None: by name.
        still: raises NotSignedIn once there is nothing to see any more.
    """

    person: Person
    tenant: str
    title: str
    order: tuple[str, ...] | None
    still: Callable[[], object]
    signed_in: SignedIn | None = None


class Walls:
    """Walls, as the application serves them.

    Args:
        refuse: answers with a page that says what is wrong; returns why, for the metric.
    """

    def __init__(
        self,
        services: Services,
        guards: Guards,
        layout: Layout,
        live: Live,
        refuse: Callable[[Exception, Request, Response], str],
    ) -> None:
        self._services, self._guards, self._layout, self._live = services, guards, layout, live
        self._refuse = refuse

    def open(self, request: Request, response: Response, secret: str) -> None:
        """A link is opened."""

        def go() -> None:
            self._guards.admit(request)
            kiosk = self._kiosk(secret)
            with self._services.people(kiosk.tenant) as connection:
                note_kiosk_use(connection, kiosk, self._services.now())
            response.status, response.location = HTTP_303, WALL
            seconds = max(kiosk.ends_at - self._services.now(), 0) // SECOND_US
            self._set_cookie(response, secret, seconds)
            response.set_header("Cache-Control", "no-store")
            response.set_header("Referrer-Policy", "no-referrer")

        self._answered(request, response, go)

    def page(self, request: Request, response: Response) -> None:
        """The wall."""

        def go() -> None:
            self._guards.admit(request)
            viewer = self._viewer(request)
            self._layout.show(request, response, self._shown(viewer), viewer.signed_in, None, viewer.tenant)

        self._answered(request, response, go)

    def stream(self, request: Request, response: Response) -> None:
        """Its live stream."""

        def go() -> None:
            self._guards.admit(request)
            viewer = self._viewer(request)
            last_id = request.get_header("Last-Event-ID") or ""
            begin_stream(self._services, self._live, request, response)
            person, wire = queues_only(viewer.person), request.env.get(WIRE)
            response.stream = self._live.stream(person, viewer.tenant, last_id, viewer.still, wire)

        self._answered(request, response, go)

    def _shown(self, viewer: Viewer) -> Shown:
        try:
            queues = seen_queues(viewer.person, viewer.tenant, all_queues(self._services.live(), viewer.tenant))
        except LiveStateError:
            queues = None
        settings = self._services.tenant(viewer.tenant).queues
        shown = [name for name in viewer.order or settings if name in settings and _sees(viewer, name)]
        by_name = {one.queue: one for one in queues or ()}
        tiles = [(name, settings[name].name or name, by_name.get(name)) for name in shown]
        of_tenant = f"?tenant={viewer.tenant}" if viewer.person.tenant == NO_TENANT else ""
        values = {"title": viewer.title, "tiles": tiles, "is_away": queues is None, "stream": STREAM + of_tenant}
        return Shown("desk/wallboard.html", values)

    def _viewer(self, request: Request) -> Viewer:
        """By the cookie of a link; else who is signed in."""
        secret = request.cookies.get(self._cookie)
        if secret:
            kiosk = self._kiosk(secret)
            return Viewer(
                kiosks.viewer(kiosk), kiosk.tenant, kiosk.name, kiosk.queues, lambda: self._kiosk(secret, is_used=True)
            )
        signed_in = self._guards.signed_in(request)
        if scope_of(signed_in.person, Verb.SEE, Kind.QUEUES) is Scope.NONE:
            raise PermissionError("wallboard")
        tenant = self._guards.tenant(signed_in, request.get_param("tenant"))
        still = self._guards.still(request, signed_in)
        return Viewer(signed_in.person, tenant, tenant, None, still, signed_in)

    def _kiosk(self, secret: str, *, is_used: bool = False) -> Kiosk:
        with self._services.people(NO_TENANT) as connection:
            kiosk = kiosks.opened(connection, secret, self._services.now())
        if kiosk.tenant not in self._services.settings.tenants:
            raise NotSignedIn("this link is not valid (any more)", cure="ask for a new one")
        if is_used:
            with self._services.people(kiosk.tenant) as connection:
                note_kiosk_use(connection, kiosk, self._services.now())
        return kiosk

    @property
    def _cookie(self) -> str:
        return f"{self._guards.cookie}-wall"

    def _set_cookie(self, response: Response, secret: str, seconds: int) -> None:
        set_cookie(response, self._cookie, secret, seconds, is_secure=self._guards.is_secure)

    def _answered(self, request: Request, response: Response, carry_out: Callable[[], None]) -> None:
        try:
            carry_out()
            refused = "none"
        except NotSignedIn as error:
            # A wall has no one who could sign in: it is told what is wrong, and the cookie goes.
            if not request.cookies.get(self._cookie) and not request.path.startswith(OPENS):
                refused = self._refuse(error, request, response)
            else:
                refused = self._gone(request, response)
        except Exception as error:
            refused = self._refuse(error, request, response)
        web_meters.requests_total.labels(refused).inc()

    def _gone(self, request: Request, response: Response) -> str:
        self._set_cookie(response, "", 0)
        self._layout.show(request, response, Shown("desk/wall_gone.html"))
        response.status = "401 Unauthorized"
        return "signed_out"


def queues_only(person: Person) -> Person:
    """The same person, who sees no agents on a wall."""
    only = person.only or frozenset({(Verb.SEE, Kind.QUEUES)})
    return replace(person, only=only & {(Verb.SEE, Kind.QUEUES)})


def _sees(viewer: Viewer, name: str) -> bool:
    return may(viewer.person, Verb.SEE, Kind.QUEUES, Thing(viewer.tenant, queue=name))


class _Looked:
    def __init__(self, serve: Any) -> None:
        self._serve = serve

    def on_get(self, request: Request, response: Response, **path: str) -> None:
        self._serve(request, response, **path)


def routes(walls: Walls) -> dict[str, _Looked]:
    """By address."""
    return {
        f"{OPENS}{{secret}}": _Looked(walls.open),
        WALL: _Looked(walls.page),
        STREAM: _Looked(walls.stream),
    }
