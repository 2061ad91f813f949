"""The lamps of phones: message waiting, and busy lamps."""

from __future__ import annotations

from callcontrol.daemon.busy_lamps import BusyLamps
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.lamps import KEPT_S, Lamps
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post


class PhoneLamps:
    """Both kinds, each kept by one worker of all."""

    def __init__(self, pipeline: RedisPipeline, worker: str, current: Current, links: SwitchLinks) -> None:
        post = Post(pipeline, "lamps", worker, KEPT_S)
        self._messages = Lamps(BoxStore(pipeline), post, current, links.link_of)
        self._busy = BusyLamps(pipeline, worker, current, links.link_of)
        links.on_asked = self._asked

    def start(self) -> None:
        """From now on."""
        self._messages.start()
        self._busy.start()

    def phone_changed(self, user: str, domain: str) -> None:
        """A phone has registered, or is gone."""
        self._messages.phone_changed(user, domain)

    def _asked(self, switch: str, event: SwitchEvent) -> None:
        """A phone's lamp is asked for, where the phone registers or subscribes."""
        if event.name == "MESSAGE_QUERY":
            self._messages.asked(switch, event.get("Message-Account"))
        else:
            self._busy.asked(switch, event)
