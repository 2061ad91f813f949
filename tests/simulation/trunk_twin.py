"""The scripts of trunks' channels (`trunk_scripts/*.lua`) in memory. No emergency comes in a run: no leg gives way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callcontrol.edges.live_state.script import Script, script_of

SCRIPTS: Mapping[str, Script] = {
    "claim": script_of("trunk_scripts", "pairs", "give_way", "claim"),
    "renew": script_of("trunk_scripts", "renew"),
    "release": script_of("trunk_scripts", "release"),
}


@dataclass
class Counted:
    """The data of one trunk's keys.

    Attributes:
        legs: the end of each leg's lease (ms).
        starts: the begins of the latest calls (ms).
    """

    legs: dict[str, float] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)


class TrunkTwin:
    """The channels of all trunks.

    Args:
        now_ms: the clock of Redis.

    Attributes:
        trunks: by the key of its legs.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.trunks: dict[str, Counted] = {}

    def carry_out(self, name: str, names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
        """One script."""
        counted = self.trunks.setdefault(names[0], Counted())
        return getattr(self, f"_{name}")(counted, *words)

    def counted(self, key: str) -> dict[str, float]:
        """The legs that have a channel now, and until when (ms)."""
        now = self._now_ms()
        return {leg: until for leg, until in self.trunks.get(key, Counted()).legs.items() if until > now}

    def _claim(
        self, trunk: Counted, leg: str, kept: bytes, lease: int, most: int, rate: int, *rest: Any
    ) -> list[bytes]:
        now = self._now_ms()
        trunk.legs = {one: until for one, until in trunk.legs.items() if until > now}
        if leg not in trunk.legs:
            if most and len(trunk.legs) >= most:
                return [b"channels"]
            if rate and len(trunk.starts) >= rate and trunk.starts[0] > now - 1000:
                return [b"rate"]
            trunk.starts = [*trunk.starts, now][-rate:] if rate else []
        trunk.legs[leg] = now + lease
        return [b"ok", b"", b""]

    def _renew(self, trunk: Counted, lease: int, *pairs: Any) -> int:
        trunk.legs |= dict.fromkeys(pairs[::2], self._now_ms() + lease)
        return len(trunk.legs)

    def _release(self, trunk: Counted, leg: str, *rest: Any) -> int:
        trunk.legs.pop(leg, None)
        return 1
