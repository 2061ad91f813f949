"""Phones and trunks: who can be called from the simulated switch, and what they do when they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

ACTIONS = ("answers", "busy", "declines", "never_answers", "fails", "silent", "trying", "moved", "unreachable")
_CODE_OF_ACTION = {"busy": 486, "declines": 603, "moved": 302, "unreachable": 503}
_DEFAULT_CODE = 503
KEY_S = 0.1  # between two keys of one press
_PATH = "fs_path=sip:"
ON_NET: Final = "on-net"  # profile and gateway by which the switch calls itself, and their context


class UnknownWord(ValueError):
    """A phone, trunk or call was described with a word the simulator does not know."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a phone does with one call. Seconds of the switch's clock.

    `answers` rings for `after_s` and picks up; `busy` (486), `declines` (603) and `fails` (`code`) refuse after
    `after_s`; `moved` sends the caller on to `to` (302); `never_answers` rings for ever; `trying` says 100 and nothing
    more, `silent` not even that; at `unreachable` no phone listens or the name of the host does not resolve: the switch
    gives itself 503 at once, and no phone learns of the call. `early_media`
    sends 183 instead of 180; `ring_after_s` below 0 sends neither.
    After the answer: `talk_s` until it hangs up (None: never), `digits` as (seconds after the answer, keys), `info`
    likewise for keys by SIP INFO, `refers` as (seconds after the answer, number) for a blind transfer of the partner,
    `holds` as (from, for) seconds, `consults` as (seconds after the answer, number, seconds) for an attended transfer:
    the partner is held, a colleague called, and both are joined so long after the colleague has answered, or (below 0)
    so long after the colleague's phone rings.
    With `intercom` it answers at once where the INVITE asks it to (`Call-Info: …;answer-after=0`).
    A mobile's voicemail is `answers` with `after_s=0` and no digits.
    """

    action: str = "answers"
    after_s: float = 0.5
    ring_after_s: float = 0.0
    code: int = 0
    early_media: bool = False
    talk_s: float | None = None
    to: str = ""
    digits: tuple[tuple[float, str], ...] = ()
    info: tuple[tuple[float, str], ...] = ()
    refers: tuple[float, str] | None = None
    holds: tuple[float, float] | None = None
    consults: tuple[float, str, float] | None = None
    intercom: bool = False

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise UnknownWord(f"action {self.action!r} of a phone: it is one of {', '.join(ACTIONS)}")

    @property
    def refusal_code(self) -> int:
        """The SIP answer of a phone that refuses, 0 when it does not refuse."""
        if self.action == "fails":
            return self.code or _DEFAULT_CODE
        return _CODE_OF_ACTION.get(self.action, 0)

    def asked_to_answer(self, asked: bool) -> Behaviour:
        """What it does with a call that asks it to answer at once, or does not."""
        if not (asked and self.intercom):
            return self
        return replace(self, action="answers", after_s=0.0, ring_after_s=-1.0)

    @staticmethod
    def read(words: Mapping[str, Any]) -> Behaviour:
        """A behaviour from the control channel's JSON; raises UnknownWord."""
        known = set(Behaviour.__dataclass_fields__)
        unknown = sorted(set(words) - known)
        if unknown:
            raise UnknownWord(f"{', '.join(unknown)} of a behaviour: it has {', '.join(sorted(known))}")
        given = dict(words)
        for keys in ("digits", "info"):
            if keys in given:
                given[keys] = tuple((float(at_s), str(pressed)) for at_s, pressed in given[keys])
        for several in ("refers", "holds", "consults"):
            if given.get(several) is not None:
                given[several] = tuple(given[several])
        return Behaviour(**given)


ANSWERS = Behaviour()
BUSY = Behaviour("busy", after_s=0.1)
DECLINES = Behaviour("declines", after_s=0.2)
NEVER_ANSWERS = Behaviour("never_answers")
UNREACHABLE = Behaviour("unreachable", after_s=0.0, ring_after_s=-1.0)
VOICEMAIL = Behaviour("answers", after_s=0.0)


@dataclass(slots=True)
class Phone:
    """One phone: `user@domain` for a SIP account, or a number behind a trunk.

    `behaviours` are used one call after another; the last one is for all further calls. A phone that is known but not
    registered is offline. With `lines` above 0 it is busy when that many of its calls are up.
    """

    address: str
    behaviours: tuple[Behaviour, ...] = (ANSWERS,)
    registered: bool = True
    lines: int = 0
    contact_port: int = 0
    registration: str = ""  # Call-ID of its REGISTERs: the same from the first to the unregistering one
    calls_seen: int = 0
    calls_up: int = 0

    def next_behaviour(self) -> Behaviour:
        """What it does with the call that comes now."""
        index = min(self.calls_seen, len(self.behaviours) - 1)
        self.calls_seen += 1
        if self.lines and self.calls_up >= self.lines:
            return BUSY
        return self.behaviours[index]


@dataclass(slots=True)
class Trunk:
    """A gateway. `rejects` is a SIP code it gives to every call; all numbers behave as `every`, if that is given,
    those that are not defined as `otherwise`.

    `prefixes` hold behaviours by number prefix, the longest one wins. Not `up` means that nothing listens there:
    with `ping` the switch has noticed and makes no leg (GATEWAY_DOWN), without it each leg fails by itself
    (NORMAL_TEMPORARY_FAILURE). `profile` is the SIP profile its calls leave by.
    """

    name: str
    up: bool = True
    rejects: int = 0
    prefixes: dict[str, tuple[Behaviour, ...]] = field(default_factory=dict)
    otherwise: tuple[Behaviour, ...] = (ANSWERS,)
    ping: bool = False
    profile: str = "external"
    every: tuple[Behaviour, ...] = ()
    calls_seen: int = 0

    @property
    def decides(self) -> bool:
        """Whether it matters what the trunk does, and not who is behind it."""
        return bool(self.rejects or self.every) or not self.up

    def phone_for(self, number: str) -> Phone:
        """The phone that answers `number` behind this trunk, if none was defined for it."""
        self.calls_seen += 1
        if not self.up:
            return Phone(number, (UNREACHABLE,))
        if self.rejects:
            return Phone(number, (Behaviour("fails", after_s=0.0, code=self.rejects, ring_after_s=-1.0),))
        if self.every:
            return Phone(number, self.every)
        matching = [prefix for prefix in self.prefixes if number.startswith(prefix)]
        behaviours = self.prefixes[max(matching, key=len)] if matching else self.otherwise
        return Phone(number, behaviours)


@dataclass(frozen=True, slots=True)
class Reached:
    """An endpoint that can be called: the phone, and how its channel is named; `path` is where the INVITE is sent
    (`host:port`), whatever its URI says.
    """

    phone: Phone
    user: str
    host: str
    profile: str
    gateway: str = ""
    destination: str = ""
    path: str = ""

    @property
    def channel_name(self) -> str:
        """`sofia/internal/101`"""
        return f"sofia/{self.profile}/{self.user}"


class Directory:
    """All phones and trunks of a switch."""

    def __init__(self) -> None:
        self.phones: dict[str, Phone] = {}
        self.trunks: dict[str, Trunk] = {}
        self.profiles = {"internal", "external"}
        self._next_port = 40_000

    def add(self, phone: Phone) -> None:
        """Define a phone, or define it anew."""
        if not phone.contact_port:
            phone.contact_port = self._next_port
            self._next_port += 1
        self.phones[phone.address] = phone

    def registered(self) -> list[Phone]:
        """The SIP accounts that are registered now."""
        return [phone for phone in self.phones.values() if phone.registered and "@" in phone.address]

    def resolve(self, target: str) -> Reached | str:
        """The endpoint `target` names, or the hangup cause of the failed attempt."""
        kind, _, rest = target.partition("/")
        match kind:
            case "sofia":
                return self._sofia(rest)
            case "user":
                return self._user(rest)
            case "error":
                return rest.upper()
            case _:
                return "CHAN_NOT_IMPLEMENTED"

    def _user(self, address: str) -> Reached | str:
        phone = self.phones.get(address)
        if phone is None:
            return "SUBSCRIBER_ABSENT"
        if not phone.registered:
            return "USER_NOT_REGISTERED"
        user, _, domain = address.partition("@")
        return Reached(phone, user, domain, "internal", destination=f"{user}%{domain}")

    def _sofia(self, rest: str) -> Reached | str:
        profile, slash, destination = rest.partition("/")
        if not slash:
            return "INVALID_URL"
        if profile == "gateway":
            return self._gateway(destination)
        if profile not in self.profiles:
            return "INVALID_PROFILE"
        if destination.startswith(("sip:", "sips:")):
            return self._uri(profile, destination.partition(":")[2])
        if "%" in destination:
            return self._account(profile, destination)
        return self._uri(profile, destination)

    def _account(self, profile: str, destination: str) -> Reached | str:
        user, _, domain = destination.partition("%")
        phone = self.phones.get(f"{user}@{domain}")
        if phone is None or not phone.registered:
            return "USER_NOT_REGISTERED"
        return Reached(phone, user, domain, profile, destination=destination)

    def _uri(self, profile: str, address: str) -> Reached | str:
        bare, _, parameters = address.partition(";")
        user, at, host = bare.partition("@")
        if not at:
            return "INVALID_URL"
        if parameters.startswith(_PATH):
            nobody = Phone(bare, (UNREACHABLE,))
            return Reached(nobody, user, host, profile, destination=user, path=parameters.removeprefix(_PATH))
        phone = self.phones.get(bare) or self._stranger(bare, host)
        return Reached(phone, user, host, profile, destination=address)

    def _stranger(self, address: str, host: str) -> Phone:
        """An address without a phone: refused by a host that has other phones, unreachable if the host has none."""
        if any(known.partition("@")[2] == host for known in self.phones):
            return Phone(address, (Behaviour("fails", after_s=0.0, code=404, ring_after_s=-1.0),))
        return Phone(address, (UNREACHABLE,))

    def _gateway(self, destination: str) -> Reached | str:
        name, slash, number = destination.partition("/")
        if not slash:
            return "INVALID_URL"
        if name == ON_NET:
            return Reached(Phone(number), number, "127.0.0.1", ON_NET, gateway=ON_NET, destination=number)
        trunk = self.trunks.get(name)
        if trunk is None:
            return "INVALID_GATEWAY"
        if trunk.ping and not trunk.up:
            return "GATEWAY_DOWN"
        behind = trunk.phone_for(number)
        phone = behind if trunk.decides else self.phones.get(number, behind)
        return Reached(phone, number, "trunk.invalid", trunk.profile, gateway=name, destination=number)
