"""Keys that mean something to us while two parties talk: one table. The README shows it, `check` compares them.

Everything else that is pressed during a conversation is for the other party.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from callcontrol.config.settings import Tenant


@dataclass(frozen=True, slots=True)
class TalkKey:
    """One of them.

    Attributes:
        place: where a tenant's file says which keys they are; what stands there is a text, or None for none.
        default: the keys, if nothing is said; for the README.
        who: at whose phones they count.
        does: what they do.
    """

    place: tuple[str, ...]
    default: str
    who: str
    does: str

    @property
    def setting(self) -> str:
        """As it is written in a text: `recording.pause_key`."""
        return ".".join(self.place)

    def keys(self, tenant: Tenant) -> str:
        """The keys that the tenant has for it, "" for none."""
        value: Any = tenant
        for name in self.place:
            value = getattr(value, name)
        return value or ""


TALK_KEYS: Final[tuple[TalkKey, ...]] = (
    TalkKey(
        ("recording", "start_key"),
        "*3",
        "phones of ours, `on_demand_by`, where a rule says `record: on_demand`",
        "start the recording, stop it",
    ),
    TalkKey(
        ("recording", "pause_key"), "*4", "phones of ours, while it is recorded", "pause the recording, go on with it"
    ),
)


def clashing(tenant: Tenant) -> Iterator[tuple[TalkKey, TalkKey]]:
    """Those that cannot be told apart: one is the beginning of the other."""
    used = [(key.keys(tenant), key) for key in TALK_KEYS if key.keys(tenant)]
    for at, (one, key) in enumerate(used):
        for other, second in used[at + 1 :]:
            if one.startswith(other) or other.startswith(one):
                yield key, second
