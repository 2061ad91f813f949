"""What is promised of supervisors: none hears anything without a right, and the ledger knows what each has heard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise

from callcontrol.config.settings import Settings
from callcontrol.vocabulary.supervision import ListeningRecord, Mode
from tests.simulation.broken import Broken
from tests.simulation.channel import Channel
from tests.simulation.eavesdrop_twin import Heard
from tests.simulation.switch_twin import SwitchTwin

# A right that was in force so long ago may be acted upon, for hosts read settings at different times (seconds).
WAS_RIGHT_S = 15.0
# For so long a listening may go on that its right does not cover any more, while a worker and Redis are up (seconds).
WITHDRAWN_S = 20.0
# How far a span may be from the truth where nothing fails (seconds).
OFF_S = 1.5
# What was heard for less than this need not be in the ledger where things fail (seconds).
MOMENT_S = 2.0


class SupervisionPromises:
    """Watches the supervisors of a run.

    Args:
        editions: the settings that hosts have now, by edition.
    """

    def __init__(self, switches: list[SwitchTwin], editions: Callable[[], dict[int, Settings]]) -> None:
        self._switches = switches
        self._editions = editions
        self._in_force: dict[int, tuple[Settings, float]] = {}
        self._since_s: dict[int, float] = {}

    def watch(self) -> None:
        """From now on, as the switches are there."""
        for switch in self._switches:
            switch.eavesdropping.begins.append(self._begins)

    @property
    def _now_s(self) -> float:
        return self._switches[0].agenda.now_s

    def _begins(self, heard: Heard) -> None:
        if not self._is_right(heard):
            what = f"{heard.by.who} {heard.mode}s at {heard.leg.who} and has no right to"
            raise Broken(what, heard.by.call)

    def bridged(self, taker: Channel) -> None:
        """A conversation is about to be taken over, if this is a supervisor's channel."""
        if taker.is_caller and taker.dialled.startswith("*53*") and not self._may_take_over(taker):
            raise Broken(f"{taker.who} takes over and has no right to", taker.call)

    def _may_take_over(self, taker: Channel) -> bool:
        extension, _, domain = taker.who.partition("@")
        known = (found.tenants[domain.partition(".")[0]] for found in self._settings())
        rights = (right for tenant in known for right in tenant.supervision.rights)
        return any(extension in right.who and Mode.TAKE_OVER in right.may for right in rights)

    def _settings(self) -> Iterator[Settings]:
        """Those that may be acted upon now."""
        self._in_force |= {edition: (found, self._now_s) for edition, found in self._editions().items()}
        return (found for found, seen_s in self._in_force.values() if self._now_s - seen_s <= WAS_RIGHT_S)

    def _is_right(self, heard: Heard) -> bool:
        return any(_may(heard.by, heard.mode, heard.leg, settings) for settings in self._settings())

    def forget(self) -> None:
        """A worker or Redis is away: start counting again."""
        self._since_s.clear()

    def look(self) -> None:
        """Check for listenings that must not last.

        Raises:
            Broken: one has lasted.
        """
        running = [heard for switch in self._switches for heard in switch.eavesdropping.running()]
        found = {id(heard): heard for heard in running if not self._is_right(heard)}
        self._since_s = {one: self._since_s.get(one, self._now_s) for one in found}
        for one, since_s in self._since_s.items():
            if self._now_s - since_s > WITHDRAWN_S:
                by, leg = found[one].by, found[one].leg
                raise Broken(f"{by.who} still hears {leg.who}, {WITHDRAWN_S:.0f} s after the right", by.call)

    # --- in the end

    def balance(
        self, notes: Iterable[ListeningRecord], known: Collection[str], *, is_exact: bool, may_die: bool
    ) -> int:
        """Compare what was heard with the ledger; returns the number of listenings.

        Args:
            known: the calls that have a record; of others nothing was heard of by any worker.
            is_exact: nothing has failed.
            may_die: a worker may have died before the live state had what the ledger has: a job of the ledger's ends
                such a listening with the supervisor's call.

        Raises:
            Broken: they differ.
        """
        rows: dict[str, ListeningRecord] = {}
        for note in notes:
            before = rows.get(note.listening_id)
            if before is None or note.revision >= before.revision:
                rows[note.listening_id] = note
        for row in rows.values():
            if row.ended is None and may_die and row.listening_id in known:
                continue
            if row.ended is None:
                raise Broken(f"listening {row.listening_id} has no end", row.listening_id)
            _spans_in_order(row)
        heard = [one for switch in self._switches for one in switch.eavesdropping.heard]
        for one in heard:
            if one.by.call in known and _lasted_s(one) > MOMENT_S:
                self._is_told(one, rows.get(one.by.call), is_exact)
        return len(rows)

    def _is_told(self, heard: Heard, row: ListeningRecord | None, is_exact: bool) -> None:
        spans = [span for span in row.spans if span.mode is heard.mode] if row is not None else []
        if not spans:
            raise Broken(f"{heard.by.who} has heard {heard.leg.who} ({heard.mode}), and no row says so", heard.by.call)
        off_s = min(_apart_s(span.began, heard.began) for span in spans)
        lasted = min((abs((span.ended or span.began) - span.began) / 1e6 - _lasted_s(heard) for span in spans), key=abs)
        if is_exact and (off_s > OFF_S or abs(lasted) > OFF_S):
            raise Broken(f"{heard.by.who} heard {heard.leg.who} otherwise than the row says: {spans}", heard.by.call)


def _may(by: Channel, mode: Mode, leg: Channel, settings: Settings) -> bool:
    """Told from the settings alone; a leg that was rung for a queue is taken to be of whichever queue."""
    extension, _, domain = by.who.partition("@")
    whose, _, leg_domain = leg.who.partition("@")
    tenant = settings.tenants[domain.partition(".")[0]]
    return any(
        extension in right.who
        and mode in right.may
        and (whose in right.extensions or (leg.from_queue and right.queues))
        for right in tenant.supervision.rights
        if leg_domain in (domain, "")
    )


def _spans_in_order(row: ListeningRecord) -> None:
    for span, following in pairwise(row.spans):
        if span.ended is None or following.began < span.ended:
            raise Broken(f"listening {row.listening_id}: {span} and {following} overlap", row.listening_id)
    if any(span.ended is None or span.ended < span.began for span in row.spans):
        raise Broken(f"listening {row.listening_id} has spans without an end: {row.spans}", row.listening_id)


def _lasted_s(heard: Heard) -> float:
    return (heard.ended_s or heard.began_s) - heard.began_s


def _apart_s(one: int, other: int) -> float:
    return abs(one - other) / 1_000_000
