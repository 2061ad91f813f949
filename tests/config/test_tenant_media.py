"""A tenant's settings of kept sound files: read, and refused with a line."""

from __future__ import annotations

import base64

import pytest

from callcontrol.config.tenant_media import Reach
from callcontrol.vocabulary.media import MediaKind
from callcontrol.vocabulary.media_format import MediaFormat
from tests.config.folder import TENANT, loaded, problems, written

KEY, OTHER = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def media_problems(lines: str) -> list[str]:
    return [line.removeprefix("tenants/acme.yaml:") for line in written(*problems(f"{TENANT}media:\n{lines}"))]


def test_messages_and_talks_end_after_90_days_and_what_people_recorded_stays() -> None:
    media = loaded().tenants["acme"].media
    assert {kind: media.of(kind).keep_days for kind in MediaKind} == {
        MediaKind.MESSAGE: 90,
        MediaKind.TALK: 90,
        MediaKind.GREETING: 0,
        MediaKind.PROMPT: 0,
    }
    assert {media.of(kind).archive for kind in MediaKind} == {MediaFormat.MULAW}
    assert media.sealed_with is None


def test_formats_keys_and_roles_are_read() -> None:
    written_ = f"""media:
  talk: {{archive: opus, mail: mp3, keep_days: 365}}
  keys: {{2026-10: "{KEY}", 2026-11: "{OTHER}"}}
  sealed_with: 2026-11
  roles:
    lead: {{extensions: [101], talks: {{hear: all}}}}
"""
    media = loaded(TENANT + written_).tenants["acme"].media
    assert (media.talk.archive, media.talk.keep_days) == (MediaFormat.OPUS, 365)
    assert media.keys == {"2026-10": KEY, "2026-11": OTHER}
    assert KEY not in repr(media)
    assert media.role_of("101").talks.hear is Reach.ALL
    assert media.role_of("102").talks.hear is Reach.NONE


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            '  keys: {a: "c2hvcnQ="}\n',
            "12: media.keys.a: this key has 5 bytes, 32 are needed; write what `openssl rand",
        ),
        ('  keys: {a: "not base64!"}\n', "12: media.keys.a: this key is no base64; write what `openssl rand"),
        ("  keys: {a: {file: /nowhere/key}}\n", "12: media.keys.a: file: /nowhere/key cannot be looked up here"),
        ("  sealed_with: 2026-11\n", "12: media.sealed_with: there is no key '2026-11'; write the key into media.keys"),
        (
            f'  keys: {{a: "{KEY}", b: "{KEY}"}}\n',
            "12: media.keys.b: this is the same key as 'a'; make a new one: openssl rand -base64 32",
        ),
        ("  talk: {archive: flac}\n", "12: media.talk.archive: 'flac'"),
        ("  talk: {keep_days: 99999}\n", "12: media.talk.keep_days: 99999"),
        (
            "  roles: {lead: {extensions: [105], queues: [sales]}}\n",
            "12: media.roles.lead.extensions: there is no extension '105'; write one of the tenant's extensions",
        ),
        (
            "  roles: {lead: {extensions: [101]}, boss: {extensions: [101]}}\n",
            "12: media.roles.boss.extensions: extension 101 has the role lead already; leave it in one of them",
        ),
        ("  roles: {lead: {talks: {hear: everything}}}\n", "12: media.roles.lead.talks.hear: 'everything'"),
    ],
)
def test_a_mistake_has_its_line(lines: str, said: str) -> None:
    found = media_problems(lines)
    assert any(line.startswith(said) for line in found), found


def test_a_queue_of_a_role_is_the_tenants() -> None:
    found = media_problems("  roles: {lead: {extensions: [101], queues: [sales]}}\n")
    assert found == ["12: media.roles.lead.queues: there is no queue 'sales'; write one of the tenant's queues"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("media: {links: {keys: [short]}}\n", "media.links.keys.0: "),
        (
            "media: {links: {address: voice.example.com}}\n",
            "media.links.address: 'voice.example.com' is no address of a web server",
        ),
        ("media: {links: {days: 0}}\n", "media.links.days: 0"),
    ],
)
def test_a_mistake_in_links_has_its_line(line: str, said: str) -> None:
    (found,) = written(*problems(TENANT, "switches: {fs1: {password: secret}}\n" + line))
    assert found.startswith(f"callcontrol.yaml:2: {said}"), found


def test_the_address_of_links_ends_without_a_slash() -> None:
    main = 'switches: {fs1: {password: secret}}\nmedia: {links: {address: "https://voice.example.com/"}}\n'
    assert loaded(main=main).media.links.address == "https://voice.example.com"
