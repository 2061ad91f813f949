"""What goes wrong in a run, and how often. Nothing of it is the fault of the code under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

# At 0.31 for the first minute of a call.
FORGOTTEN: Final = Decimal("2.00")


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates of faults. Those `_per_h` are events an hour of virtual time in the whole centre; others are probabilities.

    Attributes:
        event_lost, event_repeated, event_late: of an event on a switch's own connection; late ones take up to 5 s.
        command_slow, command_failed: of a command to a switch; slow ones take up to 3 s, failed ones get no answer.
        kill_per_h: kill -9 of a worker, between any two of its commands; another begins RESTART_S later.
        stop_per_h: SIGSTOP for 1 to 12 s.
        drain_per_h: an orderly end and a new worker.
        redis_away_per_h: Redis cannot be reached for 1 to 20 s.
        redis_restart_per_h: Redis restarts: scripts are forgotten, subscriptions broken.
        redis_amnesia_per_h: the same, and its last second is lost.
        batch_failed, reply_lost: of a round trip to Redis: not carried out, or carried out and not answered.
        published_lost: of a message to a worker.
        ledger_away_per_h: Postgres is away for 1 to 600 s.
        spool_full_per_h: spools are full for 1 to 60 s.
        clock_step_per_h: the wall clock jumps by up to 30 s.
        switch_death_per_h: a switch dies and is there again 3 to 10 s later.
        late_per_h: from a command to its answer a switch takes 0.1 to 10 s longer, for 1 to 60 s: it hears late, or
            tells late what comes of it and what happens, or some of each.
        link_blink_per_h: workers lose their connection to a switch that lives, for up to 20 s.
        clocks_apart_s: how far the clocks of two hosts are apart at most, those of their switches included.
        reload_per_h: another edition of the configuration.
        reload_late_s: a host takes it so much later at most.
        later: a worker is of the version after this one, whose calls the others cannot read. There is always one of it.
    """

    event_lost: float = 0.0
    event_repeated: float = 0.0
    event_late: float = 0.0
    command_slow: float = 0.0
    command_failed: float = 0.0
    kill_per_h: float = 0.0
    stop_per_h: float = 0.0
    drain_per_h: float = 0.0
    redis_away_per_h: float = 0.0
    redis_restart_per_h: float = 0.0
    redis_amnesia_per_h: float = 0.0
    batch_failed: float = 0.0
    reply_lost: float = 0.0
    published_lost: float = 0.0
    ledger_away_per_h: float = 0.0
    spool_full_per_h: float = 0.0
    clock_step_per_h: float = 0.0
    switch_death_per_h: float = 0.0
    late_per_h: float = 0.0
    link_blink_per_h: float = 0.0
    clocks_apart_s: float = 0.0
    reload_per_h: float = 0.0
    reload_late_s: float = 0.0
    later: float = 0.0

    @property
    def workers_die(self) -> bool:
        """Whether a worker may be gone, or as good as gone, in the middle of a call."""
        return bool(self.kill_per_h or self.stop_per_h)

    @property
    def told_is_kept(self) -> bool:
        """Whether what a worker was told is never lost with it, or with the live state."""
        dies = self.workers_die or self.drain_per_h or self.switch_death_per_h
        return not (dies or self.redis_away_per_h or self.redis_restart_per_h or self.redis_amnesia_per_h)

    @property
    def is_told_in_time(self) -> bool:
        """Whether all that switches are told, and tell, arrives at once, by clocks that go on evenly and agree."""
        late = self.event_late or self.command_slow or self.command_failed or self.late_per_h or self.event_repeated
        return not (late or self.ends_may_be_missed or self.clock_step_per_h or self.clocks_apart_s)

    @property
    def overdraft(self) -> Decimal:
        """How far an account may have been below 0: not at all, where nothing that was told is lost, and clocks go on
        evenly; else by some spans of calls of which Redis had forgotten.
        """
        is_certain = self.told_is_kept and not (self.clock_step_per_h or self.batch_failed or self.reply_lost)
        return Decimal(0) if is_certain else FORGOTTEN

    @property
    def ends_may_be_missed(self) -> bool:
        """Whether the end of a leg may never be told."""
        dies = self.workers_die or self.switch_death_per_h or self.drain_per_h
        return bool(dies or self.event_lost or self.link_blink_per_h)


PROFILES: Mapping[str, Faults] = MappingProxyType(
    {
        "calm": Faults(),
        "deaths": Faults(kill_per_h=12),
        "massacre": Faults(kill_per_h=90),
        "stops": Faults(stop_per_h=12),
        "drains": Faults(drain_per_h=12),
        "events": Faults(event_repeated=0.02, event_late=0.02, event_lost=0.002),
        "commands": Faults(command_slow=0.02, command_failed=0.002),
        "redis": Faults(
            redis_away_per_h=6, redis_restart_per_h=2, batch_failed=0.001, reply_lost=0.001, published_lost=0.01
        ),
        "redis-away": Faults(redis_away_per_h=150),
        "amnesia": Faults(redis_amnesia_per_h=4),
        "ledger": Faults(ledger_away_per_h=4, spool_full_per_h=4),
        "clocks": Faults(clock_step_per_h=10),
        "switches": Faults(switch_death_per_h=4),
        "late": Faults(late_per_h=90),
        "blinks": Faults(link_blink_per_h=60),
        "reloads": Faults(reload_per_h=12),
        "mixed": Faults(reload_per_h=6, reload_late_s=400),
        "versions": Faults(kill_per_h=6, drain_per_h=12, later=0.5),
        "apart": Faults(clocks_apart_s=40),
        "two-hosts": Faults(
            kill_per_h=6,
            drain_per_h=3,
            link_blink_per_h=20,
            clocks_apart_s=40,
            reload_per_h=6,
            reload_late_s=120,
            redis_away_per_h=2,
            switch_death_per_h=1,
        ),
        "storm": Faults(
            event_lost=0.001,
            event_repeated=0.01,
            event_late=0.01,
            command_slow=0.01,
            command_failed=0.001,
            kill_per_h=6,
            stop_per_h=4,
            drain_per_h=4,
            redis_away_per_h=3,
            redis_restart_per_h=1,
            batch_failed=0.0005,
            reply_lost=0.0005,
            published_lost=0.005,
            ledger_away_per_h=2,
            spool_full_per_h=2,
            clock_step_per_h=2,
            switch_death_per_h=2,
        ),
    }
)
