"""The simulator as a World."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gevent

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.simulator.callers import Call
from callcontrol.simulator.client import ControlError, SimulatorClient
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.phones import Behaviour, Phone, Trunk
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall, Story

NEVER_ANSWERS = Behaviour("never_answers")
KNOWN_S = 30.0
LOOK_S = 0.1  # the daemon's page of metrics, which tells, is long


class SimulatedWorld:
    """Plays on a simulated switch in another process.

    Args:
        registrations: how many phones the daemon knows to be registered; a story begins when it knows all of them.
    """

    def __init__(self, switch: SimulatorClient, settings: Settings, registrations: Callable[[], int]) -> None:
        self._switch = switch
        self._known = registrations
        self._settings = settings
        tenant = settings.tenants[TENANT]
        self._domain = tenant.domain
        self._domains = {tenant.domain for tenant in settings.tenants.values()}
        self._accounts = [a for name, e in tenant.extensions.items() for a in e.accounts(name)]
        self._registered: set[str] = set()

    def arrange(self, story: Story) -> None:
        """Every account of the tenant is a phone; those the story says nothing of ring and are never answered."""
        with self._switch.together() as switch:
            for address in self._registered:
                switch.unregister(address)
            self._registered.clear()
            switch.reset()
            for name in self._settings.trunks:
                switch.trunk(_trunk(name, story.trunks.get(name, {})))
            for account in self._accounts:
                behaviours = _behaviours(story.phones.get(account)) or (NEVER_ANSWERS,)
                self._put(switch, f"{account}@{self._domain}", behaviours, is_online=account not in story.offline)
            for who, words in story.phones.items():
                if who not in self._accounts:
                    self._elsewhere(switch, who, _behaviours(words), is_online=who not in story.offline)
        self._wait_until_known()

    def _put(
        self, switch: SimulatorClient, address: str, behaviours: tuple[Behaviour, ...], *, is_online: bool
    ) -> None:
        switch.phone(Phone(address, behaviours, registered=False))
        if is_online:
            switch.register(address)
            self._registered.add(address)

    def _elsewhere(
        self, switch: SimulatorClient, who: str, behaviours: tuple[Behaviour, ...], *, is_online: bool
    ) -> None:
        """A number, a SIP address, or (registered) an account of another tenant."""
        if who.partition("@")[2] in self._domains:
            self._put(switch, who, behaviours, is_online=is_online)
        else:
            switch.phone(Phone(who.removeprefix("+"), behaviours, registered=True))

    def _wait_until_known(self) -> None:
        due = clock.monotonic() + KNOWN_S
        while self._known() != len(self._registered):
            if clock.monotonic() > due:
                raise TimeoutError(f"the daemon knows {self._known()} phones, {len(self._registered)} are registered")
            gevent.sleep(LOOK_S)

    def place(self, call: PlacedCall) -> str:
        """Place a call at the simulated switch."""
        user, _, domain = call.extension.partition("@")
        return self._switch.place(
            Call(
                to=call.to,
                number=user or call.number,
                name=call.name or "Jan Kowalski",
                user=user,
                domain=domain,
                privacy="id" if call.anonymous else "",
                cancel_after_s=call.hangup_after_s,
                hangup_after_s=call.hangup_after_s,
                digits=call.presses,
                info=call.informs,
                refers=call.refers,
                consults=call.consults,
                holds=call.holds,
                headers=dict(call.headers),
            )
        )

    def register(self, account: str, *, online: bool) -> None:
        """The simulated phone registers or unregisters."""
        address = f"{account}@{self._domain}"
        if online:
            self._switch.register(address)
            self._registered.add(address)
        else:
            self._switch.unregister(address)
            self._registered.discard(address)

    def wait_until_over(self, placed: Sequence[str], timeout_s: float) -> None:
        """Wait for the callers' ends."""
        for call_id in placed:
            try:
                self._switch.wait_for_end(call_id, timeout_s)
            except ControlError as error:
                raise TimeoutError(str(error)) from error

    def heard(self) -> Sequence[Heard]:
        """What was heard since `arrange`."""
        return [_heard(entry) for entry in self._switch.heard()]


def _behaviours(words: Any) -> tuple[Behaviour, ...]:
    if words is None:
        return ()
    each = words if isinstance(words, list) else [words]
    return tuple(Behaviour.read(one) for one in each)


def _trunk(name: str, words: Mapping[str, Any]) -> Trunk:
    every = (Behaviour.read(words["every"]),) if "every" in words else ()
    return Trunk(name, up=words.get("up", True), rejects=words.get("rejects", 0), every=every)


def _heard(entry: Mapping[str, Any]) -> Heard:
    detail = {k: str(v) for k, v in entry.items() if k not in ("at_us", "who", "what")}
    return Heard(int(entry["at_us"]), str(entry["who"]), str(entry["what"]), detail)
