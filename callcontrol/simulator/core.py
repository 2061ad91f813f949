"""The heart of the simulated switch: its clock, its channels, its events. It knows nothing of sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from callcontrol.simulator.events import Bus, Event, Head, new_head
from callcontrol.simulator.ids import Ids
from callcontrol.simulator.profile import CallerProfile
from callcontrol.simulator.timeline import Timeline

_DEPARTED_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Manners:
    """How closely the switch keeps to a real one's slowness. Seconds of the switch's clock.

    The default is what was measured on a real switch; `Manners.quick()` is for load tests.
    """

    tick_s: float = 0.020  # the step in which sessions and idle event sockets look around
    show_lag_s: float = 0.300  # how far `show channels` is behind
    uuid_bridge_s: float = 0.060  # from the reply to CHANNEL_BRIDGE
    heartbeat_s: float = 20.0
    first_packet_s: float = 25.0  # how long an outbound socket may keep silent

    @staticmethod
    def quick() -> Manners:
        """No steps and no lag: everything happens at once."""
        return Manners(tick_s=0.0, show_lag_s=0.0, uuid_bridge_s=0.0)


class Listed(Protocol):
    """What the table of channels knows of one."""

    uuid: str
    profile: CallerProfile

    @property
    def down(self) -> bool:
        """Whether it has been hung up."""
        ...


C = TypeVar("C", bound=Listed)


class Core(Generic[C]):
    """One running switch. A restart makes a new one with a new Core-UUID."""

    def __init__(
        self,
        timeline: Timeline,
        ids: Ids,
        hostname: str = "vm",
        manners: Manners | None = None,
        cdrs: Path | None = None,
    ) -> None:
        self.cdrs = cdrs  # where a record of each leg is written (cdr.py); None: nowhere
        self.timeline = timeline
        self.ids = ids
        self.manners = manners or Manners()
        self.bus = Bus()
        self.head: Head = new_head(hostname, ids, timeline)
        self.channels: dict[str, C] = {}
        self.globals: dict[str, str] = {"hostname": hostname, "local_ip_v4": "192.0.2.2", "domain": "lab"}
        self.globals["core_uuid"] = self.head.core_uuid
        self.started_us = timeline.now_us()
        self.sessions_since_start = 0
        self.sessions_peak = 0
        self._departed: deque[tuple[int, C]] = deque(maxlen=_DEPARTED_KEPT)

    def admit(self, channel: C) -> None:
        """A new channel is in the table."""
        self.channels[channel.uuid] = channel
        self.sessions_peak = max(self.sessions_peak, len(self.channels))

    def live(self, uuid: str) -> C | None:
        """A channel that is not down: none other is found by its uuid (switch_core_session_locate)."""
        channel = self.channels.get(uuid)
        return None if channel is None or channel.down else channel

    def next_session_id(self) -> int:
        """Sessions are numbered from 1 since the start."""
        self.sessions_since_start += 1
        return self.sessions_since_start

    def dismiss(self, channel: C) -> None:
        """The channel is destroyed: it is gone from the table at once and from `show channels` a little later."""
        if self.channels.get(channel.uuid) is channel:
            del self.channels[channel.uuid]
            if self.manners.show_lag_s:
                self._departed.append((self.timeline.now_us(), channel))

    def shown_channels(self) -> Iterator[C]:
        """The channels as `show channels` sees them: late."""
        lag_us = int(self.manners.show_lag_s * 1_000_000)
        horizon = self.timeline.now_us() - lag_us
        for left_us, channel in self._departed:
            if left_us > horizon:
                yield channel
        for channel in self.channels.values():
            if channel.profile.times.created <= horizon:
                yield channel

    def fire(
        self,
        name: str,
        headers: dict[str, str],
        body: str | None = None,
        subclass: str = "",
        calling: tuple[str, str, str] | None = None,
    ) -> None:
        """An event that is about no channel, or about one only by its headers (BACKGROUND_JOB)."""
        about = headers.get("Job-Owner-UUID") or headers.get("Unique-ID", "")
        takers = self.bus.takers(name, about, subclass)
        if not takers:
            return
        head = self.head.headers(name, calling)
        if subclass:
            head = {"Event-Subclass": subclass, **head}
        event = Event(name, head | headers, body, subclass)
        for taker in takers:
            taker.offer(event)
