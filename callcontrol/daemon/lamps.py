"""Lamps of phones (message waiting, RFC 3842): each shows what is in the voicemail boxes of its extension.

One worker of all keeps them. Once a second it compares what the live state says with what it has told each switch,
and tells what differs: so a lamp is right soon after any change, by a call or by a command, after a restart of a switch
(which knows nothing then), of a phone (which registers), and of the worker that kept them (another one tells all anew).
A switch that asks (MESSAGE_QUERY: a phone has registered or subscribed) is answered at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import gevent

from callcontrol.config.settings import Switch, Tenant
from callcontrol.daemon.configuration import Current
from callcontrol.edges import box_meters, clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.commands import MessageWaiting
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.post import Post
from callcontrol.kinds.targets.voicemail.settings import BLOCK, people_of
from callcontrol.vocabulary.mailbox import Counts

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
# A worker that has not looked for so long keeps the lamps no more, and another one does (seconds).
KEPT_S: Final = 5
# A switch is told of so many lamps at each look: its presence queue is flushed whole when it is overloaded
# (sofia_presence.c), as it would be by all lamps at once after a restart.
LAMPS_PER_LOOK: Final = 200

Account = tuple[str, str]  # user, domain
NOTHING: Final = Counts()


class Lamps:
    """Keeps the lamps, if no other worker does.

    Args:
        link_of: the connection to a switch, None if there is none of this name.
    """

    def __init__(
        self, boxes: BoxStore, post: Post, current: Current, link_of: Callable[[str], SwitchLink | None]
    ) -> None:
        self._boxes, self._post, self._current, self._link_of = boxes, post, current, link_of
        self._is_ours = False
        self._shown: dict[Account, Counts] = {}  # what each lamp has to show
        self._told: dict[str, dict[Account, Counts]] = {}  # by switch; what it does not know is not there
        self._since: dict[str, float] = {}  # since when each connection stands over which that was told

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            with contained("loop", "the lamps could not be looked after"):
                self.look_if_ours()
            gevent.sleep(clock.until_tick(LOOK_S))

    def look_if_ours(self) -> bool:
        """Compare and tell, unless another worker does; returns whether it was this one's to do."""
        try:
            self._is_ours = self._post.is_ours()
            if not self._is_ours:
                self._told.clear()
                return False
            self._shown = self._wanted()
        except LiveStateError as error:
            log.info("lamps stay as they are: %s", error)
            return self._is_ours
        for name, switch in self._current.configuration.settings.switches.items():
            self._tell(name, switch)
        return True

    def asked(self, name: str, account: str) -> None:
        """A switch asks for a lamp (`sip:101@acme.example`)."""
        switch = self._current.configuration.settings.switches.get(name)
        user, _, domain = account.rpartition(":")[2].partition("@")
        if self._is_ours and switch is not None and (user, domain) in self._shown:
            self._say(name, switch, (user, domain))

    def phone_changed(self, user: str, domain: str) -> None:
        """A phone has registered, or is gone. One that was restarted shows no lamp until it is told to."""
        if self._shown.get((user, domain), NOTHING).new:
            for told in self._told.values():
                told.pop((user, domain), None)

    def _wanted(self) -> dict[Account, Counts]:
        """What each lamp has to show. One that belongs to no box any more goes out."""
        wanted = dict.fromkeys(self._shown, NOTHING)
        for name, tenant in self._current.configuration.settings.tenants.items():
            if BLOCK.of(tenant):
                counts = self._boxes.counts(name)
                _show_fullness(name, tenant, counts)
                wanted.update(_lamps(tenant, counts))
        return wanted

    def _tell(self, name: str, switch: Switch) -> None:
        """What a switch does not know yet, as much as it may be told at once."""
        link = self._link_of(name)
        if link is None or not link.is_up:
            return
        if self._since.get(name) != link.up_since:  # it may have been restarted, or its phones have been told nothing
            self._since[name], self._told[name] = link.up_since, {}
        told = self._told.setdefault(name, {})
        differing = [account for account, counts in self._shown.items() if told.get(account) != counts]
        for account in differing[:LAMPS_PER_LOOK]:
            if not self._say(name, switch, account):
                return
        if len(differing) > LAMPS_PER_LOOK:
            meters.limits_reached_total.labels("LAMPS_PER_LOOK").inc()
            log.info("switch %s was sent %d lamps, more follow", name, LAMPS_PER_LOOK)

    def _say(self, name: str, switch: Switch, account: Account) -> bool:
        link, counts = self._link_of(name), self._shown[account]
        try:
            if link is None:
                return False
            link.tell(MessageWaiting(*account, switch.profile, counts.new, counts.kept))
        except EventSocketError as error:
            log.info("switch %s is sent lamps later: %s", name, error)
            return False
        self._told.setdefault(name, {})[account] = counts
        box_meters.lamps_told_total.labels(name).inc()
        return True


def _lamps(tenant: Tenant, counts: Mapping[str, Counts]) -> Iterator[tuple[Account, Counts]]:
    """The lamps of a tenant: an extension's shows the sum of its boxes, at each of its accounts."""
    shown: dict[str, Counts] = {}
    for box in BLOCK.of(tenant):
        new, kept = counts.get(box, NOTHING)
        for extension in people_of(tenant, box):
            before = shown.get(extension, NOTHING)
            shown[extension] = Counts(before.new + new, before.kept + kept)
    for extension, found in shown.items():
        if extension in tenant.extensions:
            for user in tenant.extensions[extension].accounts(extension):
                yield (user, tenant.domain), found


def _show_fullness(name: str, tenant: Tenant, counts: Mapping[str, Counts]) -> None:
    full = sum(sum(counts.get(box, NOTHING)) >= settings.messages for box, settings in BLOCK.of(tenant).items())
    box_meters.boxes_full.labels(name).set(full)
