"""Links as browsers, scanners and strangers meet them: over HTTP, from a sealed file."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from typing import BinaryIO

import gevent
import pytest

from callcontrol.config.link_settings import Links
from callcontrol.config.settings import Settings
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.media_links import Link, LinkSigner
from callcontrol.edges.sealing.keys import KeyRing
from callcontrol.edges.sealing.sealed_file import SealedReader, sealed
from callcontrol.edges.web.server import WebServer
from callcontrol.jobs.media.link_app import PIECE_BYTES, LinkApp
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.media import Media, MediaKind, MediaState
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from tests.billing.trails import NOON
from tests.config.folder import TENANT, loaded

KEY, RING = "k" * 32, KeyRing("acme", {"a": os.urandom(32)}, "a")
SIGNER = LinkSigner([KEY], "http://voice.example")
SOUND = os.urandom(PIECE_BYTES + 100_000)
MEDIA = Media(
    media_id="call-1",
    tenant="acme",
    state=MediaState.STORED,
    at=NOON,
    began_at=NOON,
    kind=MediaKind.MESSAGE,
    caller="+48500100200",
    length_ms=83_400,
    place="acme/2026/call-1.mp3",
)
LINK = Link("acme", "call-1", "anna@acme.example", NOON, Instant(NOON + 14 * DAY_S * SECOND_US))


@dataclass
class TestShelf:
    """Holds one file, sealed."""

    __test__ = False
    row: Media | None = MEDIA
    withdrawn: bool = False
    is_away: bool = False
    heard: list[Hearing] = field(default_factory=list)
    opened_files: list[BinaryIO] = field(default_factory=list)

    def media(self, tenant: str, media_id: str) -> Media | None:
        if self.is_away:
            raise OutOfReach("Postgres does not answer")
        return self.row if (tenant, media_id) == ("acme", "call-1") else None

    def is_withdrawn(self, link: Link) -> bool:
        return self.withdrawn

    def note_hearing(self, hearing: Hearing) -> None:
        self.heard.append(hearing)

    def opened(self, media: Media) -> BinaryIO:
        _, pieces = sealed(io.BytesIO(SOUND), media.media_id, RING)
        opened = io.BufferedReader(SealedReader(io.BytesIO(b"".join(pieces)), media.media_id, RING))
        self.opened_files.append(opened)
        return opened


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def shelf() -> TestShelf:
    return TestShelf()


@pytest.fixture
def site(shelf: TestShelf) -> Iterator[WebServer]:
    yield from served(shelf)


def settings(**links: object) -> Settings:
    found = loaded(TENANT)
    media = found.media.model_copy(update={"links": Links(keys=(KEY,)).model_copy(update=links)})
    return found.model_copy(update={"media": media})


def served(shelf: TestShelf, now: Instant = NOON, connection_s: float = 10, **links: object) -> Iterator[WebServer]:
    in_force = settings(**links)
    app = LinkApp(in_force.media.links, lambda: in_force, shelf, lambda: now)
    server = WebServer(Address("127.0.0.1", 0), app, clients=8, deadline_s=connection_s)
    yield server
    server.stop()
    assert all(file.closed for file in shelf.opened_files)


def path_of(link: Link = LINK, sound: str = "") -> str:
    return SIGNER.url_of(link).removeprefix("http://voice.example") + sound


def get(site: WebServer, path: str, method: str = "GET", **headers: str) -> Answer:
    with closing(HTTPConnection(site.address.host, site.address.port, timeout=10)) as client:
        client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = client.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())


def test_to_open_the_link_is_no_hearing_and_shows_a_player(site: WebServer, shelf: TestShelf) -> None:
    page = get(site, path_of())
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'; media-src 'self'" in page.headers["Content-Security-Policy"]
    token = path_of().rpartition("/")[2]
    assert f'<audio controls preload="none"><source src="{token}/sound" type="audio/mpeg">' in page.text
    for told in ("Voice message", "+48500100200", "2026-11-17 13:00 · 1:23", "2026-12-01 13:00"):
        assert told in page.text
    assert shelf.heard == []


def test_the_sound_is_decrypted_and_heard(site: WebServer, shelf: TestShelf) -> None:
    sound = get(site, path_of(sound="/sound"))
    assert (sound.status, sound.body) == (200, SOUND)
    assert sound.headers["Content-Type"] == "audio/mpeg"
    assert sound.headers["Content-Disposition"] == 'inline; filename="message-20261117-120000.mp3"'
    assert sound.headers["Cache-Control"] == "no-store"
    assert shelf.heard == [Hearing("acme", "call-1", NOON, "anna@acme.example", Way.LINK, "127.0.0.1")]


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-", 0, PIECE_BYTES),
        ("bytes=70000-70009", 70_000, 70_010),
        ("bytes=1100000-", 1_100_000, len(SOUND)),
        ("bytes=-5", len(SOUND) - 5, len(SOUND)),
        ("bytes=5-99999999", 5, 5 + PIECE_BYTES),
    ],
)
def test_a_player_seeks(site: WebServer, wanted: str, start: int, stop: int) -> None:
    part = get(site, path_of(sound="/sound"), Range=wanted)
    assert (part.status, part.headers["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/{len(SOUND)}")
    assert part.body == SOUND[start:stop]


def test_a_part_that_is_not_there(site: WebServer) -> None:
    part = get(site, path_of(sound="/sound"), Range=f"bytes={len(SOUND)}-")
    assert (part.status, part.headers["Content-Range"]) == (416, f"bytes */{len(SOUND)}")


def test_to_look_at_the_headers_is_no_hearing(site: WebServer, shelf: TestShelf) -> None:
    head = get(site, path_of(sound="/sound"), "HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(SOUND)), b"")
    assert shelf.heard == []


def test_a_request_without_a_link_gets_no_information(site: WebServer, shelf: TestShelf) -> None:
    forged = LinkSigner(["x" * 32], "http://voice.example").url_of(LINK).removeprefix("http://voice.example")
    tenantless = path_of(replace(LINK, tenant="beta"))
    answers = [
        get(site, path) for path in (forged, tenantless, "/", "/media", "/media/", f"{path_of()}/other", "/metrics")
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert "This link is not valid" in answers[0].text
    assert shelf.heard == []


def test_a_link_ends(shelf: TestShelf) -> None:
    for now, status in ((LINK.until - 1, 200), (LINK.until, 410)):
        for server in served(shelf, Instant(now)):
            answer = get(server, path_of(sound="/sound"))
            assert answer.status == status
    assert "This link has ended" in answer.text


def test_a_withdrawn_link_and_a_deleted_file_say_so(site: WebServer, shelf: TestShelf) -> None:
    shelf.withdrawn = True
    assert (get(site, path_of(sound="/sound")).status, "was withdrawn" in get(site, path_of()).text) == (410, True)
    shelf.withdrawn = False
    for row in (None, replace(MEDIA, state=MediaState.DELETED), replace(MEDIA, state=MediaState.LOST)):
        shelf.row = row
        answer = get(site, path_of())
        assert (answer.status, "has been deleted" in answer.text, "+48500100200" in answer.text) == (410, True, False)
    assert shelf.heard == []


def test_what_is_not_there_yet_or_cannot_be_asked_comes_later(site: WebServer, shelf: TestShelf) -> None:
    shelf.row = replace(MEDIA, state=MediaState.CLOSED)
    not_yet = get(site, path_of())
    shelf.is_away = True
    away = get(site, path_of(sound="/sound"))
    assert [(one.status, one.headers["Retry-After"]) for one in (not_yet, away)] == [(503, "60"), (503, "60")]


def test_nothing_is_played_that_could_not_be_noted(
    site: WebServer, shelf: TestShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Hearing) -> None:
        raise OutOfReach("Postgres does not answer")

    monkeypatch.setattr(shelf, "note_hearing", away)
    answer = get(site, path_of(sound="/sound"))
    assert (answer.status, SOUND[:16] in answer.body) == (503, False)


def test_a_fault_of_ours_is_told_without_a_word_of_it(
    site: WebServer, shelf: TestShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "media", lambda *_: 1 / 0)
    answer = get(site, path_of())
    assert (answer.status, "division" in answer.text) == (500, False)


def test_one_address_has_so_many_requests_a_minute(shelf: TestShelf) -> None:
    for site in served(shelf, requests_a_minute=2):
        assert [get(site, path_of()).status for _ in range(3)] == [200, 200, 429]
        assert get(site, path_of(), X_Forwarded_For="198.51.100.9").status == 200


def test_only_getting_is_allowed(site: WebServer) -> None:
    assert [get(site, path_of(), method).status for method in ("POST", "PUT", "DELETE", "OPTIONS")] == [405] * 4


@pytest.mark.parametrize(
    ("wished", "told"), [("pl-PL,pl;q=0.9,en;q=0.5", "Wiadomość głosowa"), ("ru", "Голосовое"), ("de", "Voice message")]
)
def test_the_page_is_in_the_browsers_language(site: WebServer, wished: str, told: str) -> None:
    assert told in get(site, path_of(), Accept_Language=wished).text


def test_what_a_caller_says_of_the_number_is_only_text(site: WebServer, shelf: TestShelf) -> None:
    shelf.row = replace(MEDIA, caller='"><script>alert(1)</script>')
    assert "<script>" not in get(site, path_of()).text


def test_clients_that_are_slow_are_closed_and_others_are_served_meanwhile(shelf: TestShelf) -> None:
    for site in served(shelf, connection_s=0.5):
        silent = [socket.create_connection((site.address.host, site.address.port)) for _ in range(8)]
        silent[0].sendall(f"GET {path_of(sound='/sound')} HTTP/1.1\r\nHost: a\r\n\r\n".encode())  # and reads nothing
        assert get(site, path_of()).status == 200
        for client in silent[1:]:
            assert client.recv(1) == b""
        for client in silent:
            client.close()
        gevent.sleep(0.1)


def test_a_request_that_is_none_is_refused(site: WebServer) -> None:
    for sent in (
        b"\x16\x03\x01\x00\n\n",
        b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * 70_000 + b"\r\n\r\n",
        b"GET /\x00 x\r\n\r\n",
    ):
        with socket.create_connection((site.address.host, site.address.port), timeout=5) as client:
            client.sendall(sent)
            assert client.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert get(site, path_of()).status == 200
