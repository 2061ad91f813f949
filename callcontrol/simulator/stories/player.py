"""Plays a story in a world and says what came out differently."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import gevent
from redis import Redis

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.mailbox_values import encode_pin
from callcontrol.edges.live_state.rules import decode_rule, encode_rule
from callcontrol.edges.pin_hash import hashed
from callcontrol.kinds import KINDS
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.actions import Action, AgentActs, Agents, Registers
from callcontrol.simulator.stories.checks import call_differences, heard_differences
from callcontrol.simulator.stories.story import BadStory, PlacedCall, Story
from callcontrol.simulator.stories.world import World
from callcontrol.vocabulary.mailbox import Pin
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.wanted import Wanted

log = logging.getLogger(__name__)

TENANT = "acme"
CALL_S = 60.0  # longest time for the calls of a story
LATEST = 30  # records looked at; more than any story makes
RECORDS_S = 20.0  # longest way of a record into Postgres


@dataclass(frozen=True, slots=True)
class StoryResult:
    """How a story came out; `differences` is empty if it came out as told."""

    story: Story
    differences: tuple[str, ...]
    calls: tuple[PastCall, ...]
    heard: tuple[Heard, ...]


class Player:
    """Plays stories of the tenant `acme`.

    Args:
        dsn: the daemon's Postgres. redis: the daemon's Redis, in which run-time rules are set.
        tell: called with what happens, while it happens.
        agents: who act in stories of queues; without them such stories cannot be played.
    """

    def __init__(
        self,
        world: World,
        settings: Settings,
        redis: Redis,
        dsn: str,
        tell: Callable[[str], None] = lambda line: None,
        agents: Agents | None = None,
    ) -> None:
        self._world = world
        self._settings = settings
        self._redis = redis
        self._dsn = dsn
        self._tell = tell
        self._agents = agents
        self._had_queues = False
        self._seen: set[str] = set()

    def play(self, story: Story) -> StoryResult:
        """Arrange, place the calls and do the rest, wait for the calls' ends and their records, compare.

        Raises:
            BadStory: it has agents, and there are none here.
        """
        self._world.arrange(story)
        self._set_rules(story)
        # a story that says nothing of queues may lead through one: no agent is logged in there by a story of before
        if self._agents is not None and (story.has_queues or self._had_queues):
            self._agents.reset(TENANT, story.offline)
        self._had_queues = story.has_queues
        began_us = clock.now()
        placed = self._carry_out(story)
        self._world.wait_until_over(placed, CALL_S)
        calls = self._records(story)
        heard = [self._by_name(h, placed) for h in self._world.heard()]
        return StoryResult(story, tuple(self._differences(story, calls, heard, began_us)), calls, tuple(heard))

    def _carry_out(self, story: Story) -> list[str]:
        """Everything at its time; the names of the calls that were placed."""
        placed: list[str] = []
        began = clock.monotonic()
        for at_s, what in timeline(story):
            gevent.sleep(max(began + at_s - clock.monotonic(), 0))
            match what:
                case PlacedCall() as call:
                    self._tell(f"{call.extension or call.number or 'anonymous'} calls {call.to}")
                    placed.append(self._world.place(call))
                case AgentActs() as acts:
                    self._act(story, acts)
                case Registers(account, online):
                    self._tell(f"{account} {'registers' if online else 'unregisters'}")
                    self._world.register(account, online=online)
        return placed

    def _act(self, story: Story, acts: AgentActs) -> None:
        if self._agents is None:
            raise BadStory(f"{story.file}: agent {acts.agent} cannot act, this player was given no agents")
        self._tell(f"{acts.agent}: {acts.action} {acts.detail}".rstrip())
        self._agents.act(TENANT, acts.agent, acts.action, acts.detail)

    def _differences(
        self, story: Story, calls: tuple[PastCall, ...], heard: list[Heard], began_us: int
    ) -> Iterable[str]:
        if len(calls) != len(story.expect):
            yield f"{len(story.expect)} records expected, there are {len(calls)}"
        for expected, call in zip(story.expect, calls, strict=False):
            yield from call_differences(expected, call)
            if "rules" in expected and expected["rules"] != self._rules_set():
                yield f"rules should be {expected['rules']}, are {self._rules_set()}"
        yield from heard_differences(story.heard, heard, began_us)

    def _records(self, story: Story) -> tuple[PastCall, ...]:
        """The records that no earlier story has seen, oldest first, waited for: also of calls from elsewhere."""
        count = max(len(story.calls), len(story.expect))
        due = clock.monotonic() + RECORDS_S + (CALL_S if count > len(story.calls) else 0)
        calls: list[PastCall] = []
        while len(calls) < count and clock.monotonic() < due:
            gevent.sleep(0.05)
            calls = self._unseen(count, due)
        self._seen.update(call.call_id for call in calls)
        return tuple(sorted(calls, key=lambda c: c.started_at))

    def _unseen(self, count: int, due_s: float) -> list[PastCall]:
        """The records as soon as there are so many, by one connection; none where the ledger is not there yet."""
        calls: list[PastCall] = []
        try:
            with LedgerReader(self._dsn) as ledger:
                while len(calls) < count and clock.monotonic() < due_s:
                    gevent.sleep(0.05)
                    calls = [c for c in ledger.calls(Wanted(limit=LATEST)) if c.call_id not in self._seen]
        except NoLedger as error:
            log.info("not yet: %s", error)
        return calls

    def forget_what_was_set(self) -> None:
        """Nothing set at run time is in force any more: what the last story has set is not the next one's."""
        boxes = self._redis.scan_iter(match=keys.box(TENANT, "*"), count=1_000)
        self._redis.delete(keys.rules(TENANT), keys.overrides(TENANT), keys.boxes(TENANT), *boxes)

    def _set_rules(self, story: Story) -> None:
        """As `callcontrol forward set` would, in place of whatever was set before."""
        self.forget_what_was_set()
        for written in story.rules:
            extension, kind, target, *more = written.split()
            rule = Rule(RuleKind(kind), KINDS.read(target), source="story")
            for option in more:
                name, _, value = option.partition("=")
                rule = replace(rule, after_s=int(value)) if name == "after" else replace(rule, show=value)
            self._redis.hset(keys.rules(TENANT), f"{extension}/{kind}", encode_rule(rule))
        for box, pin in story.pins.items():
            self._redis.hset(keys.box(TENANT, box), "pin", encode_pin(Pin(hashed(pin))))

    def _rules_set(self) -> list[str]:
        stored = cast(Mapping[bytes, bytes], self._redis.hgetall(keys.rules(TENANT)))
        return sorted(_written(field.decode(), value) for field, value in stored.items())

    def _by_name(self, heard: Heard, placed: list[str]) -> Heard:
        met = {"with": self._name(heard.detail["with"], placed)} if "with" in heard.detail else {}
        return replace(heard, who=self._name(heard.who, placed), detail={**heard.detail, **met})

    def _name(self, who: str, placed: list[str]) -> str:
        """`caller`, `caller 2`, … instead of the world's own names; accounts without their domain."""
        if who in placed:
            number = placed.index(who)
            return f"caller {number + 1}" if number else "caller"
        short = who.removesuffix("@" + self._settings.tenants[TENANT].domain)
        return f"+{short}" if short.isdigit() and len(short) > 6 else short


def timeline(story: Story) -> Sequence[tuple[float, PlacedCall | Action]]:
    """What happens when, in seconds after the beginning; at the same moment actions go before calls."""
    actions: list[tuple[float, PlacedCall | Action]] = [(timed.at_s, timed.action) for timed in story.do]
    return sorted([*actions, *((call.after_s, call) for call in story.calls)], key=lambda pair: pair[0])


def _written(field: str, value: bytes) -> str:
    extension, _, kind = field.partition("/")
    rule = decode_rule(RuleKind(kind), value)
    if rule is None:
        return f"{extension} {kind} removed"
    after = f" after={rule.after_s}" if rule.kind.rings_first else ""
    return f"{extension} {kind} {text_of(rule.target)}{after}" + ("" if rule.on else " off")
