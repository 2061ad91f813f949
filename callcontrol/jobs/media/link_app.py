"""Serves links to sound files: a page with a player, and the sound itself, whose playing is a hearing.

    GET /media/TOKEN          the page. It is no hearing: scanners of mail open links too.
    GET /media/TOKEN/sound    the sound, decrypted on the way, in pieces as a player asks for them. It is a hearing, and
                              nothing is played that could not be noted.

A token that is not ours is told nothing (404), whether or not there is such a file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from callcontrol.config.link_settings import Links
from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.media_links import PATH, BadLink, Link, LinkSigner
from callcontrol.edges.threads import aside
from callcontrol.edges.web.clients import RequestLimit, client_address, networks_of
from callcontrol.jobs.media.link_pages import HEADERS, Shown, Why, player_page, why_page
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES, Language
from callcontrol.vocabulary.media import Media, MediaState
from callcontrol.vocabulary.media_format import content_type_of
from callcontrol.vocabulary.moment import Instant, datetime_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

# The largest answer to a player that asks for a part; it asks for the next part then.
PIECE_BYTES: Final = 1_048_576
_READ_BYTES: Final = 65_536

log = logging.getLogger("callcontrol.media")


class Shelf(Protocol):
    """Where the files are. Everything raises OutOfReach where a store or the file's key is away."""

    def media(self, tenant: str, media_id: str) -> Media | None:
        """The row, None if there is none."""

    def is_withdrawn(self, link: Link) -> bool:
        """Whether the link was."""

    def note_hearing(self, hearing: Hearing) -> None:
        """Note that a person plays a file, if it is not known yet."""

    def opened(self, media: Media) -> BinaryIO:
        """The content of a stored file, seekable."""


class _Refused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class LinkApp:
    """The WSGI application.

    Args:
        links: as they stood when it was made. settings: those in force now.
        everywhere: counts a request of an address at all hosts (`RequestLimit`).
    """

    def __init__(
        self,
        links: Links,
        settings: Callable[[], Settings],
        shelf: Shelf,
        now: Callable[[], Instant],
        everywhere: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self._settings = settings
        self._signer = LinkSigner(links.keys, links.address)
        self._shelf = shelf
        self._now = now
        self._proxies = networks_of(links.proxies)
        self._limit = RequestLimit(links.requests_a_minute, everywhere=everywhere)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        response, word = self._answered(request)
        meters.link_requests_total.labels(word).inc()
        response.headers.extend(HEADERS)
        answer: Iterable[bytes] = response(environ, start_response)
        return answer

    def _answered(self, request: Request) -> tuple[Response, str]:
        try:
            return self._answer(request)
        except _Refused as refused:
            return _refusal(refused.why, request), refused.why
        except OutOfReach as error:
            log.error("a link could not be served: %s", error)
            return _refusal(Why.LATER, request), Why.LATER
        except Exception as error:
            note_fault("web", "a link could not be served", error)
            return _refusal(Why.FAULT, request), Why.FAULT

    def _answer(self, request: Request) -> tuple[Response, str]:
        address = client_address(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), self._proxies)
        if not self._limit.admits(address):
            raise _Refused(Why.LIMITED)
        if request.method not in ("GET", "HEAD"):
            raise _Refused(Why.METHOD)
        token, is_sound = _parts_of(request.path)
        link = self._good_link(token)
        media = self._media(link)
        if not is_sound:
            return self._page(link, media, request), "page"
        return self._sound(link, media, request, address), "sound"

    def _good_link(self, token: str) -> Link:
        try:
            link = self._signer.read(token)
        except BadLink:
            raise _Refused(Why.UNKNOWN) from None
        if link.tenant not in self._settings().tenants:
            raise _Refused(Why.UNKNOWN)
        if self._now() >= link.until:
            raise _Refused(Why.ENDED)
        if self._shelf.is_withdrawn(link):
            raise _Refused(Why.WITHDRAWN)
        return link

    def _media(self, link: Link) -> Media:
        media = self._shelf.media(link.tenant, link.media_id)
        if media is None or media.state in (MediaState.DELETED, MediaState.LOST):
            raise _Refused(Why.DELETED)
        if media.state is not MediaState.STORED:
            raise _Refused(Why.LATER)
        return media

    def _page(self, link: Link, media: Media, request: Request) -> Response:
        zone = ZoneInfo(self._settings().tenants[link.tenant].zone)
        began = f"{datetime_of(media.began_at, zone):%Y-%m-%d %H:%M}"
        until = f"{datetime_of(link.until, zone):%Y-%m-%d %H:%M}"
        shown = Shown(media.kind, media.caller, began, media.length_ms, until)
        sound = f"{PurePosixPath(request.path).name}/sound"
        return _html(player_page(shown, sound, content_type_of(media.place), _language_of(request)))

    def _sound(self, link: Link, media: Media, request: Request, address: str) -> Response:
        content = self._shelf.opened(media)
        try:
            if request.method == "GET":
                hearing = Hearing(link.tenant, link.media_id, self._now(), link.made_for, Way.LINK, address)
                self._shelf.note_hearing(hearing)
            return _part(content, media, request)
        except BaseException:
            content.close()
            raise


def _parts_of(path: str) -> tuple[str, bool]:
    """The token, and whether the sound is meant."""
    parts = path.split("/")
    if len(parts) not in (3, 4) or f"/{parts[1]}" != PATH or parts[3:] not in ([], ["sound"]):
        raise _Refused(Why.UNKNOWN)
    return parts[2], len(parts) == 4


def _part(content: BinaryIO, media: Media, request: Request) -> Response:
    """The part that is asked for, or the first piece of it; all of it where no part is asked for."""
    size = content.seek(0, 2)
    name = f"{media.kind or 'recording'}-{datetime_of(media.began_at):%Y%m%d-%H%M%S}{PurePosixPath(media.place).suffix}"
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": f'inline; filename="{name}"', "Connection": "close"}
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        start, stop, status = 0, size, 200
    else:
        found = wanted.range_for_length(size)
        if found is None:
            content.close()
            return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        start, stop, status = found[0], min(found[1], found[0] + PIECE_BYTES), 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    body: Iterable[bytes] = _Body(content, start, stop)
    if request.method == "HEAD":
        content.close()
        body = ()
    return Response(body, status, headers, content_type=content_type_of(media.place), direct_passthrough=True)


class _Body:
    """A part of a file, read piece by piece in a thread; closed by the server."""

    def __init__(self, content: BinaryIO, start: int, stop: int) -> None:
        self._content, self._left = content, stop - start
        content.seek(start)

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        piece = aside(self._content.read, min(_READ_BYTES, self._left))
        self._left -= len(piece)
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        self._content.close()


def _html(text: str, status: int = 200) -> Response:
    return Response(text, status, {"Connection": "close"}, content_type="text/html; charset=utf-8")


def _refusal(why: Why, request: Request) -> Response:
    response = _html(why_page(why, _language_of(request)), why.status)
    if why in (Why.LATER, Why.LIMITED):
        response.headers["Retry-After"] = "60"
    return response


def _language_of(request: Request) -> Language:
    best = request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE)
    return next((language for language in LANGUAGES if language == best), DEFAULT_LANGUAGE)
