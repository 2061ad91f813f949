"""The sound of a mail; and what a program hears in it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import pytest
from psycopg import Connection

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.media import write_changes
from callcontrol.edges.mail.composition import NO_SOUND, Sound
from callcontrol.edges.media_links import LinkSigner
from callcontrol.edges.speech.sound import BadSound
from callcontrol.jobs.media.mail.sounds import KeptSounds
from callcontrol.jobs.media.mail.telling import Telling
from callcontrol.jobs.media.mail.transcribing import Transcriber
from callcontrol.vocabulary.media import Media, MediaKind, MediaState
from callcontrol.vocabulary.media_format import MediaFormat
from tests.config.folder import TENANT, loaded
from tests.edges.mail.samples import FACTS, NOON, SENDER, mail, settings_with

KEY = "k" * 32
STORED = Media(
    media_id="c-3",
    tenant="acme",
    state=MediaState.STORED,
    at=NOON,
    began_at=NOON,
    kind=MediaKind.MESSAGE,
    owner="voicemail:box",
    place="3f/x.mp3",
    sha256="0" * 64,
    bytes=5,
)


@dataclass
class OneFile:
    """A shelf with one file."""

    row: Media | None = STORED
    content: bytes = b"sound"

    def media(self, tenant: str, media_id: str) -> Media | None:
        return self.row

    def opened(self, media: Media) -> BinaryIO:
        return io.BytesIO(self.content)

    def in_format(self, media: Media, form: MediaFormat) -> BinaryIO:
        if form is not MediaFormat.MP3:
            raise BadSound(f"no {form} can be made of it")
        return io.BytesIO(self.content)


def telling(connection: Connection[Any], settings: Settings) -> Telling:
    @contextmanager
    def ready() -> Iterator[Connection[Any]]:
        yield connection

    return Telling(lambda: settings, ready, lambda: NOON)


def sound(
    connection: Connection[Any],
    shelf: OneFile,
    attach: str,
    max_bytes: int = 5,
    keys: str = "",
    form: MediaFormat = MediaFormat.MP3,
) -> Sound:
    settings = settings_with()
    tenant = settings.tenants["acme"]
    kept = tenant.media.model_copy(update={"message": tenant.media.message.model_copy(update={"mail": form})})
    settings = settings.model_copy(update={"tenants": {"acme": tenant.model_copy(update={"media": kept})}})
    if keys:
        links = settings.media.links.model_copy(update={"keys": (keys,), "address": "https://v.example"})
        settings = settings.model_copy(update={"media": settings.media.model_copy(update={"links": links})})
    found = KeptSounds(lambda: settings, shelf, telling(connection, settings))
    return found(mail(facts=replace(FACTS, attach=attach)), max_bytes)


def test_a_file_is_attached_in_the_format_of_mails(connection: Connection[Any]) -> None:
    name = "2026-11-20-130000-48500100200.mp3"
    assert sound(connection, OneFile(replace(STORED, place="3f/x.wav")), "file") == Sound(name, "mpeg", b"sound")


def test_what_cannot_be_brought_into_the_format_is_not_attached(connection: Connection[Any]) -> None:
    assert sound(connection, OneFile(), "file", form=MediaFormat.OPUS).content is None


@pytest.mark.parametrize(
    ("shelf", "attach", "max_bytes"),
    [
        (OneFile(), "file", 4),
        (OneFile(content=b""), "file", 5),
        (OneFile(replace(STORED, state=MediaState.CLOSED)), "file", 5),
        (OneFile(), "link", 5),
    ],
)
def test_what_is_not_attached_is_linked(
    connection: Connection[Any], shelf: OneFile, attach: str, max_bytes: int
) -> None:
    found = sound(connection, shelf, attach, max_bytes, KEY)
    assert found.content is None
    link = LinkSigner([KEY], "https://v.example").read(found.link.rpartition("/")[2])
    assert (link.media_id, link.made_for, link.made_at) == ("c-3", "anna@example.org", NOON)
    assert link.until > NOON
    assert found == sound(connection, shelf, attach, max_bytes, KEY)  # the same in every attempt


def test_neither_file_nor_link(connection: Connection[Any]) -> None:
    assert sound(connection, OneFile(), "none", keys=KEY).link == ""
    assert sound(connection, OneFile(), "link").link == ""  # no keys


@pytest.mark.parametrize("row", [None, replace(STORED, state=MediaState.DELETED)])
def test_what_is_gone(connection: Connection[Any], row: Media | None) -> None:
    assert sound(connection, OneFile(row), "file") == NO_SOUND


def transcriber(connection: Connection[Any], program: str, seconds: int = 20, by: str = "s1") -> Transcriber:
    main = "switches: {fs1: {password: secret}}\nmail: {server: 'smtp.acme.example:587'}\n"
    command = f"['{sys.executable}', -c, '{program}', '{{file}}', '{{language}}']"
    main += f"media: {{transcription: {{command: {command}, seconds: {seconds}}}}}\n"
    settings = loaded(SENDER + TENANT.replace("box: {}", "box: {transcribe: yes}"), main)
    write_changes(connection, [STORED])
    return Transcriber(telling(connection, settings), OneFile(), by)


def transcripts(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT tenant, media_id, text, trouble FROM transcripts").fetchall()


def test_what_was_heard_is_kept_and_put_into_the_mail(connection: Connection[Any]) -> None:
    program = 'import sys; print("Proszę", open(sys.argv[1]).read(), sys.argv[1][-4:], sys.argv[2])'
    job = transcriber(connection, program)
    assert job.step() is True
    assert job.step() is False
    assert transcripts(connection) == [("acme", "c-3", "Proszę sound .mp3 en", "")]
    assert connection.execute("SELECT words FROM transcripts").fetchone() == ("proszę sound .mp3 en",)
    assert sound(connection, OneFile(), "none").transcript == "Proszę sound .mp3 en"


@pytest.mark.parametrize(
    ("program", "trouble"),
    [
        ('import sys; sys.exit("no model")', f"{sys.executable} failed (exit status 1): no model"),
        ("import time; time.sleep(20)", "it took longer than 1 s"),
    ],
)
def test_a_program_that_fails_is_not_asked_again(connection: Connection[Any], program: str, trouble: str) -> None:
    job = transcriber(connection, program, seconds=1)
    assert job.step() is True
    assert job.step() is False
    assert transcripts(connection) == [("acme", "c-3", "", trouble)]


def test_one_process_does_it(connection: Connection[Any]) -> None:
    first, second = (transcriber(connection, "print(1)", by=name) for name in ("s1", "s2"))
    assert first.step() is True
    connection.execute("DELETE FROM transcripts")
    assert second.step() is False
