"""The call centre's configuration, generated: tenants with every kind of target, as an admin would write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from callcontrol.config.queue_settings import AtClosing, Strategy
from callcontrol.routing.queue_layout import Layout
from callcontrol.vocabulary.moment import SECOND_US

SWITCHES = ("s1", "s2")
# In the queue `side`, in the first edition (seconds).
WRAP_UP_S = 5
# The schedule is open and closed in turn, each for this long: shorter than a run, longer than a step of the clock.
DESK = "desk"
TURN_MIN = 2
_FIRST_HOUR, _MOST_WINDOWS = 8, 16
# The queue `side` is open for some minutes of each period of the day, from eight o'clock on:
# minutes open, minutes of a period, number of periods.
OPEN_MIN, SHIFT_MIN, SHIFTS = 7, 12, 16
MOBILE, LANDLINE = "+48600700800", "+48223334455"

_MAIN = """
switches:
  s1: {address: "127.0.0.1:8021", password: secret, sip: "127.0.0.1:5060"}
  s2: {address: "127.0.0.1:8022", password: secret, sip: "127.0.0.1:5070"}
trunks:
  a: {shows: any, number: "+48223000001", prefixes: ["48", ""]$A}
  b: {shows: own, number: "+48223000002", prefixes: ["48", ""]$B}
"""

_TARIFF = """
tariff: retail
currency: PLN
vat_percent: 23
round_amount: half_up
decimals: 2
step: 60/1
periods:
  peak: {days: mon-fri, times: 08:00-20:00}
default_period: offpeak
versions:
  - valid_from: 2026-01-01
    prefixes:
      - {prefix: 48, destination: Poland, price_per_minute: {peak: 0.10, offpeak: 0.05}}
      - {prefix: 486, destination: Poland mobile, price_per_minute: 0.29, connection_fee: 0.02}
"""

_TENANT = """
domain: t{t}.example
zone: Europe/Warsaw
region: PL
company_number: "{n[0]}"
tariff: retail
trunks: [a, b]
confirm: {{on: yes, wait: 6}}
transfers: {{keys: {{on: yes}}}}
extensions:
{extensions}
  '190': {{forward: {{always: {{target: "number:{mobile}"}}}}, credit: {{kind: prepaid}}}}
  '191':
    pickup_group: office
    call_waiting: no
    forward: {{busy: {{target: extension:100}}, unavailable: {{target: "voicemail:office"}}}}
  '192': {{pickup_group: office, intercom: ['191'], forward: {{no_answer: {{target: "number:{landline}", after: 5}}}}}}
last_resort: voicemail:office
parking:
  front: {{number: "700", places: 701-703, after: 50, ring: 15, overflow: voicemail:office}}
groups:
  team: {{members: [extension:100, extension:191, "number:{mobile}"], ring: 15, otherwise: voicemail:office}}
lists:
  night:
    members: [{{target: extension:191, ring: 8}}, {{target: "number:{mobile}", ring: 10}}, {{target: extension:192}}]
    otherwise: announcement:closed
announcements:
  closed: {{file: closed.wav}}
  hold: {{file: hold.wav, then: queue:main}}
  hello: {{file: hello.wav}}
menus:
  front:
    prompt: front.wav
    keys: {{1: queue:main, 2: queue:side, 3: menu:more, 0: extension:100, 9: again}}
    direct_dial: [191]
    silence: {{tries: 2}}
    wrong: {{tries: 3, prompt: wrong.wav, then: voicemail:office}}
  more: {{prompt: more.wav, keys: {{1: announcement:hold, 2: group:team, "*": back}}, silence: {{then: menu:front}}}}
sequences:
  reception: {{steps: [announcement:hello, menu:front, extension:192]}}
voicemail:
  office: {{greeting: hello.wav, max: 60}}
agents:
{agents}
pauses: {{1: lunch}}
conferences:
  open: {{number: "750"}}
  board:
    number: "751"
    pin: "{pin}"
    moderator_pin: "{moderator_pin}"
    wait_for_moderator: yes
    ends_with_moderator: yes
    record: yes
  small: {{number: "752", max_participants: 3, moderators: ['192'], announce: name, join_muted: yes}}
supervision:
  reasons: {{1: training}}
  rights:
    - {{who: ['191'], extensions: [{phones}], may: [{may}]}}
    - {{who: ['192'], queues: [main], may: [listen, whisper, take_over]}}
queues:
  main:
    strategy: {strategy}
    agents: [{main}]
    wrap_up: {wrap_up}
    greeting: hello.wav
    ring: 15
    rest: {{rejected: 5, busy: 5, no_answer: 5, unreachable: 10}}
    misses: {misses}
    announce: {{first: 10, position: 30, wait: 60}}
    keys: {{0: voicemail:office, 1: callback}}
    overflow: {{after: 240, waited: voicemail:office, full: hangup:busy, length: 30, empty: voicemail:office}}
    callback: {{retries: 1, every: 60, expires: 900}}
    {sticky}
    otherwise: announcement:closed
  side:
    strategy: {other}
    weight: 2
    agents: [{side}]
    whisper: {whisper}
    wrap_up: {side_wrap_up}
    ring: 12
    announce: {{first: 5, position: 0, wait: 20{closing}}}
    keys: {{1: callback, 2: queue:main}}
    callback: {{retries: 1, every: 60, expires: 600}}
    hours: shift
    at_closing: {at_closing}
    overflow: {{closed: voicemail:office}}
    otherwise: voicemail:office
{extra}
hours:
  {desk}:
    week: {{mon-sun: [{windows}]}}
    open: queue:main
    closed: announcement:closed
    say_reopening: yes
  shift: {{week: {{mon-sun: [{shifts}]}}}}
{credit}
numbers:
  "{n[0]}": queue:main
  "{n[1]}": queue:{second}
  "{n[2]}": extension:100
  "{n[3]}": group:team
  "{n[4]}": list:night
  "{n[5]}": announcement:hold
  "{n[6]}": extension:190
  "{n[7]}": extension:191
  "{n[8]}": voicemail:office
  "{n[9]}": extension:192
  "{n[10]}": hours:{desk}
  "{n[11]}": sequence:reception
  "{n[12]}": conference:open
  "{n[13]}": conference:board
"""

_EXTRA = """
  extra:
    strategy: in_order
    agents: [{{agent: {extra}}}]
    otherwise: queue:side
"""

MENU_NUMBER = 11
OPEN_ROOM_NUMBER, BOARD_NUMBER = 12, 13
# Of the room `board`; of the others none has a PIN.
PIN, MODERATOR_PIN = "4711", "9900"
# The extension that moderates the room `small` without one.
MODERATOR = "192"
QUEUE_NUMBERS, OTHER_NUMBERS = (0, 1, 5, 10, MENU_NUMBER), (2, 3, 4, 6, 7, 8, 9)


@dataclass(frozen=True, slots=True)
class Centre:
    """How large it is: tenants, and agents of each.

    Attributes:
        edition: each edition has other layouts of queues; in odd ones the first two agents of each tenant have changed
            seats, and there is a queue that even ones do not have.
        channels: of the first trunk, the second one has one less; 0: any number.
    """

    tenants: int
    agents: int
    edition: int = 0
    channels: int = 0

    def _channels(self, fewer: int) -> str:
        return f", channels: {self.channels - fewer}, calls_per_second: 2" if self.channels else ""

    def names(self) -> list[str]:
        """Tenants by name."""
        return [f"t{t}" for t in range(self.tenants)]

    def phones(self, tenant: str) -> list[str]:
        """Extensions of a tenant that have a phone; those of agents first."""
        return [*(str(100 + i) for i in range(self.agents)), "191", "192"]

    def files(self) -> Iterator[tuple[str, str]]:
        """The folder's files."""
        yield "callcontrol.yaml", _MAIN.replace("$A", self._channels(0)).replace("$B", self._channels(1))
        yield "tariffs/retail.yaml", _TARIFF
        for t, name in enumerate(self.names()):
            yield f"tenants/{name}.yaml", self._tenant(t)

    def write(self, folder: Path) -> None:
        """The files, into a folder."""
        for name, text in self.files():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def _tenant(self, t: int) -> str:
        strategies = [strategy.value for strategy in Strategy]
        names = [f"agent{i}" for i in range(self.agents)]
        external = f'  outside: {{number: "{outside(t)}"}}\n'
        return _TENANT.format(
            t=t,
            n=numbers(t),
            mobile=MOBILE,
            pin=PIN,
            phones=", ".join(f"'{100 + i}'" for i in range(self.agents)) + ", '192'",
            may="listen" if self.edition % 2 else "listen, whisper, barge, take_over",
            moderator_pin=MODERATOR_PIN,
            landline=LANDLINE,
            extensions="\n".join(f"  '{100 + i}': {{pickup_group: office}}" for i in range(self.agents)),
            agents=external + "\n".join(f"  agent{i}: {_agent(i, self._seat(i))}" for i in range(self.agents)),
            strategy=strategies[t % len(strategies)],
            other=strategies[(t + 3) % len(strategies)],
            main=", ".join(f"{{agent: {name}, tier: {1 + i % 2}}}" for i, name in enumerate(names)),
            side=", ".join(f"{{agent: {name}}}" for name in (*names[::2], "outside")),
            wrap_up=(0, 10, 20)[t % 3],
            misses=(0, 3)[t % 2],
            sticky="sticky: {within: 3600, first: 10}" if t % 2 else "come_back: 120",
            whisper=("yes", "no")[t % 2],
            at_closing=at_closing(t).value,
            closing=", closing: closes.wav" if at_closing(t) is AtClosing.TELL else "",
            shifts=", ".join(_shifts()),
            side_wrap_up=WRAP_UP_S + self.edition,
            extra=_EXTRA.format(extra=names[0]) if self.edition % 2 else "",
            desk=DESK,
            windows=_windows(),
            credit="credit: {kind: prepaid}" if t % 4 == 1 else "",
            second="extra" if self.edition % 2 else "side",
        )

    def _seat(self, i: int) -> int:
        """The extension of an agent."""
        changes = self.edition % 2 and i < 2 <= self.agents
        return 1 - i if changes else i


def numbers(t: int) -> list[str]:
    """The numbers of a tenant, by what they lead to (see `_TENANT`)."""
    return [f"+4822{2_000_000 + 100 * t + n}" for n in range(14)]


def _windows() -> str:
    """The windows of each day, from the hour in which runs begin."""
    starts = (_FIRST_HOUR * 60 + turn * 2 * TURN_MIN for turn in range(_MOST_WINDOWS))
    return ", ".join(f"{_clock(start)}-{_clock(start + TURN_MIN)}" for start in starts)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _shifts() -> Iterator[str]:
    for begin in (8 * 60 + n * SHIFT_MIN for n in range(SHIFTS)):
        opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, begin + OPEN_MIN))
        yield f"'{opens}-{closes}'"


def at_closing(t: int) -> AtClosing:
    """The `at_closing` setting of the queue `side`."""
    return (AtClosing.OVERFLOW, AtClosing.TELL, AtClosing.SERVE_OUT)[t % 3]


def edition_of(layout: Layout) -> int:
    """Which edition a layout of queues is of."""
    return layout.queues["side"].wrap_up_us // SECOND_US - WRAP_UP_S


def outside(t: int) -> str:
    """The number of a tenant's external agent."""
    return f"+48{600_100_100 + t}"


def _agent(i: int, seat: int) -> str:
    return f"{{extension: '{100 + seat}', auto: {'yes' if i % 3 == 0 else 'no'}}}"
