"""A small tenant for routing and control tests, written as an admin would."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.routing.effective import effective
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.rule import Rule, RuleKind
from tests.config.folder import located

NOW = Instant(1_795_320_000_000_000)  # 2026-11-22T04:00:00Z

MAIN = """
switches: {fs1: {address: "127.0.0.1:8021", password: secret}}
trunks:
  a: {shows: any, number: "+48221110000", prefixes: ["", "+49"]}
  b: {shows: own, number: "+48222220000"}
"""

SWITCH = "fs1"
TENANT = """
domain: acme.example
company_number: "+48221234500"
tariff: retail
blocked: ["+48701"]
confirm: {on: yes}
extensions:
  '101': {name: Jan}
  '102': {}
  '103': {endpoints: {103-desk: {}, 103-app: {}}}
  '104': {number: "+48221234504"}
groups:
  sales: {members: [extension:101, extension:102, "number:+48600100100"], ring: 25, otherwise: voicemail:101}
  quiet: {members: [extension:101, extension:102]}
lists:
  night:
    members: [{target: extension:101, ring: 10}, {target: "number:+48600100100", ring: 15}, {target: extension:102}]
    otherwise: announcement:closed
announcements:
  closed: {file: closed.wav}
  hold: {file: hold.wav, then: extension:102}
voicemail:
  '101': {greeting: hello.wav}
numbers:
  "+48221234501": extension:101
  "+48221234502": group:sales
  "+48221234503": list:night
  "+48221234504": "number:+48600100100"
  "+48221234505": sip:bob@example.org
  "+48221234506": announcement:hold
  "+48221234507": voicemail:101
  "+48221234508": hangup:busy
  "+48221234509": extension:103
  "+48221234500": group:quiet
"""

DID = {kind: f"+4822123450{n}" for n, kind in enumerate(
    ["quiet", "extension", "group", "list", "number", "sip", "announcement", "voicemail", "hangup", "two_phones"]
)}  # fmt: skip


class Priced:
    """Everything has a price but the prefixes given."""

    def __init__(self, *unpriced: str) -> None:
        self.unpriced = unpriced

    def is_priced(self, number: str, at: Instant, payer: str = "") -> bool:
        return not number.startswith(self.unpriced) if self.unpriced else True

    def cost_of(self, trunk: str, number: str, at: Instant) -> tuple[str, Decimal] | None:
        return None

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        return ""

    def units_to_begin(self, number: str, at: Instant, payer: str = "") -> int:
        return 100 if number.startswith("+") else 0

    def is_covered(self, number: str, at: Instant, payer: str, direction: str) -> bool:
        return False

    def affordable_s(self, number: str, at: Instant, units: int, payer: str = "") -> int:
        return max(units, 0) // 10

    def currency_of(self, payer: str = "") -> str:
        return "PLN"

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        return None


def settings(tenant: str = TENANT, main: str = MAIN, **others: str) -> Settings:
    """The settings; others by the name of a further tenant."""
    tenants = {f"tenants/{name}.yaml": located(text) for name, text in {"acme": tenant, **others}.items()}
    loaded = load({"callcontrol.yaml": main, "tariffs/retail.yaml": "", **tenants}, KINDS)
    assert isinstance(loaded, Settings), "\n".join(map(str, loaded))
    return loaded


def rule(kind: str, target: str, **more: object) -> Rule:
    return Rule(RuleKind(kind), KINDS.read(target), source="test", **more)  # type: ignore[arg-type]  # kwargs of a test


def facts(
    dialled: str = DID["extension"],
    *,
    rules: Mapping[str, list[Rule]] | None = None,
    offline: tuple[str, ...] = (),
    caller: Caller | None = None,
    tenant: str = TENANT,
    unpriced: tuple[str, ...] = (),
    now: Instant = NOW,
) -> Facts:
    """Facts as the driver would have found them: every extension looked up, the given rules set at run time."""
    loaded = settings(tenant)
    given = {name: {r.kind: r for r in mine} for name, mine in (rules or {}).items()}
    names = loaded.tenants["acme"].extensions
    return Facts(
        settings=loaded,
        kinds=KINDS,
        tenant_name="acme",
        prices=Priced(*unpriced),
        caller=caller or Caller("+48600700800", "Jan Kowalski"),
        dialled=dialled,
        now=now,
        switch=SWITCH,
        rules={name: effective(loaded, "acme", name, given.get(name, {})) for name in names},
        registered={a: () if a in offline else (SWITCH,) for name in names for a in names[name].accounts(name)},
    )
