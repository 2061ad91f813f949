"""A real FreeSWITCH with real SIP phones, as a `World` for stories."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from callcontrol.config.settings import Settings
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.ears import heard_by_caller, heard_by_phones, listening_ports, parties, summaries
from tests.freeswitch.phones import Login, PhoneFailed, PhoneProcess, PhoneShop
from tests.freeswitch.reports import Listener
from tests.freeswitch.switch import HOST, Ports

NEVER_ANSWERS = Behaviour("never_answers")
PARTNER = "partner"
NOT_FOUND = Behaviour("fails", after_s=0.0, ring_after_s=-1.0, code=404)
KNOWN_S = 30.0
POLL_S = 0.02  # the daemon does not report registrations, so it is polled
TRUNK_WORDS = frozenset({"up", "rejects", "every"})


class CannotTell(ValueError):
    """A story asks for something these phones cannot do; the message says what."""


class RealWorld:
    """Plays on a FreeSWITCH: one process for all phones, one for each carrier, one for each caller.

    Accounts of other tenants are written with their domain; they are phones where the story names them.

    Args:
        known: returns how many registrations the daemon knows of.
    """

    def __init__(self, folder: Path, ports: Ports, settings: Settings, known: Callable[[], int]) -> None:
        self._ports = ports
        self._known = known
        self._listener = Listener(ports.event_socket)
        self._logins = {
            account if name == TENANT else f"{account}@{tenant.domain}": Login(
                account, tenant.domain, endpoint.password
            )
            for name, tenant in settings.tenants.items()
            for extension in tenant.extensions.values()
            for account, endpoint in extension.endpoints.items()
        }
        self._domain = settings.tenants[TENANT].domain
        self._shop = PhoneShop(folder, ports.internal, self._logins)
        self._carriers = dict(zip(settings.trunks, (ports.carrier_a, ports.carrier_b), strict=True))
        self._online: set[str] = set()
        self._called: list[PhoneProcess] = []
        self._callers: dict[str, PhoneProcess] = {}
        self._placed = 0

    def arrange(self, story: Story) -> None:
        """Set up phones and trunks as the story says; phones it does not name ring and are never answered."""
        self._hang_up_all()
        told = {who: _behaviours(words) for who, words in story.phones.items()}
        accounts = {self._logins[who].contact: each for who, each in told.items() if who in self._logins}
        addresses = {
            who.partition("@")[0]: each for who, each in told.items() if "@" in who and who not in self._logins
        }
        numbers = {who.removeprefix("+"): each for who, each in told.items() if who not in self._logins}
        self._called = [
            self._shop.phones("phones", self._ports.phones, accounts, NEVER_ANSWERS),
            self._shop.phones(PARTNER, self._ports.partner, addresses, NOT_FOUND),
        ]
        for name, port in self._carriers.items():
            words = story.trunks.get(name, {})
            self._called += self._carrier(name, port, words, numbers)
        self._register(story)

    def _carrier(
        self, name: str, port: int, words: Mapping[str, Any], numbers: Mapping[str, Sequence[Behaviour]]
    ) -> list[PhoneProcess]:
        unknown = ", ".join(sorted(set(words) - TRUNK_WORDS))
        if unknown:
            raise CannotTell(f"trunk {name}: {unknown}; carriers know {', '.join(sorted(TRUNK_WORDS))}")
        if not words.get("up", True):
            return []
        if words.get("rejects"):
            return [self._shop.phones(name, port, {}, replace(NOT_FOUND, code=words["rejects"]))]
        if "every" in words:
            return [self._shop.phones(name, port, {}, Behaviour.read(words["every"]))]
        return [self._shop.phones(name, port, numbers, NOT_FOUND)]

    def _register(self, story: Story) -> None:
        wanted = {who for who in self._logins if "@" not in who or who in story.phones} - set(story.offline)
        for accounts, online in ((self._online - wanted, False), (wanted - self._online, True)):
            logins = [self._logins[account] for account in sorted(accounts)]
            self._shop.register(logins, self._ports.phones, self._ports.internal, online=online)
        self._online = wanted
        due = time.monotonic() + KNOWN_S
        while (known := self._known()) != len(wanted):
            if time.monotonic() > due:
                raise PhoneFailed(f"the daemon knows of {known} registrations, there are {len(wanted)}")
            time.sleep(POLL_S)

    def place(self, call: PlacedCall, port: int | None = None) -> str:
        """Start a caller, a phone at the switch that listens at this port (None: the run's own)."""
        self._placed += 1
        name = f"caller-{self._placed}"
        login = self._logins[call.extension.removesuffix(f"@{self._domain}")] if call.extension else None
        own = self._ports.internal if login else self._ports.external
        self._callers[name] = self._shop.caller(name, call, port or own, login)
        return name

    def register(self, account: str, *, online: bool, port: int | None = None) -> None:
        """Register or unregister the account's phone at the switch that listens at this port (None: the run's own).

        Does not wait until the daemon knows of it.
        """
        at = port or self._ports.internal
        self._shop.register([self._logins[account]], self._ports.phones, at, online=online)
        self._online = self._online | {account} if online else self._online - {account}

    def wait_until_over(self, placed: Sequence[str], timeout_s: float) -> None:
        """Wait for the callers to end."""
        due = time.monotonic() + timeout_s
        for name in placed:
            self._callers[name].finish(max(due - time.monotonic(), 0.01))

    def heard(self) -> Sequence[Heard]:
        """What was seen and heard since `arrange`, oldest first."""
        phones = ((played, h) for played in self._called for h in heard_by_phones(played.messages))
        heard = [replace(h, who=self._named(h.who, played)) for played, h in phones]
        heard += [h for name, played in self._callers.items() for h in heard_by_caller(played.messages, name)]
        return sorted([*heard, *self._listener.reports.heard(self._parties())], key=lambda h: h.at_us)

    def _parties(self) -> Mapping[str, str]:
        """The names of all parties by the Call-IDs of their calls."""
        who = {c: self._named(w, played) for played in self._called for c, w in parties(played.messages).items()}
        return who | {c: w for name, played in self._callers.items() for c, w in parties(played.messages, name).items()}

    def login(self, account: str) -> Login:
        """The account's login."""
        return self._logins[account]

    def messages(self, name: str) -> Path:
        """The SIP messages of a caller, or of a process of phones (`phones`, …)."""
        called = next((one for one in self._called if one.name == name), None)
        return (called or self._callers[name]).messages

    def listening_ports(self) -> Mapping[str, frozenset[int]]:
        """The RTP ports at which each party receives media: accounts, numbers, `caller`, `caller 2`, …"""
        ports: dict[str, set[int]] = {}
        callers = {name: f"caller {n}" if n > 1 else "caller" for n, name in enumerate(self._callers, 1)}
        for played in (*self._called, *self._callers.values()):
            for who, port in listening_ports(played.messages, callers.get(played.name, "")):
                ports.setdefault(self._account(who).partition("@")[0], set()).add(port)
        return {who: frozenset(found) for who, found in ports.items()}

    def summaries(self, account: str) -> Iterator[tuple[str, str]]:
        """Message summaries that the account's phone received since `arrange`: `yes` or `no`, `new/old`."""
        for played in self._called:
            for who, waiting, counts in summaries(played.messages):
                if who == self._logins[account].contact:
                    yield waiting, counts

    def close(self) -> None:
        """End all phones and callers."""
        self._hang_up_all()
        self._listener.close()

    def _named(self, who: str, played: PhoneProcess) -> str:
        """A phone by its address: the account, the number, or the partner's SIP address."""
        return self._account(who) + (f"@{HOST}:{played.port}" if played.name == PARTNER else "")

    def _account(self, who: str) -> str:
        login = next((login for login in self._logins.values() if login.contact == who), None)
        return f"{login.user}@{login.domain}" if login else who

    def _hang_up_all(self) -> None:
        for played in (*self._called, *self._callers.values()):
            played.stop()
        self._called, self._callers = [], {}


def _behaviours(words: Any) -> tuple[Behaviour, ...]:
    each = words if isinstance(words, list) else [words]
    return tuple(Behaviour.read(one) for one in each)
