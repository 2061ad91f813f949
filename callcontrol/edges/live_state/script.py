"""One Lua script and how it is called: by its digest, whole where Redis does not know it (any more)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final

from callcontrol.edges.live_state.failures import LiveStateError, ScriptUnknown
from callcontrol.edges.live_state.pipeline import OnReply, RedisPipeline


class Script:
    """A script of one tenant's keys.

    Args:
        source: its text.
    """

    def __init__(self, source: str) -> None:
        self.source: Final = source
        self.sha: Final = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    def submit(
        self,
        pipeline: RedisPipeline,
        keys: Sequence[str],
        arguments: Sequence[Any],
        on_reply: OnReply,
        last: Callable[[], bytes] | None = None,
    ) -> None:
        """Carry it out with the next round trip; `last` makes one more argument then."""
        rest = (len(keys), *keys, *arguments)

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if isinstance(trouble, ScriptUnknown):
                pipeline.submit("EVAL", self.source, *rest, on_reply=on_reply, last=last)
            else:
                on_reply(reply, trouble)

        pipeline.submit("EVALSHA", self.sha, *rest, on_reply=answered, last=last)

    def ask(self, pipeline: RedisPipeline, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Carry it out and wait for its reply.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        rest = (len(keys), *keys, *arguments)
        try:
            return pipeline.ask("EVALSHA", self.sha, *rest)
        except ScriptUnknown:
            return pipeline.ask("EVAL", self.source, *rest)


def script_of(folder: str, *names: str) -> Script:
    """The script of these files of a folder beside this one, put together."""
    place = files("callcontrol.edges.live_state").joinpath(folder)
    return Script("\n".join(place.joinpath(f"{name}.lua").read_text(encoding="utf-8") for name in names))
