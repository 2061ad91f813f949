"""What is set by hand, as metrics: so that hours which were closed by hand and forgotten are seen."""

from __future__ import annotations

from callcontrol.config.settings import Tenant
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.host_meters import HostMeters
from callcontrol.edges import clock, meters
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.schedule import Override

LOOK_S = 15.0
# A worker that has not looked for so long reads it no more, and another one of its host does (seconds).
KEPT_S = 45
_BLOCKS = tuple((kind.word, kind.block) for kind in KINDS if kind.set_by_hand and kind.block is not None)


class OverrideMeters(HostMeters):
    """Reads what is set by hand every LOOK_S, if no other worker of this host does."""

    def __init__(self, pipeline: RedisPipeline, current: Current, worker: str) -> None:
        what = "what is set by hand"
        super().__init__(pipeline, worker, name="override-meters", what=what, every_s=LOOK_S, kept_s=KEPT_S)
        self._store = OverrideStore(pipeline)
        self._current = current
        self._shown: set[str] = set()  # tenants of which something is shown

    def _look(self) -> None:
        tenants = self._current.configuration.settings.tenants
        entries = {name: _entries(tenant) for name, tenant in tenants.items()}
        for name in self._shown | {name for name, found in entries.items() if found}:
            known = entries.get(name, frozenset())
            overrides = self._store.read(name) if known else {}
            _show(name, {of: override for of, override in overrides.items() if of in known})
            self._shown.add(name)


def _entries(tenant: Tenant) -> frozenset[str]:
    """What of a tenant can be set by hand: what was set over anything that the files have no more is not shown."""
    return frozenset(f"{word}:{name}" for word, block in _BLOCKS for name in block.of(tenant))


def _show(tenant: str, overrides: Overrides) -> None:
    for word, _ in _BLOCKS:
        found = [of for of in overrides if of.startswith(f"{word}:")]
        meters.overrides.labels(tenant, word).set(len(found))
    hours = (one for one in overrides.values() if isinstance(one, Override))
    since = min((one.at for one in hours if one.until is None), default=None)
    meters.hours_without_end_seconds.labels(tenant).set(0 if since is None else (clock.now() - since) / SECOND_US)
