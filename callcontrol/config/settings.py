"""Every setting, once: its name, default, limit and one sentence. Admins' YAML becomes these frozen values.

`callcontrol schema` prints the JSON Schema of `Settings` and `Tenant`; `callcontrol/config/loader.py` fills them and
turns whatever does not fit into Problems with file and line. Cross-checks between settings stand in `checks/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, create_model

from callcontrol.config.bundle_settings import MAX_BUNDLES, Bundle, Volume
from callcontrol.config.carrier_rules import MAX_RULES, ShownRule, TrunkRule
from callcontrol.config.choices import MAX_LABELS, CallerChoice, Label, choices_below, combinations
from callcontrol.config.confirm_settings import Confirm
from callcontrol.config.credit_settings import Credit, TenantCredit
from callcontrol.config.emergency_settings import EmergencyCalls, Location
from callcontrol.config.export_settings import Exports, OwnExports
from callcontrol.config.fields import (
    E164,
    ClockZone,
    DisplayName,
    Flag,
    Folder,
    HostPort,
    Identifier,
    IsoMoment,
    Network,
    Prefix,
    Region,
    ShortDigits,
    ShowText,
    SipDomain,
    Text,
)
from callcontrol.config.frozen import Frozen, RingSeconds, Seconds
from callcontrol.config.holding_settings import Holding
from callcontrol.config.hours_settings import MAX_SCHEDULES, OpeningHours
from callcontrol.config.language_settings import MAX_LANGUAGES_FOR, Days, LanguageFor
from callcontrol.config.limits import Limits
from callcontrol.config.mail_settings import MailServer, TenantMail
from callcontrol.config.mailbox_settings import Mailboxes
from callcontrol.config.media_settings import MediaSettings
from callcontrol.config.missed_settings import MissedCallers
from callcontrol.config.outgoing_settings import Outgoing, TenantOutgoing
from callcontrol.config.payer_limits import PayerLimits, TenantLimits
from callcontrol.config.phone_settings import ALL, PhoneUse
from callcontrol.config.postgres_address import PostgresDsn
from callcontrol.config.problems import Problem
from callcontrol.config.queue_fields import PauseCode
from callcontrol.config.queue_settings import MAX_AGENTS, MAX_QUEUES, Ageing, Agent, Queue
from callcontrol.config.recording_settings import Recordings
from callcontrol.config.redis_address import RedisUrl
from callcontrol.config.retention_settings import Retention, TenantRetention
from callcontrol.config.secret import SecretText
from callcontrol.config.sign_on_settings import SignOn
from callcontrol.config.speech_settings import Speech
from callcontrol.config.statement_settings import Issuer, Statements
from callcontrol.config.supervision_settings import Supervision
from callcontrol.config.switch_settings import Switch
from callcontrol.config.target_fields import TargetText
from callcontrol.config.tariff_settings import ExtensionTariffs
from callcontrol.config.tenant_media import TenantMedia
from callcontrol.config.transfer_settings import Transfers
from callcontrol.config.trunk_settings import Trunk
from callcontrol.config.web_settings import Web
from callcontrol.config.webhook_settings import Webhooks
from callcontrol.vocabulary.demand import Skills
from callcontrol.vocabulary.inputs import Inputs
from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, Language
from callcontrol.vocabulary.rule import DEFAULT_RING_S, RuleKind
from callcontrol.vocabulary.target import ExtensionTarget, Target

PauseReason = Annotated[DisplayName, Field(min_length=1, max_length=32)]


class Redis(Frozen):
    """Where the live state is."""

    url: RedisUrl = Field(
        default="",
        description="redis://host:6379/0, rediss:// or unix://; redis+sentinel://host,host,host/SERVICE or "
        "redis+cluster://host,host,host (rediss+… for TLS); empty: the embedded server",
    )


class Postgres(Frozen):
    """Where the records are."""

    dsn: PostgresDsn = Field(default="", description="libpq connection string; empty: the embedded server")


class ForwardRule(Frozen):
    """A forwarding rule in YAML, the baseline a subscriber may change at run time."""

    target: TargetText = Field(description="where the call goes")
    on: Flag = Field(default=True, description="whether the rule is switched on")
    from_: IsoMoment | None = Field(
        default=None, alias="from", description="in force from, ISO time; without offset: tenant zone"
    )
    until: IsoMoment | None = Field(default=None, description="in force until, ISO time")
    during: Identifier | None = Field(
        default=None, description="in force only while these opening hours are open, one of `hours:`"
    )
    outside: Identifier | None = Field(
        default=None, description="in force only while these opening hours are closed, one of `hours:`"
    )
    show: ShowText = Field(
        default="", description="number shown: caller, company or a number; default the tenant's choice"
    )


class NoAnswerRule(ForwardRule):
    """The no-answer rule also says how long the extension rings first."""

    after: RingSeconds = DEFAULT_RING_S


class ForwardRules(Frozen):
    """The rules of an extension, each on or off on its own. The fields are the kinds there are."""

    def of(self, kind: RuleKind) -> ForwardRule | None:
        """The rule of this kind as it is written."""
        rule: ForwardRule | None = getattr(self, kind)
        return rule


if TYPE_CHECKING:
    Forward = ForwardRules
else:
    Forward = create_model(
        "Forward",
        __base__=ForwardRules,
        __doc__=ForwardRules.__doc__,
        **{kind.value: ((NoAnswerRule if kind.rings_first else ForwardRule) | None, None) for kind in RuleKind},
    )


class Endpoint(Frozen):
    """A SIP account at which an extension rings."""

    password: SecretText = Field(default="", description="SIP password, for `callcontrol render`")
    location: Identifier | None = Field(
        default=None, description="where this phone stands, one of `locations:`; default: the extension's"
    )


class Extension(PhoneUse):
    """A person or a room."""

    name: DisplayName = Field(default="", max_length=64, description="name shown on other phones")
    endpoints: Mapping[Identifier, Endpoint] = Field(
        default_factory=dict, description="SIP accounts it rings at; default: one of the extension's own name"
    )
    ring: RingSeconds = Field(
        default=DEFAULT_RING_S, description="how long it rings when no no_answer rule is in force"
    )
    number: E164 | None = Field(default=None, description="number shown on its outgoing calls; default the tenant's")
    location: Identifier | None = Field(
        default=None, description="where its phones stand, one of `locations:`; default: the tenant's"
    )
    dialled: Flag = Field(
        default=True,
        description="whether phones reach it by its name; no: they do not, as where that is an emergency number",
    )
    decline: Literal["person", "device"] = Field(
        default="person",
        description="person: declined on one device, the others stop ringing as well; device: they ring on",
    )
    pickup_group: Identifier | None = Field(default=None, description="its calls are picked up by others of it (*8#)")
    outgoing: Outgoing = Outgoing()
    forward: Forward = Forward()
    credit: Credit = Credit()
    limits: PayerLimits = PayerLimits()

    def accounts(self, name: str) -> tuple[str, ...]:
        """The SIP accounts to ring, for the extension of this name."""
        return tuple(self.endpoints) or (name,)


class Tenant(Frozen):
    """Whose numbers, extensions and bill. One file below `tenants/`; its name is the file's.

    Besides this a tenant has the blocks of all kinds of target (`Kinds.tenant`), read by `Block.of`.
    """

    warnings_of_kinds: ClassVar[tuple[Callable[..., Iterable[Problem]], ...]] = ()  # filled in by `Kinds.tenant`

    domain: SipDomain = Field(description="SIP domain its phones register with")
    # Neither has a default: a wrong guess would turn one country's numbers, hours and prices into another's.
    zone: ClockZone = Field(description="time zone of its hours and price periods, such as Europe/Warsaw")
    region: Region = Field(description="country of numbers written nationally, two capital letters such as PL")
    company_number: E164 = Field(description="the number shown as the company's")
    show: Literal["caller", "company"] = Field(default="caller", description="number shown on forwarded external legs")
    tariff: Identifier = Field(description="price list: a file below `tariffs/`")
    tariffs: ExtensionTariffs = Field(default_factory=dict)
    bundles: Mapping[Identifier, Bundle] = Field(
        default_factory=dict, max_length=MAX_BUNDLES, description="free minutes, calls or amounts of a month"
    )
    volumes: Mapping[Identifier, Volume] = Field(
        default_factory=dict, max_length=MAX_BUNDLES, description="discounts by the month's total"
    )
    last_resort: TargetText | None = Field(
        default=None,
        description="where a call goes that loops or was forwarded too often; default: voicemail of the first target",
    )
    trunks: tuple[Identifier, ...] = Field(default=(), description="trunks it may use, in this order; default: all")
    trunk_rules: tuple[TrunkRule, ...] = Field(
        default=(),
        max_length=MAX_RULES,
        description="which are tried in which order; the first that fits counts",
    )
    shown_rules: tuple[ShownRule, ...] = Field(
        default=(),
        max_length=MAX_RULES,
        description="number shown outside where no forwarding rule or dialled prefix says; the first that fits counts, "
        "else `show`",
    )
    blocked: tuple[Prefix, ...] = Field(default=(), description="prefixes (E.164 digits) that are never dialled")
    outgoing: TenantOutgoing = TenantOutgoing()
    do_not_disturb: Flag = Field(default=True, description="extensions may set by *78# that no call rings at them")
    call_waiting: Flag = Field(default=True, description="extensions may set call waiting by *43# and #43#")
    holding: Holding = Holding()
    on_net: Literal["free", "priced"] = Field(
        default="free",
        description="what its calls to numbers of other tenants here cost, which no carrier carries; free: nothing; "
        "priced: what the price list says of the number",
    )
    emergency: Flag = Field(
        default=True,
        description="whether its phones must reach emergency numbers; no: they have no line out, and that is meant",
    )
    emergency_numbers: tuple[ShortDigits, ...] = Field(
        default=(), description="dialled like the emergency numbers of its region, and besides them"
    )
    emergency_calls: EmergencyCalls = EmergencyCalls()
    locations: Mapping[Identifier, Location] = Field(
        default_factory=dict, description="places at which phones stand, as emergency services know them"
    )
    location: Identifier | None = Field(
        default=None, description="where phones stand for which nothing else is said, one of `locations:`"
    )
    talk: Seconds | None = Field(
        default=None, description="longest external conversation in seconds; default limits.talk_s"
    )
    confirm: Confirm = Confirm()
    language: Language = Field(default=DEFAULT_LANGUAGE, description="language of what its callers and agents hear")
    languages: tuple[Language, ...] = Field(default=(), description="those its callers may be led in besides")
    language_for: tuple[LanguageFor, ...] = Field(
        default=(),
        max_length=MAX_LANGUAGES_FOR,
        description="which callers are led in which language; the first that fits counts, else `language`",
    )
    mailboxes: Mailboxes = Field(
        default=Mailboxes(), description="voicemail boxes by phone: PINs, and when one is asked for"
    )
    remember_language: Days = Field(
        default=0,
        description="days for which the language a caller has chosen by key counts for the next calls from the same "
        "number; 0: for that call only",
    )
    mail: TenantMail = TenantMail()
    labels: Mapping[Identifier, Label] = Field(
        default_factory=dict, max_length=MAX_LABELS, description="what calls can be about, as keys of menus say"
    )
    extensions: Mapping[Identifier, Extension] = Field(default_factory=dict)
    agents: Mapping[Identifier, Agent] = Field(
        default_factory=dict, max_length=MAX_AGENTS, description="agents of queues"
    )
    pauses: Mapping[PauseCode, PauseReason] = Field(
        default_factory=dict, description="reasons an agent may give for a pause, by the number the agent dials"
    )
    queues: Mapping[Identifier, Queue] = Field(
        default_factory=dict, max_length=MAX_QUEUES, description="where callers wait for an agent"
    )
    ageing: Ageing = Ageing()
    hours: Mapping[Identifier, OpeningHours] = Field(
        default_factory=dict, max_length=MAX_SCHEDULES, description="opening hours, special days and holidays"
    )
    numbers: Mapping[E164, TargetText] = Field(default_factory=dict, description="DIDs and where they lead")
    media: TenantMedia = TenantMedia()
    recording: Recordings = Recordings()
    transfers: Transfers = Transfers()
    supervision: Supervision = Supervision()
    missed: MissedCallers = MissedCallers()
    credit: TenantCredit = TenantCredit()
    limits: TenantLimits = TenantLimits()
    exports: OwnExports = Field(default_factory=dict, description="what is delivered of its records, by name")
    statements: Statements = Statements()
    retention: TenantRetention = TenantRetention()
    sign_on: SignOn | None = Field(default=None, description="an OpenID provider that says who its people are")

    @cached_property
    def spoken(self) -> tuple[Language, ...]:
        """The languages its callers may be led in, its own first."""
        return tuple(dict.fromkeys((self.language, *self.languages)))

    @cached_property
    def in_reach_of_intercom(self) -> frozenset[str]:
        """The extensions whose phones others may have answer by themselves."""
        named = frozenset(whom for one in self.extensions.values() for whom in one.intercom)
        return frozenset(self.extensions) if ALL in named else named

    @cached_property
    def has_accounts(self) -> bool:
        """Whether it has a credit account, or extensions of its do."""
        return self.credit.has_account or any(one.credit.has_account for one in self.extensions.values())

    @cached_property
    def extensions_by_keys(self) -> Inputs[ExtensionTarget]:
        """The prefix tree of the extensions that phones reach by their names, of those whose names are digits."""
        dialled = {name: ExtensionTarget(name) for name, one in self.extensions.items() if one.dialled}
        return Inputs({name: to for name, to in dialled.items() if name.isascii() and name.isdigit()})

    @cached_property
    def choices(self) -> tuple[tuple[tuple[str, ...], CallerChoice], ...]:
        """What callers can say by keys, with its place below the tenant. Only kinds have such keys."""
        blocks = (name for name in type(self).model_fields if name not in Tenant.model_fields)
        return tuple(found for name in blocks for found in choices_below(getattr(self, name), (name,)))

    @cached_property
    def skills_by_keys(self) -> Mapping[str, Skills]:
        """What callers can have demanded by keys, one or several, by its written form; "" first."""
        return combinations(choice.skills for _, choice in self.choices)


class Common(Frozen):
    """`callcontrol.yaml`: what all tenants share."""

    listen: HostPort = Field(default="127.0.0.1:8084", description="where switches hand calls over")
    http: HostPort = Field(default="127.0.0.1:9464", description="/metrics, /healthz, /readyz")
    allow: tuple[Network, ...] = Field(
        default=("127.0.0.0/8", "::1/128"), description="addresses switches may connect from"
    )
    switches: Mapping[Identifier, Switch] = Field(min_length=1)
    redis: Redis = Redis()
    postgres: Postgres = Postgres()
    data: Text = Field(
        default="",
        description="folder of the spool and of the embedded stores; a relative one counts from this file's folder; "
        "not written: .data of the checkout this file lies in, else .data beside this file",
    )
    recordings: Folder = Field(
        default="/var/lib/freeswitch/recordings", description="folder of voicemail files, on the switch"
    )
    media: MediaSettings = MediaSettings()
    speech: Speech = Speech()
    mail: MailServer = MailServer()
    exports: Exports = Field(default_factory=dict, description="what is delivered of the ledger, by name")
    statements: Issuer = Issuer()
    retention: Retention = Retention()
    web: Web = Web()
    webhooks: Webhooks = Webhooks()
    trunks: Mapping[Identifier, Trunk] = Field(default_factory=dict)
    limits: Limits = Limits()
    busy_lamps: Flag = Field(
        default=False,
        description="phones may watch extensions and parking places by lamps (SUBSCRIBE); `callcontrol render` tells "
        "the switches",
    )
    mask_numbers: Flag = Field(default=False, description="hide the last digits of numbers in logs")


class Settings(Common):
    """Everything: `callcontrol.yaml`, the tenants and price lists beside it, and where each setting was written."""

    tenants: Mapping[Identifier, Tenant] = Field(default_factory=dict, description="from tenants/*.yaml")

    # names of price lists and their files: "retail" -> "tariffs/retail.yaml"
    tariff_files: Mapping[str, str] = Field(default_factory=dict, exclude=True)

    # "tenants/acme.yaml:31" of a path such as ("tenants", "acme", "extensions", "101", "forward", "busy")
    sources: Mapping[tuple[str, ...], str] = Field(default_factory=dict, exclude=True)

    # what has mistakes of its own and was left out: while a folder is checked, nothing is said of what it holds
    unread: frozenset[tuple[str, ...]] = Field(default=frozenset(), exclude=True)

    def source(self, *path: str) -> str:
        """`file:line` where this was written, or "" for a default."""
        return self.sources.get(path, "")

    def is_on_net(self, number: str, tenant: str) -> bool:
        """Whether a tenant other than this one owns the number (E.164): a call there needs no carrier."""
        return any(number in other.numbers for name, other in self.tenants.items() if name != tenant)

    def is_free(self, number: str, tenant: str) -> bool:
        """Whether a call of this tenant to the number is on-net, and costs nothing."""
        return self.tenants[tenant].on_net == "free" and self.is_on_net(number, tenant)


__all__ = ["Agent", "Common", "Extension", "Frozen", "Queue", "Settings", "Switch", "Target", "Tenant", "Trunk"]
