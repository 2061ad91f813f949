"""The dialplan of the simulated switch: contexts, extensions, actions. The standard one equals `freeswitch-xml/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Action = tuple[str, str]
RINGBACK = "%(1000,4000,425)"
DEAD_MAN_S = 15


@dataclass(frozen=True, slots=True)
class Extension:
    """Actions for the destination numbers `pattern` matches from the beginning to the end."""

    pattern: str
    actions: tuple[Action, ...]


@dataclass(slots=True)
class Dialplan:
    """Contexts with their extensions, first match wins."""

    contexts: dict[str, list[Extension]] = field(default_factory=dict)

    def route(self, context: str, destination: str) -> tuple[Action, ...] | None:
        """The actions for this destination; None when nothing matches."""
        for extension in self.contexts.get(context, ()):
            if re.fullmatch(extension.pattern, destination, re.DOTALL):
                return extension.actions
        return None

    def add(self, context: str, pattern: str, actions: Iterable[Action]) -> None:
        """Put an extension behind those the context has."""
        self.contexts.setdefault(context, []).append(Extension(pattern, tuple(actions)))


def standard(sockets: str, last_resort: Sequence[Action] = (("respond", "503"),)) -> Dialplan:
    """What `freeswitch-xml/` does: `public` for trunks, `internal` for phones, a dead-man's transfer before `socket`.

    `sockets` is `host:port` or `host:port|host:port`; `last_resort` follows when no daemon can be reached or the
    daemon dies.
    """
    plan = Dialplan()
    for context in ("public", "internal"):
        plan.add(context, "fallback", last_resort)
        plan.add(context, ".*", (*_guarded(context), ("socket", f"{sockets} async full"), *last_resort))
    plan.add("default", "fallback", last_resort)
    return plan


def _guarded(context: str) -> tuple[Action, ...]:
    return (
        ("set", "continue_on_fail=true"),
        ("set", "hangup_after_bridge=true"),
        ("set", "sip_copy_custom_headers=false"),
        ("set", "ignore_early_media=true"),
        ("set", "sip_ignore_remote_cause=true"),
        ("set", f"ringback={RINGBACK}"),
        ("sched_transfer", f"+{DEAD_MAN_S} fallback XML {context}"),
    )


def bare(sockets: str, *after: Action) -> Dialplan:
    """Nothing but `socket`, and what follows it: the dialplan the captures were made with."""
    plan = Dialplan()
    for context in ("public", "internal", "default"):
        plan.add(context, ".*", (("socket", f"{sockets} async full"), *after))
    return plan
