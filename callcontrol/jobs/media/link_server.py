"""Links, served while the settings in force have keys for them; begun anew when these settings change."""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcontrol.config.fields import host_and_port
from callcontrol.config.link_settings import Links
from callcontrol.config.settings import Settings
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.media_links import Link, LinkSigner
from callcontrol.edges.web.server import WebServer
from callcontrol.jobs.media.link_app import LinkApp, Shelf
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant

log = logging.getLogger("callcontrol.media")


def link_to(settings: Settings, tenant: str, media_id: str, made_for: str, now: Instant) -> str | None:
    """The address under which this person may hear a file, for as many days as the settings say; None: there are no
    keys for links.

    Args:
        made_for: who it is for, as the hearing log shall name the person: a mail address, `extension:101`.
    """
    links = settings.media.links
    if not links.keys:
        return None
    until = Instant(now + links.days * DAY_S * SECOND_US)
    return LinkSigner(links.keys, links.address).url_of(Link(tenant, media_id, made_for, now, until))


class LinkServer:
    """Serves links. One step looks whether it does so as the settings in force say.

    Args:
        everywhere: counts a request of an address at all hosts (`RequestLimit`).
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        shelf: Shelf,
        now: Callable[[], Instant],
        everywhere: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self._everywhere = everywhere
        self._settings = settings
        self._shelf = shelf
        self._now = now
        self._serves: Links | None = None
        self._server: WebServer | None = None

    @property
    def address(self) -> Address | None:
        """Where it listens, None while it does not."""
        return None if self._server is None else self._server.address

    def step(self) -> bool:
        """Serve what the settings say.

        Raises:
            OutOfReach: the address cannot be taken now.
        """
        links = self._settings().media.links
        if links == self._serves:
            return False
        self.stop()
        if links.keys:
            place = Address(*host_and_port(links.listen))
            try:
                app = LinkApp(links, self._settings, self._shelf, self._now, self._everywhere)
                self._server = WebServer(place, app, links.clients)
            except OSError as error:
                raise OutOfReach(f"links cannot be served at {links.listen}: {error.strerror}") from error
            log.info("links to sound files are served at %s for %s", links.listen, links.address)
        self._serves = links
        return False

    def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._serves = None
