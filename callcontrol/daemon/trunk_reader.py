"""How trunks do over all workers, as metrics: read on a clock by one worker of each host."""

from __future__ import annotations

from callcontrol.daemon.configuration import Current
from callcontrol.daemon.host_meters import HostMeters
from callcontrol.edges import trunk_meters
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.trunks import TrunkStore

LOOK_S = 15.0
# A worker that has not looked for so long reads it no more, and another one of its host does (seconds).
KEPT_S = 45


class TrunkReader(HostMeters):
    """Reads channels in use and what has come of calls every LOOK_S, if no other worker of this host does."""

    def __init__(self, pipeline: RedisPipeline, current: Current, worker: str) -> None:
        super().__init__(pipeline, worker, name="trunk-meters", what="how trunks do", every_s=LOOK_S, kept_s=KEPT_S)
        self._store = TrunkStore(pipeline)
        self._current = current

    def _look(self) -> None:
        for name, trunk in self._current.configuration.settings.trunks.items():
            asr = self._store.quality(name).asr
            trunk_meters.trunk_channels.labels(name).set(len(self._store.channels(name)))
            trunk_meters.trunk_channels_limit.labels(name).set(trunk.channels or 0)
            trunk_meters.trunk_answer_ratio.labels(name).set(1 if asr is None else asr)
