"""Callers: people who call a number of ours, listen, press keys and hang up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote

from callcontrol.simulator.channel import SIGNALLING, VOICE_PATH, Channel
from callcontrol.simulator.ears import Ears
from callcontrol.simulator.hold import hangs_up, hold, unhold
from callcontrol.simulator.phones import KEY_S, UnknownWord
from callcontrol.simulator.sip_variables import Invite
from callcontrol.simulator.timeline import Timeline, Timer


@dataclass(frozen=True, slots=True)
class Call:
    """One call to place. Seconds of the switch's clock.

    `number` and `name` are the caller's; `%0A` and the like in the name arrive decoded, as mod_sofia decodes them.
    `to` is the number dialled. With `user` and `domain` it comes from an authenticated phone (context and SIP profile
    `internal`), otherwise from a trunk (context `public`, profile `external`), unless `context` and `profile` differ.
    `cancel_after_s` counts from the INVITE and holds until the answer; `hangup_after_s` counts from the answer.
    `digits` are (seconds after the answer, keys), `info` the same by SIP INFO; `refers`, `consults` and
    `holds` are those of a Behaviour.
    `privacy` is `id` for an anonymous caller. `speaks_s` is how long the caller talks into a recording; 0: the
    phone sends no sound at all.
    """

    to: str
    number: str = "+48600100200"
    name: str = "Jan Kowalski"
    user: str = ""
    domain: str = ""
    context: str = ""
    profile: str = ""
    privacy: str = ""
    cancel_after_s: float | None = None
    hangup_after_s: float | None = None
    digits: tuple[tuple[float, str], ...] = ()
    info: tuple[tuple[float, str], ...] = ()
    refers: tuple[float, str] | None = None
    consults: tuple[float, str, float] | None = None
    holds: tuple[float, float] | None = None
    speaks_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def read(words: Mapping[str, Any]) -> Call:
        """A call from the control channel's JSON; raises UnknownWord."""
        known = set(Call.__dataclass_fields__)
        unknown = sorted(set(words) - known)
        if unknown:
            raise UnknownWord(f"{', '.join(unknown)} of a call: it has {', '.join(sorted(known))}")
        given = dict(words)
        for how in ("digits", "info"):
            given[how] = tuple((float(at_s), str(keys)) for at_s, keys in given.get(how, ()))
        for several in ("refers", "consults", "holds"):
            if given.get(several) is not None:
                given[several] = tuple(given[several])
        return Call(**given)

    def invite(self) -> Invite:
        """The INVITE of this call."""
        headers = dict(self.headers)
        number, name, host = self.number, decoded_name(self.name), "127.0.0.1"
        if self.privacy:
            headers["Privacy"] = self.privacy
            headers.setdefault("P-Asserted-Identity", f"<sip:{self.number}@127.0.0.1>")
            number, name = "anonymous", "Anonymous"
        return Invite(
            number,
            name.replace("${", "%{"),
            self.to,
            host,
            user=self.user,
            domain=self.domain,
            headers=tuple(headers.items()),
            display_kept="${" not in name,
            profile=self.profile or ("internal" if self.user else "external"),
        )


def decoded_name(name: str) -> str:
    """A display name as mod_sofia decodes it."""
    return unquote(name, errors="surrogateescape")


class CallerEnd:
    """Carries out one Call and remembers what was heard."""

    def __init__(self, call_id: str, call: Call, timeline: Timeline, ears: Ears) -> None:
        self.call_id = call_id
        self.call = call
        self.speaks_s = call.speaks_s
        self.ended: dict[str, str] | None = None
        self.bridged = False
        self.uuid = ""
        self.on_ended: list[Callable[[], None]] = []
        self.on_told: dict[str, Callable[[], None]] = {}
        self.plans: Callable[[Channel], None] = lambda channel: None  # what else it does once it is answered
        self._timeline = timeline
        self._ears = ears
        self._timers: list[Timer] = []
        self._channel: Channel | None = None

    @property
    def name(self) -> str:
        """See FarEnd."""
        return self.call_id

    @property
    def channel(self) -> Channel | None:
        """Its channel, while the call lasts."""
        return self._channel

    def place(self, channel: Channel) -> None:
        """The INVITE is sent."""
        self._channel = channel
        self.uuid = channel.uuid
        self._ears.note(self.call_id, "calls", uuid=channel.uuid, to=self.call.to, number=self.call.number)
        if self.call.cancel_after_s is not None:
            self.later(self.call.cancel_after_s, self._cancel)

    def told(self, what: str, **detail: str) -> None:
        """What reaches the caller; see FarEnd."""
        self._ears.note(self.call_id, what, **{**detail, "uuid": self.uuid})
        if what in self.on_told:
            self.on_told.pop(what)()
        if what == "answered":
            self._answered()
        elif what == "bridged":
            self.bridged = True
        elif what == "hangup":
            self._over(detail)

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do this after so many seconds, unless the call is over by then."""
        self._timers.append(self._timeline.call_later(delay_s, act))

    def _answered(self) -> None:
        channel = self._channel
        if channel is None:
            return
        for source, presses in ((VOICE_PATH, self.call.digits), (SIGNALLING, self.call.info)):
            for at_s, keys in presses:
                for position, key in enumerate(keys):
                    self.later(at_s + KEY_S * position, partial(channel.note_digit, key, source))
        if self.call.hangup_after_s is not None:
            self.later(self.call.hangup_after_s, self._hang_up)
        if self.call.holds is not None:
            from_s, for_s = self.call.holds
            self.later(from_s, partial(hold, channel))
            self.later(from_s + for_s, partial(unhold, channel))
        self.plans(channel)

    def _cancel(self) -> None:
        channel = self._channel
        if channel is not None and not channel.answered:
            channel.hangup("ORIGINATOR_CANCEL", "recv_cancel", 487)

    def _hang_up(self) -> None:
        if self._channel is not None:
            hangs_up(self._channel)
            self._channel.hangup("NORMAL_CLEARING", "recv_bye")

    def hang_up_now(self) -> None:
        """The caller gives up, whatever state the call is in."""
        channel = self._channel
        if channel is not None and channel.answered:
            self._hang_up()
        else:
            self._cancel()

    def press(self, keys: str) -> None:
        """The caller presses keys now."""
        channel = self._channel
        if channel is not None:
            for position, key in enumerate(keys):
                self.later(KEY_S * position, partial(channel.note_digit, key))

    def _over(self, detail: dict[str, str]) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._channel = None
        self.ended = detail
        for callback in self.on_ended:
            callback()
