"""The page of messages: what is in one's own boxes, heard and noted, marked, deleted and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcontrol.edges import clock
from callcontrol.edges.ledger.media_table import MediaTable
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.usecases import messages
from callcontrol.vocabulary.mailbox import AddMessage, Message, MessageState
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from tests.web.conftest import Site
from tests.web.panel.server import session_of
from tests.web.panel.test_forms import Browser

PAGE = "/messages"
SOUND = b"RIFF....WAVE, a greeting from Jan"
PATH = "/var/lib/freeswitch/recordings/call-1-2.wav"


@pytest.fixture
def left(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Jan has left a message in the box of 101; its file lies on this host still."""
    now = clock.now()
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    (recordings / "call-1-2.wav").write_bytes(SOUND)
    monkeypatch.setattr(messages, "folders_of", lambda _: {"fs1": recordings})
    message = Message("call-1-2", "+48221234567", "Jan", now, 7_000, "fs1", PATH)
    BoxStore(site.services.pipeline).put("acme", "101", AddMessage(message))
    table = MediaTable(site.dsn, "test", now)
    change = MediaChange(
        media_id="call-1-2",
        tenant="acme",
        state=MediaState.CLOSED,
        at=now,
        kind=MediaKind.MESSAGE,
        call_id="call-1",
        switch="fs1",
        path=PATH,
        owner="voicemail:101",
    )
    table.note([change])
    table.close()
    return site


def browser_of(site: Site, login: str) -> Browser:
    browser = Browser(site)
    browser.cookies[site.guards.cookie] = session_of(site, login)
    return browser


def state(site: Site) -> MessageState:
    return BoxStore(site.services.pipeline).read("acme", "101").messages[0].state


def test_a_message_is_heard_and_that_is_noted_once(left: Site) -> None:
    browser = browser_of(left, "sub")
    assert "+48 22 123 45 67" in browser.get(PAGE).text
    heard = browser.get(f"{PAGE}/sound?box=101&message=call-1-2")
    assert (heard.status_code, heard.headers["content-type"], heard.content) == (200, "audio/wav", SOUND)
    assert browser.get(f"{PAGE}/sound?box=101&message=call-1-2").status_code == 200
    acts = left.get("admin", "/audit").json["acts"]
    assert [(act["who"], act["what"]) for act in acts if act["what"] == "message heard"] == [("sub", "message heard")]


def test_anothers_messages_are_not_there(left: Site) -> None:
    boss = browser_of(left, "boss")
    assert "+48 22 123 45 67" not in boss.get(PAGE).text
    assert boss.get(f"{PAGE}/sound?box=101&message=call-1-2").status_code == 404
    form = {"once": "1", "form": "x", "box": "101", "message": "call-1-2", "verb": "delete"}
    assert boss.post(f"{PAGE}/do/change", form).status_code == 422
    assert state(left) is MessageState.NEW
    assert browser_of(left, "sub").get(f"{PAGE}/sound?box=101&message=call-9-9").status_code == 404


def test_a_message_is_marked_deleted_and_taken_back(left: Site) -> None:
    browser = browser_of(left, "sub")
    form = {"form": "x", "box": "101", "message": "call-1-2"}
    for once, verb, became in (("1", "keep", "kept"), ("2", "delete", "deleted"), ("3", "keep", "kept")):
        done = browser.post(f"{PAGE}/do/change", form | {"once": once, "verb": verb})
        assert (done.status_code, state(left)) == (303, MessageState(became))
    assert browser.post(f"{PAGE}/do/change", form | {"once": "4", "verb": "burn"}).status_code == 422
