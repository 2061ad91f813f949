"""The Lua script of queues: its files put together, and one call of it over the pipe.

One script holds every operation, for they share most of their code; which one is asked for is its first argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final

import orjson

from callcontrol.config.queue_settings import Strategy
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError, ScriptUnknown
from callcontrol.edges.live_state.pipe import Pipe
from callcontrol.routing.distribution.occasion import Occasion

_PARTS: Final = (
    "context",
    "layout",
    "chance",
    *(f"strategies/{strategy}" for strategy in Strategy),
    "figures",
    "agents",
    "tickets",
    "offers",
    "serving",
    "joining",
    "offering",
    "agent_actions",
    "callbacks",
    "due",
    "administration",
    "views",
    "dispatch",
)


def _source() -> str:
    folder = files("callcontrol.edges.live_state").joinpath("queue_scripts")
    return "\n".join(folder.joinpath(f"{part}.lua").read_text(encoding="utf-8") for part in _PARTS)


SOURCE: Final = _source()
SHA: Final = hashlib.sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()


def submit(
    pipe: Pipe,
    tenant: str,
    operation: str,
    given: Mapping[str, Any],
    occasion: Occasion,
    on_reply: Callable[[Any, LiveStateError | None], None],
) -> None:
    """Carry out one operation with the next round trip; the script is sent whole where Redis does not know it yet."""
    periods = occasion.periods
    head = (operation, occasion.now, occasion.worker, occasion.seed, periods["day"], periods["week"], periods["month"])
    arguments = (1, keys.queues(tenant), *head, orjson.dumps(given))

    def answered(reply: Any, trouble: LiveStateError | None) -> None:
        if isinstance(trouble, ScriptUnknown):
            pipe.submit("EVAL", SOURCE, *arguments, on_reply=on_reply)
        else:
            on_reply(reply, trouble)

    pipe.submit("EVALSHA", SHA, *arguments, on_reply=answered)
