"""Erases everything about one number of a tenant's, over the whole register; what is held stays.

Every step can be done again: a number that was replaced is not found any more. So a command that was cut short is given
again, goes on with the same pseudonym, and reports all that both have found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger import ageing
from callcontrol.edges.ledger import erasing as rows
from callcontrol.edges.ledger.deletions import (
    blank_mails,
    mails_of_number,
    media_of_number,
    order,
)
from callcontrol.edges.ledger.erasing import Erasure, Random, Stretch
from callcontrol.edges.ledger.months import held_calls
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.live_state.number_traces import NumberTraces, Trace
from callcontrol.edges.register.places import Period
from callcontrol.edges.threads import aside
from callcontrol.jobs.erasing.archives import Number, archives_of, erase_in, stays_for
from callcontrol.jobs.erasing.files import FileTrace, erase_in_files, file_traces
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.written_forms import WrittenForms, written_forms

# After so many rounds in which rows were still found, something writes them that knows of no erasure.
ROUNDS: Final = 3


class Refused(ValueError):
    """The number may not be erased; the message says why."""


class NotErased(RuntimeError):
    """The number comes again and again; the message says where."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is about a number.

    Attributes:
        rows: by table, without held ones.
        files: sound files that are ordered to be deleted.
        held: calls that stay because a hold counts.
        traces: of Redis, those that are erased; calls: those in progress, which leave by themselves.
        on_disk: files of this host.
    """

    rows: dict[str, int]
    files: tuple[str, ...]
    held: int
    traces: tuple[Trace, ...]
    calls: tuple[Trace, ...]
    on_disk: tuple[FileTrace, ...]


@dataclass(frozen=True, slots=True)
class Eraser:
    """One number of one tenant.

    Attributes:
        traces: of the tenant, in Redis.
        without_archives: archives that cannot be written anew here are named, and the erasure ends all the same.
    """

    connection: DictConnection
    settings: Settings
    tenant: str
    forms: WrittenForms
    traces: NumberTraces
    without_archives: bool = False

    def refuse(self) -> None:
        """Raises Refused where the number, or a time of which it has rows, is held, or it is one of our own."""
        for name, tenant in self.settings.tenants.items():
            if self.forms.number in (*tenant.numbers, tenant.company_number):
                raise Refused(f"{self.forms.number} is a number of {name}'s own: it stands in the configuration")
        for row in self.connection.execute(query("held_numbers")).fetchall():
            if (row["tenant"], row["number"]) == (self.tenant, self.forms.number):
                why = f"hold {row['hold_id']} by {row['held_by']}: {row['why']}"
                release = f"`callcontrol media release {self.tenant} {row['hold_id']}`"
                raise Refused(f"{self.forms.number} is held ({why}); erase it once it is released: {release}")
        self._refuse_held_time()

    def _refuse_held_time(self) -> None:
        found = rows.held_time_with(self.connection, self.tenant, self.forms)
        if found is None:
            return
        table, held = found
        days = f"{held['first']} to {held['last']}"
        raise Refused(
            f"{self.forms.number} is in rows of {table} of {self.tenant} from {days}, which are held (hold"
            f" {held['hold_id']} by {held['held_by']}: {held['why']}): nothing of it was changed. Erase it once"
            f" the hold is released: `callcontrol media release {self.tenant} {held['hold_id']}`"
        )

    def find(self) -> Found:
        """What there is now; nothing is changed."""
        held = self._held()
        counts: dict[str, int] = {}
        for at in rows.stretches(self.connection):
            if count := rows.count(self.connection, at, self.tenant, self.forms, held):
                counts[at.place.name] = counts.get(at.place.name, 0) + count
        media = media_of_number(self.connection, self.tenant, self.forms.number)
        files = [row["media_id"] for row in media if not row["held"] and row["state"] != MediaState.DELETED]
        kept = [row["media_id"] for row in media if row["held"]]
        return Found(
            counts,
            tuple(files),
            len(held),
            (*self._traces(kept), *self.traces.find_set(self.forms)),
            tuple(self.traces.find_calls(self.forms)),
            tuple(aside(file_traces, self.settings, self.forms)),
        )

    def erase(self, by: str, why: str, random: Random, now: Callable[[], Instant]) -> tuple[Erasure, Found]:
        """Erase it; what there was before.

        Raises:
            Refused: as `refuse`.
            WritersStay, NotErased: rows may be left; the same command goes on.
            psycopg.Error, LiveStateError, OSError: a store or a file is away; the same command goes on.
        """
        self.refuse()
        erasure = rows.begin(self.connection, self.tenant, self.forms, by, why, random)
        rows.await_writers(self.connection, erasure)
        found = self.find()
        self._order_files(erasure, found, by, why)
        self._replace(erasure, by, now())
        self.traces.erase(self.forms.number, [one for one in found.traces if one.kind not in _SET])
        self.traces.erase_set(self.forms, found.traces)
        aside(erase_in_files, self.settings, list(found.on_disk), self.forms, erasure.pseudonym)
        self._erase_archives(erasure)
        erasure.told.more |= {"calls_in_progress": len(found.calls), "held_calls": found.held}
        rows.end(self.connection, erasure)
        return erasure, found

    def _erase_archives(self, erasure: Erasure) -> None:
        """Months that left the ledger before."""
        number = Number(self.tenant, self.forms, frozenset(self._held()))
        times, stay = ageing.held(self.connection).times, list[str]()
        for one in archives_of(self.connection, self.tenant):
            if why := stays_for(one, self.tenant, times):
                stay.append(f"{one.path}: {why}")
                continue
            if erase_in(self.connection, one, number, erasure.pseudonym, erasure.erasure_id):
                erasure.told.more["archives"] = erasure.told.more.get("archives", 0) + 1
                rows.note(self.connection, erasure)
        erasure.told.more["archives_left"] = len(stay)
        rows.note(self.connection, erasure)
        if stay and not self.without_archives:
            raise NotErased(
                f"archives may have the number still: {'; '.join(stay)}. Give the same command where they are seen, or"
                " once they are held no more; with --without-archives it ends here, and they stay as they are"
            )

    def _held(self) -> list[str]:
        return [call_id for tenant, call_id in held_calls(self.connection) if tenant == self.tenant]

    def _traces(self, kept: Collection[str]) -> list[Trace]:
        return self.traces.find(self.forms.number, self.settings.tenants[self.tenant].queues, kept)

    def _order_files(self, erasure: Erasure, found: Found, by: str, why: str) -> None:
        """The media job deletes them. Before their rows lose the number, by which they are found."""
        with transaction(self.connection):
            cause = f"erased with everything about its number: {self.forms.replaced(why, erasure.pseudonym)}"
            ordered = order(self.connection, self.tenant, found.files, cause, by)
            mails = mails_of_number(self.connection, self.tenant, self.forms.number)
            free = [mail["mail_id"] for mail in mails if not mail["held"]]
            blank_mails(self.connection, self.forms.number, free, erasure.pseudonym)
            erasure.told.more["files"] = erasure.told.more.get("files", 0) + len(ordered)
            rows.note(self.connection, erasure)

    def _replace(self, erasure: Erasure, by: str, now: Instant) -> None:
        for _ in range(ROUNDS):
            held = self._held()
            changed = [self._replace_at(erasure, at, held) for at in _one_by_one(self.connection)]
            cases = rows.erase_cases(self.connection, erasure, self.forms, held, by, now)
            if not cases and not any(changed):
                return
        raise NotErased(
            f"rows with the number are still written after {ROUNDS} rounds: is a program at work that is none of ours?"
        )

    def _replace_at(self, erasure: Erasure, at: Stretch, held: list[str]) -> int:
        return rows.replace_in(self.connection, at, erasure, self.forms, held)


_SET: Final = ("rule", "override", "call back", "call")


def _one_by_one(connection: DictConnection) -> Iterator[Stretch]:
    """What is replaced table by table: all but the tables of missed callers."""
    return (at for at in rows.stretches(connection) if at.place.period is not Period.MISSED)


def forms_of(settings: Settings, tenant: str, number: str) -> WrittenForms:
    """The forms of a number, also behind the prefixes that the tenant's phones dial.

    Raises:
        NotErasable: it is too short.
    """
    return written_forms(number, settings.tenants[tenant].outgoing.prefixes)
