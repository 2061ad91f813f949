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
        needs: the place of the setting without which they are no keys of ours; empty: none.
    """

    place: tuple[str, ...]
    default: str
    who: str
    does: str
    needs: tuple[str, ...] = ()

    @property
    def setting(self) -> str:
        """As it is written in a text: `recording.pause_key`."""
        return ".".join(self.place)

    def keys(self, tenant: Tenant) -> str:
        """The keys that the tenant has for it, "" for none."""
        if self.needs and not _at(self.needs, tenant):
            return ""
        return _at(self.place, tenant) or ""


def _at(place: tuple[str, ...], tenant: Tenant) -> Any:
    value: Any = tenant
    for name in place:
        value = getattr(value, name)
    return value


def _transfer(code: str, keys: str, who: str, does: str) -> TalkKey:
    return TalkKey(("transfers", "keys", code), keys, who, does, ("transfers", "keys", "on"))


_TALKING: Final = "phones of ours, `allowed`, where `transfers.keys` has `on: yes`"
_ASKING: Final = "the same, while a colleague is asked"


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
    _transfer("blind", "*1", _TALKING, "hold the other party; a number and `#` follow, and send it there"),
    _transfer(
        "attended",
        "*2",
        _TALKING,
        "hold the other party; a number and `#` follow, to ask a colleague; again: connect both",
    ),
    _transfer("swap", "*5", _ASKING, "talk with the other of the two"),
    _transfer("together", "*6", _ASKING, "talk with both"),
    _transfer("back", "*0", f"{_ASKING}, rings or is being dialled", "let the colleague go, have the party back"),
)


def clashing(tenant: Tenant) -> Iterator[tuple[TalkKey, TalkKey]]:
    """Those that cannot be told apart: one is the beginning of the other."""
    used = [(key.keys(tenant), key) for key in TALK_KEYS if key.keys(tenant)]
    for at, (one, key) in enumerate(used):
        for other, second in used[at + 1 :]:
            if one.startswith(other) or other.startswith(one):
                yield key, second
