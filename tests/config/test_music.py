"""What waiting callers are played, and which folders the switch must have as streams."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from callcontrol.config.freeswitch_xml import render
from callcontrol.config.music import folders, music_of
from callcontrol.config.queue_settings import Queue
from callcontrol.config.settings import Settings
from callcontrol.simulator.sounds import FOREVER, stream_s
from tests.config.folder import TENANT, loaded

PLAYED = {
    "music/calm.wav": "music/calm.wav",
    "/srv/music/calm.wav": "/srv/music/calm.wav",
    "music/calm/": "local_stream://acme/help",
    "/srv/music/": "local_stream://acme/help",
    "local_stream://moh": "local_stream://moh",
    "tone_stream://%(400,3600,440)": "tone_stream://%(400,3600,440);loops=-1",
    "tone_stream://%(400,3600,440);loops=3": "tone_stream://%(400,3600,440);loops=3",
    "silence_stream://-1": "silence_stream://-1",
}


def settings_with(*music: str) -> Settings:
    queues = "".join(f"  q{n}: {{agents: [{{agent: anna}}], music: {file}}}\n" for n, file in enumerate(music))
    return loaded(f"{TENANT}agents: {{anna: {{extension: 101}}}}\nqueues:\n{queues}")


@pytest.mark.parametrize("music", PLAYED)
def test_what_playback_is_given(music: str) -> None:
    queue = settings_with(f"'{music}'").tenants["acme"].queues["q0"]
    assert music_of("acme", "help", queue) == PLAYED[music]


def test_the_default_never_ends() -> None:
    music = str(Queue.model_fields["music"].default)
    assert music_of("acme", "help", settings_with(f"'{music}'").tenants["acme"].queues["q0"]) == music
    assert stream_s(music, 0.0) == FOREVER


def test_no_two_queues_have_a_stream_of_one_name() -> None:
    queue = settings_with("music/").tenants["acme"].queues["q0"]
    assert music_of("a-b", "c", queue) != music_of("a", "b-c", queue)


def test_folders_become_streams_and_nothing_else_does() -> None:
    settings = settings_with("music/calm/", "music/calm.wav", "/srv/music/loud/", "local_stream://moh")
    assert [*folders(settings)] == [
        ("acme/q0", "$${sound_prefix}/music/calm"),
        ("acme/q2", "/srv/music/loud"),
    ]


def test_streams_as_the_switch_reads_them() -> None:
    tree = ElementTree.fromstring(render(settings_with("music/calm/"), "fs1")["music/callcontrol.xml"])
    (directory,) = tree.iter("directory")
    assert directory.attrib == {"name": "acme/q0", "path": "$${sound_prefix}/music/calm"}
    assert {param.attrib["name"]: param.attrib["value"] for param in directory.iter("param")} == {
        "rate": "8000",
        "channels": "1",
        "interval": "20",
        "timer-name": "soft",
        "shuffle": "true",
    }
