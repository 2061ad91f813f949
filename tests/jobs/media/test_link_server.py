"""Links over Postgres and storage: served as the settings in force say, each hearing stored once, withdrawn at once."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from callcontrol.config.link_settings import Links
from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.hearings import hearings_of
from callcontrol.edges.ledger.links import withdraw
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.ledger.media_keys import note_key, rewrap
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.storage import FolderStorage
from callcontrol.jobs.media import shelf as shelf_module
from callcontrol.jobs.media.kept_files import KeptFiles, ring_of
from callcontrol.jobs.media.link_server import LinkServer, link_to
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.jobs.media.shelf import LedgerShelf
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.media_format import MediaFormat
from tests.billing.trails import NOON
from tests.config.folder import TENANT, loaded
from tests.edges.test_sound_formats import tone_wav

OLD, NEW = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
SOUND = os.urandom(150_000)
STORED = MediaChange(
    media_id="call-1",
    tenant="acme",
    state=MediaState.STORED,
    at=NOON,
    kind=MediaKind.MESSAGE,
    path="/r/call-1.wav",
    place="ab/call-1.wav",
    sha256="x",
    bytes=1,
)
ANNA = "anna@acme.example"


def settings_with(media: str, keys: tuple[str, ...] = ("k" * 32,)) -> Settings:
    found = loaded(f"{TENANT}media: {{{media}}}\n")
    links = Links(keys=keys, listen="127.0.0.1:1").model_copy(update={"listen": "127.0.0.1:0"})
    return found.model_copy(update={"media": found.media.model_copy(update={"links": links})})


class Site:
    """The server with everything behind it."""

    def __init__(self, dsn: str, ledger: DictConnection, folder: Path) -> None:
        self.ledger = ledger
        self.settings = settings_with(f'keys: {{old: "{OLD}"}}, sealed_with: old')
        self.storage = FolderStorage(folder)
        self.files = files = KeptFiles(lambda: self.settings, lambda: self.storage)
        self.shelf = LedgerShelf(dsn, "job", files, lambda: self.storage)
        self.server = LinkServer(lambda: self.settings, self.shelf, lambda: NOON)
        with files.prepared(STORED, iter([SOUND]), is_sound=False) as prepared:
            assert prepared.wrapped is not None
            note_key(ledger, "acme", "call-1", prepared.wrapped)
            self.storage.put(STORED.place, prepared.pieces)
        write_changes(ledger, [STORED])

    def path(self, sound: str = "/sound", made_for: str = ANNA) -> str:
        url = link_to(self.settings, "acme", "call-1", made_for, NOON)
        assert url is not None
        return url.removeprefix("http://127.0.0.1:8090") + sound

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        address = self.server.address
        assert address is not None
        with closing(HTTPConnection(address.host, address.port, timeout=10)) as client:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            return answer.status, answer.read()


@pytest.fixture
def site(ledger_database: str, tmp_path: Path) -> Iterator[Site]:
    with connect(ledger_database) as ledger:
        made = Site(ledger_database, ledger, tmp_path / "media")
        made.server.step()
        yield made
        made.server.stop()
        made.shelf.close()


def test_a_sealed_file_is_heard_in_pieces_and_stored_as_one_hearing(site: Site) -> None:
    assert site.get(site.path(""))[0] == 200
    assert hearings_of(site.ledger, "acme", ["call-1"]) == []
    assert site.get(site.path(), Range="bytes=0-99999") == (206, SOUND[:100_000])
    assert site.get(site.path(), Range="bytes=100000-") == (206, SOUND[100_000:])
    assert [(one.who, one.way, one.address) for one in hearings_of(site.ledger, "acme", ["call-1"])] == [
        (ANNA, "link", "127.0.0.1")
    ]


def test_a_withdrawn_link_is_good_no_more_and_others_are(site: Site) -> None:
    withdraw(site.ledger, "acme", "olga", made_for=ANNA)
    assert site.get(site.path())[0] == 410
    assert site.get(site.path(made_for="piotr@acme.example")) == (200, SOUND)


def test_a_rewrapped_file_is_opened_with_the_new_key_alone(site: Site) -> None:
    assert site.get(site.path())[0] == 200
    site.settings = settings_with(f'keys: {{old: "{OLD}", new: "{NEW}"}}, sealed_with: new')
    assert [one.trouble for one in rewrap(site.ledger, ring_of(site.settings, "acme"))] == [""]
    site.settings = settings_with(f'keys: {{new: "{NEW}"}}, sealed_with: new')
    site.server.step()
    assert site.get(site.path()) == (200, SOUND)
    site.settings = settings_with("")
    site.server.step()
    assert site.get(site.path())[0] == 503


def test_storage_away_is_later_and_a_deleted_file_is_gone_though_it_was_fetched(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = site.storage._root / STORED.place
    content = place.read_bytes()
    place.unlink()
    assert site.get(site.path())[0] == 503
    place.write_bytes(content)
    assert site.get(site.path())[0] == 200
    place.unlink()
    assert site.get(site.path()) == (200, SOUND)
    monkeypatch.setattr(shelf_module, "COPY_S", -1.0)
    site.shelf.expire()
    assert site.get(site.path())[0] == 503
    write_changes(site.ledger, [replace(STORED, state=MediaState.DELETED, cause="x")])
    assert site.get(site.path())[0] == 410


def test_of_many_files_some_copies_are_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "COPIES", 0)
    assert [site.get(site.path()) for _ in range(2)] == [(200, SOUND)] * 2


def test_a_mail_gets_its_own_format(site: Site, tmp_path: Path) -> None:
    with site.files.prepared(STORED, iter([tone_wav(tmp_path / "t.wav", 1).read_bytes()]), is_sound=True) as prepared:
        assert prepared.wrapped is not None
        note_key(site.ledger, "acme", "call-1", prepared.wrapped)
        site.storage.put(STORED.place, prepared.pieces)
    media = site.shelf.media("acme", "call-1")
    assert media is not None
    with site.shelf.in_format(media, MediaFormat.OPUS) as content:
        assert content.read(4) == b"OggS"


def test_it_is_served_as_the_settings_in_force_say(site: Site) -> None:
    first = site.server.address
    site.server.step()
    assert site.server.address is first
    site.settings = settings_with("", keys=())
    site.server.step()
    assert (site.server.address, link_to(site.settings, "acme", "call-1", ANNA, NOON)) == (None, None)
    site.settings = settings_with("")
    site.server.step()
    assert site.get(site.path(""))[0] == 200


def test_an_address_that_is_taken_is_tried_again(site: Site) -> None:
    taken = site.server.address
    assert taken is not None
    settings = settings_with("")
    links = settings.media.links.model_copy(update={"listen": f"127.0.0.1:{taken.port}"})
    settings = settings.model_copy(update={"media": settings.media.model_copy(update={"links": links})})
    second = LinkServer(lambda: settings, site.shelf, lambda: NOON)
    with pytest.raises(OutOfReach, match="Address already in use"):
        second.step()
    site.server.stop()
    second.step()
    assert second.address == taken
    second.stop()
