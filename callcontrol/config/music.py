"""What waiting callers hear: a queue's `music` as the switch's `playback` is given it.

A folder is played by FreeSWITCH's mod_local_stream: one stream for each queue, which all its callers join where it is
(mod_local_stream.c). Streams are named `TENANT/QUEUE`: no name holds a slash, so no two are alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.queue_settings import Queue
from callcontrol.config.settings import Settings

# Where the switch looks for what has no leading slash; mod_local_stream, unlike `playback`, does not do it by itself.
SOUNDS = "$${sound_prefix}"


def music_of(tenant_name: str, queue_name: str, queue: Queue) -> str:
    """What `playback` is given. Folders, streams and tones never end; a file does, and is to be played again then."""
    if queue.music.endswith("/"):
        return f"local_stream://{_stream(tenant_name, queue_name)}"
    return endless(queue.music)


def endless(music: str) -> str:
    """A tone is played for ever; any other music is as it is written."""
    return f"{music};loops=-1" if music.startswith("tone_stream://") and ";loops=" not in music else music


def folders(settings: Settings) -> Iterator[tuple[str, str]]:
    """The streams the switch must have: name and folder, one for each queue whose music is a folder."""
    for tenant_name, tenant in settings.tenants.items():
        for name, queue in tenant.queues.items():
            if queue.music.endswith("/"):
                folder = queue.music.rstrip("/")
                yield _stream(tenant_name, name), folder if folder.startswith("/") else f"{SOUNDS}/{folder}"


def _stream(tenant_name: str, queue_name: str) -> str:
    return f"{tenant_name}/{queue_name}"
