"""What is promised of trunks with few channels: no more calls than channels, and nothing counted that is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.trunks import LEASE_S
from callcontrol.routing.plan import TrunkNumber
from tests.simulation.switch_twin import SwitchTwin
from tests.simulation.trunk_twin import TrunkTwin

# A leg that is over is counted no longer than its lease and this (seconds), as where its worker did not hear the end.
LATE_S = 60.0


class TrunkPromises:
    """Looks from time to time.

    Args:
        limits: channels of each trunk.
    """

    def __init__(self, switches: list[SwitchTwin], twin: TrunkTwin, limits: Mapping[str, int]) -> None:
        self._switches = switches
        self._twin = twin
        self._limits = limits
        self._before: Counter[str] = Counter()
        self._over_since_s: dict[tuple[str, str], float] = {}
        self.most: Counter[str] = Counter()

    def broken(self, now_s: float, *, is_steady: bool) -> str:
        """What is broken; "": nothing.

        Args:
            is_steady: workers and Redis are there for so long that each leg is counted. What was begun while Redis was
                away may be more than a trunk has; then there are no more until it is less.
        """
        lives = self._living()
        now = Counter(lives.values())
        grown = [name for name, most in self._limits.items() if now[name] > max(most, self._before[name])]
        self._before = now
        for name in now:
            self.most[name] = max(self.most[name], now[name])
        if not is_steady:
            self._over_since_s.clear()
            return ""
        if grown:
            return f"trunk {grown[0]} has {now[grown[0]]} calls and {self._limits[grown[0]]} channels"
        return self._stale(lives, now_s)

    def _stale(self, lives: Mapping[str, str], now_s: float) -> str:
        found = [(name, leg) for name in self._limits for leg in self._twin.counted(keys.trunk_legs(name))]
        gone = [one for one in found if one[1] not in lives]
        self._over_since_s = {one: self._over_since_s.get(one, now_s) for one in gone}
        late = (one for one, since_s in self._over_since_s.items() if now_s - since_s > LEASE_S + LATE_S)
        name, leg = next(late, ("", ""))
        return f"trunk {name} counts leg {leg}, which is over" if leg else ""

    def _living(self) -> dict[str, str]:
        """The trunk of each leg that a switch has."""
        return {
            channel.id: channel.plan.endpoint.trunk
            for switch in self._switches
            for channel in switch.channels.values()
            if channel.lives and channel.plan is not None and isinstance(channel.plan.endpoint, TrunkNumber)
        }
