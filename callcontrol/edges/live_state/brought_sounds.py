"""Kept sound files that are wanted at a switch: a worker asks, the media job of a host that sees the switch's folder
brings them and says so. What is not taken or looked at in time expires: the caller has gone on by then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

import orjson

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import SECOND_US, Instant

# How long a caller waits for it (seconds); what is asked and answered is kept so long.
PATIENCE_S: Final = 8.0
EXPIRES_S: Final = 30

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SoundWanted:
    """A kept file that a call wants at its switch; since when."""

    switch: str
    tenant: str
    media_id: str
    since: Instant

    @property
    def is_over(self) -> bool:
        """Whether the caller does not wait for it any more."""
        return clock.now() - self.since > PATIENCE_S * SECOND_US


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of it.

    Attributes:
        path: the switch's own path of the file; "": it could not be brought, because of this trouble.
    """

    path: str
    trouble: str = ""


class BroughtSounds:
    """Asked by workers, answered by the media job. Every method waits for Redis and raises LiveStateError where it is
    away, busy or refuses.
    """

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    # --- a worker's

    def ask(self, switch: str, tenant: str, media_id: str) -> None:
        """Want a file; an answer to an earlier wish does not count."""
        self._ask("DEL", keys.sound_brought(switch, tenant, media_id))
        self._want(SoundWanted(switch, tenant, media_id, clock.now()))

    def answer(self, switch: str, tenant: str, media_id: str) -> Brought | None:
        """What became of it; None: nothing yet."""
        text = self._ask("GET", keys.sound_brought(switch, tenant, media_id))
        return None if text is None else Brought(*orjson.loads(text))

    # --- the media job's

    def take(self, switch: str) -> SoundWanted | None:
        """A file that is wanted there, for this process alone; None: there is none. What is not wanted any more, or
        cannot be read, is passed over.
        """
        while (text := self._ask("LPOP", keys.sounds_wanted(switch))) is not None:
            wanted = _read(switch, text)
            if wanted is not None and not wanted.is_over:
                return wanted
        return None

    def put_back(self, wanted: SoundWanted) -> None:
        """It cannot be brought yet."""
        self._want(wanted)

    def tell(self, wanted: SoundWanted, brought: Brought) -> None:
        """What became of it."""
        key = keys.sound_brought(wanted.switch, wanted.tenant, wanted.media_id)
        self._ask("SET", key, orjson.dumps([brought.path, brought.trouble]), "EX", EXPIRES_S)

    def _want(self, wanted: SoundWanted) -> None:
        key = keys.sounds_wanted(wanted.switch)
        self._ask("RPUSH", key, orjson.dumps([wanted.tenant, wanted.media_id, wanted.since]))
        self._ask("EXPIRE", key, EXPIRES_S)

    def _ask(self, *command: Any) -> Any:
        return self._pipeline.ask(*command)


def _read(switch: str, text: bytes) -> SoundWanted | None:
    try:
        tenant, media_id, since = orjson.loads(text)
        return SoundWanted(switch, str(tenant), str(media_id), Instant(int(since)))
    except (ValueError, TypeError) as error:
        log.error("what is wanted at switch %s cannot be read: %s", switch, error)
        return None
