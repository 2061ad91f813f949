"""Settings of queues and agents. Cross-checks stand in `checks/agents.py` and `checks/queues.py`.

The limits keep a tenant's share of Redis bounded, and the time of one operation: an assignment costs in proportion to
the seats of one agent and their demands (`edges/live_state/queue_scripts/RULES.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from callcontrol.config.choices import MAX_SKILLS, Level, Priority
from callcontrol.config.fields import E164, DisplayName, Flag, Identifier, Prefix, Whole
from callcontrol.config.frozen import Frozen, RingSeconds, Seconds
from callcontrol.config.mail_settings import MissedMail
from callcontrol.config.prompt import PromptText
from callcontrol.config.queue_fields import EndOfHours, Key, KeyAction, Music, TimeOfDay
from callcontrol.config.target_fields import TargetText
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.number_class import NumberClass

MAX_QUEUES = 256  # of a tenant
MAX_AGENTS = 10_000  # of a tenant
MAX_SEATS = 1_000  # in a queue
MAX_DEMANDS = 16  # of a queue
MAX_RELAXED = 8  # of a demand
MAX_PRIORITIES = 64  # of a queue
MAX_LISTED = 1_000  # numbers in one priority

Rest = Annotated[int, Field(ge=0, le=3_600, description="seconds before the next offer to this agent"), Whole]
# Spans that may be left out by writing 0.
SpanSeconds = Annotated[int, Field(ge=0, le=3_600), Whole]
WeekSeconds = Annotated[int, Field(ge=0, le=604_800), Whole]


class Strategy(StrEnum):
    """Which of the ready agents is offered a caller; one file each in `edges/live_state/queue_scripts/strategies/`."""

    ALL_AT_ONCE = "all_at_once"
    IN_ORDER = "in_order"
    ROUND_ROBIN = "round_robin"
    LONGEST_IDLE = "longest_idle"
    LEAST_TALKED = "least_talked"
    FEWEST_CALLS = "fewest_calls"
    RANDOM = "random"


class AtClosing(StrEnum):
    """What callers meet who wait in a queue when its opening hours end."""

    SERVE_OUT = "serve_out"
    TELL = "tell"
    OVERFLOW = "overflow"


class Agent(Frozen):
    """A person who takes calls from queues: at an extension, or at an external number."""

    extension: Identifier | None = Field(default=None, description="the extension the agent's calls ring at")
    number: E164 | None = Field(
        default=None, description="the external number the agent's calls ring at, at the tenant's expense"
    )
    name: DisplayName = Field(default="", max_length=64, description="name in tables; default: the agent's own")
    auto: Flag = Field(default=False, description="active whenever the extension is registered, without logging in")
    hours: Identifier | None = Field(
        default=None,
        description="active by itself within these opening hours, one of `hours:`, and out of reach outside of them",
    )
    skills: Mapping[Identifier, Level] = Field(
        default_factory=dict, max_length=MAX_SKILLS, description="skills and languages, each with a level"
    )
    confirm: Flag = Field(default=True, description="an external number has to press 1 to accept")


class Seat(Frozen):
    """An agent's place in a queue. Their order in the list is the order of `in_order` and `round_robin`."""

    agent: Identifier = Field(description="one of the tenant's agents")
    tier: Annotated[int, Field(ge=1, le=9), Whole] = Field(
        default=1, description="1 is offered first; the next tier when no agent of the higher ones is ready"
    )
    weight: Annotated[int, Field(ge=1, le=1_000), Whole] = Field(
        default=1, description="`random` takes an agent of weight 3 three times as often"
    )


class Rests(Frozen):
    """How long an agent is left alone after an offer that came to nothing, by how it ended (seconds)."""

    rejected: Rest = 20
    busy: Rest = 30
    no_answer: Rest = 20
    unreachable: Rest = 60


class Announcements(Frozen):
    """What a waiting caller is told, and how often; 0: never (seconds)."""

    first: SpanSeconds = Field(default=10, description="seconds before the first")
    position: SpanSeconds = Field(default=45, description="interval of the position")
    wait: SpanSeconds = Field(default=90, description="interval of the expected waiting time")
    hint: PromptText | None = Field(default=None, description="played with the position: which keys there are")
    closing: PromptText | None = Field(
        default=None, description="with `at_closing: tell`: played to those who wait when the opening hours end"
    )


class Callback(Frozen):
    """Calling a caller back when the callback's turn comes; a key that does `callback` asks for it."""

    retries: Annotated[int, Field(ge=0, le=20), Whole] = Field(default=3, description="further attempts")
    every: Seconds = Field(default=300, description="seconds between attempts")
    expires: Seconds = Field(default=14_400, description="seconds within the hours after which it is given up")
    ring: RingSeconds = Field(default=30, description="how long the customer's phone rings, in seconds")
    opens: TimeOfDay | None = Field(default=None, description="not before this time of day, tenant zone")
    closes: EndOfHours | None = Field(
        default=None, description="no attempt begins after this time of day, tenant zone; 24:00: the end of the day"
    )
    hours: Identifier | None = Field(
        default=None, description="customers are called within these opening hours, one of `hours:`"
    )
    classes: tuple[NumberClass, ...] = Field(
        default=(NumberClass.NATIONAL,),
        min_length=1,
        max_length=len(NumberClass),
        description="which numbers are called: national (of the tenant's country), abroad, special (shared cost, "
        "unassigned, and national ones whose minute costs more than `limits.dear_above`), premium",
    )
    again_after: WeekSeconds = Field(
        default=3_600,
        description="seconds after one callback was promised in which this queue promises the same number no other, "
        "whatever came of it; 0: at any time",
    )
    per_day: Annotated[int, Field(ge=0, le=1_000), Whole] = Field(
        default=5, description="callbacks that this queue promises the same number within 24 hours; 0: any number"
    )
    confirmed: PromptText | None = Field(default=None, description="what the caller hears; default: the spoken prompt")
    noted: PromptText | None = Field(
        default=None, description="what a caller hears whose number has a callback already; default: the spoken prompt"
    )
    refused: PromptText | None = Field(
        default=None, description="what a caller hears who cannot be called back; default: the spoken prompt"
    )


class Sticky(Frozen):
    """The same number goes first to the agent who last spoke with it."""

    within: Seconds = Field(default=86_400, description="seconds after that conversation")
    first: Annotated[int, Field(ge=1, le=600), Whole] = Field(
        default=20, description="seconds for which no other agent is offered the caller"
    )


class Overflow(Frozen):
    """Where callers go who are not to wait (any longer); each to a target of its own."""

    after: Seconds | None = Field(
        default=None, description="seconds of waiting after which the caller goes to `waited`"
    )
    waited: TargetText | None = Field(default=None, description="target of callers who have waited too long")
    length: Annotated[int, Field(ge=1, le=100_000), Whole] = Field(default=1_000, description="most callers waiting")
    full: TargetText | None = Field(
        default=None, description="target of callers who find the queue full; default: `otherwise`"
    )
    expected: Seconds | None = Field(default=None, description="longest expected wait on entry, in seconds")
    busy: TargetText | None = Field(default=None, description="target of callers who would wait longer than `expected`")
    empty: TargetText | None = Field(default=None, description="where waiting callers go when the last agent leaves")
    closed: TargetText | None = Field(
        default=None,
        description="where callers go who come outside the opening hours (`hours`), and with `at_closing: overflow` "
        "those who wait when they end; default: `otherwise`",
    )


class Relaxed(Frozen):
    """A smaller demand after a wait."""

    after: Seconds = Field(description="seconds of waiting from which on this is enough")
    skills: Mapping[Identifier, Level] = Field(
        default_factory=dict, max_length=MAX_SKILLS, description="skills demanded from then on; none: any agent"
    )


class Demand(Frozen):
    """Which callers need which skills: by the number they dialled, by the beginning of their own, or by both at once
    where both are written.
    """

    dialled: E164 | None = Field(default=None, description="the number of the tenant's that was dialled")
    caller: Prefix | None = Field(
        default=None, description="beginning of the caller's number, such as +7 or +4969; '' is every caller"
    )
    skills: Mapping[Identifier, Level] = Field(
        min_length=1, max_length=MAX_SKILLS, description="what an agent must have, each at this level or better"
    )
    relax: tuple[Relaxed, ...] = Field(
        default=(), max_length=MAX_RELAXED, description="smaller demands after stated waits"
    )


class CallerPriority(Frozen):
    """Which callers have which priority: by the number they dialled, by prefix, or by a list of numbers. What is
    written must all fit.
    """

    dialled: E164 | None = Field(default=None, description="the number of the tenant's that was dialled")
    caller: Prefix | None = Field(default=None, description="beginning of the caller's number")
    numbers: tuple[E164, ...] = Field(
        default=(), max_length=MAX_LISTED, description="whole numbers of callers, any of them"
    )
    priority: Priority


class ServiceLevel(Frozen):
    """What counts as answered in time, and as hung up at once."""

    within: Seconds = Field(default=20, description="answered within so many seconds counts")
    short: Annotated[int, Field(ge=0, le=60), Whole] = Field(
        default=5, description="seconds; callers who hang up earlier do not count as abandoned"
    )


class Ageing(Frozen):
    """What weight and priority are worth in waiting time: a caller is overtaken only by those who come less than
    `weight` times the difference of queue weights plus `priority` times the difference of priorities later.
    """

    weight: Annotated[int, Field(ge=1, le=3_600), Whole] = Field(
        default=60, description="seconds that one unit of a queue's weight is worth"
    )
    priority: Annotated[int, Field(ge=1, le=3_600), Whole] = Field(
        default=60, description="seconds that one unit of a caller's priority is worth"
    )


class Most(Frozen):
    """From which figure on a tile is yellow, and from which it is red."""

    yellow: Annotated[int, Field(ge=1, le=100_000), Whole] = Field(description="from here on yellow")
    red: Annotated[int, Field(ge=1, le=100_000), Whole] = Field(description="from here on red")


class Least(Frozen):
    """Below which share a tile is yellow, and below which it is red (percent)."""

    yellow: Annotated[int, Field(ge=1, le=100), Whole] = Field(description="below it yellow, in percent")
    red: Annotated[int, Field(ge=0, le=100), Whole] = Field(description="below it red, in percent")


class Wallboard(Frozen):
    """When the queue is yellow or red on walls and on the page of supervisors: by the worst of these."""

    waiting: Most = Field(default=Most(yellow=4, red=8), description="callers who wait")
    longest: Most = Field(default=Most(yellow=60, red=180), description="seconds the longest of them waits")
    service_level: Least = Field(default=Least(yellow=80, red=60), description="service level of today")


class Queue(Frozen):
    """Callers wait here for an agent."""

    name: DisplayName = Field(default="", max_length=64, description="name in tables; the key is its identity")
    strategy: Strategy = Field(
        default=Strategy.LONGEST_IDLE, description="the order in which ready agents are offered callers"
    )
    weight: Annotated[int, Field(ge=0, le=100), Whole] = Field(
        default=0, description="agents in several queues serve the heavier first"
    )
    agents: tuple[Seat, ...] = Field(min_length=1, max_length=MAX_SEATS, description="its agents, in this order")
    tier_wait: SpanSeconds = Field(
        default=0, description="seconds after which the next tier counts like the higher ones; 0: never"
    )
    ring: RingSeconds = Field(default=20, description="how long an agent's phone rings, in seconds")
    rest: Rests = Rests()
    misses: Annotated[int, Field(ge=0, le=100), Whole] = Field(
        default=3, description="so many missed offers in a row pause the agent; 0: never"
    )
    wrap_up: SpanSeconds = Field(default=0, description="seconds after each conversation without an offer")
    window: Literal["day", "week", "month"] = Field(
        default="day", description="over which least_talked and fewest_calls count, in the tenant's zone"
    )
    language: Language | None = Field(
        default=None,
        description="language of the spoken prompts; default: the caller's, and for its agents the tenant's",
    )
    greeting: PromptText | None = Field(default=None, description="played once, at entry")
    music: Music = Field(
        default="local_stream://default",
        description="a sound file, a folder (with a / at its end), or a stream such as local_stream://name; default: "
        "what lies in `music/` of the switch's sounds, a quiet piece as delivered",
    )
    announce: Announcements = Announcements()
    whisper: Flag = Field(default=True, description="the agent hears what it is about, and how long the caller waited")
    whisper_name: PromptText | None = Field(default=None, description="the queue's name, played to the agent first")
    keys: Mapping[Key, KeyAction] = Field(
        default_factory=dict, description="what a key does: `callback`, or a target the call goes to"
    )
    callback: Callback = Callback()
    come_back: SpanSeconds = Field(
        default=60, description="seconds within which a caller who hung up finds the old place"
    )
    sticky: Sticky | None = None
    demands: tuple[Demand, ...] = Field(
        default=(), max_length=MAX_DEMANDS, description="the first that fits a caller counts"
    )
    chosen_for: SpanSeconds = Field(
        default=0,
        description="seconds of waiting after which the skills that a caller has chosen by key are demanded no more; "
        "0: they always are",
    )
    priorities: tuple[CallerPriority, ...] = Field(
        default=(), max_length=MAX_PRIORITIES, description="the highest that fits counts"
    )
    overflow: Overflow = Overflow()
    hours: Identifier | None = Field(
        default=None,
        description="its opening hours, one of `hours:`; no caller is let in outside of them; default: always",
    )
    at_closing: AtClosing = Field(
        default=AtClosing.SERVE_OUT,
        description="what those who wait meet when the opening hours end: serve_out (they are served as before), tell "
        "(they hear `announce.closing`, and are served), overflow (they go to `overflow.closed`)",
    )
    otherwise: TargetText | None = Field(default=None, description="where the call goes when no agent is active")
    afterwards: TargetText | None = Field(
        default=None,
        description="where the caller, or the customer who was called back, goes when the agent has hung up, such as "
        "survey:NAME; not after a transfer; default: the call ends",
    )
    service_level: ServiceLevel = ServiceLevel()
    wallboard: Wallboard = Wallboard()
    missed: MissedMail | None = None
