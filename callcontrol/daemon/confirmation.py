"""Whether a switch has the call that a connection to the call port presents: any local user can connect there.

The switch is asked over our own connection to it, which it has authenticated. No ordinary call waits for the answer;
what is stored for good on behalf of the caller does (a rule, an agent's state).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.edges.freeswitch.arrival import CALL, DOMAIN, USER, Arriving
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.replies import REFUSALS, Reply

# How the switch says that it has no channel of this uuid (mod_commands.c, uuid_getvar_function).
NO_CHANNEL = "-ERR No such channel"
# How the switch writes a variable that is not there (same place), and one that is empty (mod_event_socket.c, api_exec).
NO_VALUE = ("_undef_", "-ERR no reply")

Doubt = str
"""Why a call is not believed; "" for one that the switch knows as its connection says."""


class Confirmation:
    """The switch's answer about one call.

    Args:
        on_forged: called at once when the switch answers that it has no such call.
    """

    __slots__ = ("_doubt", "_on_forged", "_open", "_waiting")

    def __init__(self, on_forged: Callable[[Doubt], object]) -> None:
        self._doubt: Doubt | None = None
        self._open: set[str] = set()
        self._on_forged: Callable[[Doubt], object] | None = on_forged
        self._waiting: list[Callable[[Doubt], object]] = []

    def ask(self, link: SwitchLink | None, switch: str, arriving: Arriving) -> None:
        """Ask for the channel, the account it was authenticated as, and the call it belongs to. Returns at once."""
        claims = {USER: arriving.user}
        if arriving.user:
            claims[DOMAIN] = arriving.domain
        if arriving.call:
            claims[CALL] = arriving.call
        self._open = set(claims)
        channel = arriving.channel
        try:
            if link is None or channel.split() != [channel]:
                return self._settle(f"{switch!a} is no switch of ours with a call {channel!a}")
            for name, claimed in claims.items():
                link.ask(f"uuid_getvar {channel} {name}", partial(self._answered, name, claimed))
        except EventSocketError as error:
            self._settle(f"switch {switch} cannot be asked whether it has this call: {error}")

    def when_known(self, then: Callable[[Doubt], object]) -> None:
        """Call `then` with why the call is not believed ("" if it is), at once if the switch has answered."""
        if self._doubt is None:
            self._waiting.append(then)
        else:
            then(self._doubt)

    def _answered(self, name: str, claimed: str, reply: Reply) -> None:
        said = reply.text.removesuffix("\n")
        if said.startswith(NO_CHANNEL):
            return self._forged("the switch has no such call")
        if said in NO_VALUE:
            said = ""
        elif said.startswith(REFUSALS):
            return self._settle(f"the switch does not say whether it has this call: {said[:200]}")
        if said != claimed:
            return self._forged(f"the switch has {said!a} for {name}, and not {claimed!a}")
        self._open.discard(name)
        if not self._open:
            self._settle("")

    def _forged(self, doubt: Doubt) -> None:
        on_forged = self._on_forged
        self._settle(doubt)
        if on_forged is not None:
            on_forged(doubt)

    def _settle(self, doubt: Doubt) -> None:
        """The answer is known. The call is not held on to any longer: with a reference in each direction it would stay,
        with its trail, until the collector walks over all objects.
        """
        if self._doubt is not None:
            return
        self._doubt, self._on_forged = doubt, None
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then(doubt)
