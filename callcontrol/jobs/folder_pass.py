"""One pass over a switch's folder: the switch's own records of its legs complete the ledger.

A file is moved only after Postgres has committed its contents, so a pass that is cut short is repeated by the next
one; what the ledger has already changes nothing. Files are read in batches, oldest first. A bad file stops no other.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from callcontrol.billing.costs import rate_record
from callcontrol.billing.price_book import PricesOf
from callcontrol.billing.reconciling import CdrSource, completed, lost_record
from callcontrol.billing.record import CallRecord
from callcontrol.billing.record_json import to_json
from callcontrol.billing.switch_cdr import BadCdr, LegEnd, read_cdr
from callcontrol.config.settings import Settings
from callcontrol.edges.freeswitch.cdr_folder import DONE, DOUBTFUL, MAX_BYTES, CdrFile, CdrFolder, FolderAway
from callcontrol.edges.ledger.history import LedgerHistory, Stretch
from callcontrol.edges.ledger.writer import Rejection
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.threads import aside
from callcontrol.jobs.sorting import Evidence, Judged, Verdict
from callcontrol.routing.arrival import Directory
from callcontrol.vocabulary.moment import Instant

YOUNG_US: Final = 60_000_000  # such a leg is on its normal way, or half written
BATCH: Final = 200  # files in memory at once: some MB
MAX_FILES: Final = 20_000  # of one pass; the next one reads the rest
UNREADABLE: Final = "unreadable"
# contexts of our dialplan in which callers arrive: for a number of ours, from phones
OUTSIDE: Final = ("public", "on-net")
INSIDE: Final = "internal"
SEEN_KEPT: Final = 100_000  # strangers and unreadable files that are not read again

log = logging.getLogger(__name__)


class Ledger(Protocol):
    """Where records go (edges/ledger/writer.py)."""

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]: ...


@dataclass(frozen=True, slots=True)
class PassContext:
    """What a pass needs to know.

    Attributes:
        prices_of: a tenant's price lists, None if it has none.
        is_remembered: whether Redis still has a call; raises LiveStateError.
    """

    settings: Settings
    prices_of: PricesOf
    is_remembered: Callable[[str, str], bool]
    dry_run: bool = False


@dataclass(slots=True)
class Seen:
    """Files of earlier passes that stay where they are, and are not read again unless they change.

    Attributes:
        changed: when each was last written (nanoseconds since the epoch), by name.
        unreadable: which of them could not be read; the others belong to strangers.
    """

    changed: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    def add(self, file: CdrFile, *, unreadable: bool) -> None:
        """Remember a file; after SEEN_KEPT all files are read again."""
        if len(self.changed) >= SEEN_KEPT:
            self.changed.clear()
            self.unreadable.clear()
        self.changed[file.name] = file.changed
        (self.unreadable.add if unreadable else self.unreadable.discard)(file.name)

    def forget_all_but(self, names: Container[str]) -> None:
        """Forget files that are gone."""
        self.changed = {name: changed for name, changed in self.changed.items() if name in names}
        self.unreadable.intersection_update(self.changed)


_Found = list[tuple[CdrFile, LegEnd]]


class FolderPass:
    """Goes through one switch's folder.

    Args:
        seen: what earlier passes left; the pass adds to it.
    """

    def __init__(
        self, switch: str, folder: CdrFolder, history: LedgerHistory, ledger: Ledger, rules: PassContext, seen: Seen
    ) -> None:
        self._switch = switch
        self._folder = folder
        self._books = history
        self._ledger = ledger
        self._rules = rules
        self._seen = seen
        self._directory = Directory(rules.settings)
        self._unmoved: FolderAway | None = None
        self.counts: Counter[str] = Counter()

    def run(self, now: Instant) -> Counter[str]:
        """Complete the ledger; returns how many files got which Verdict (or `unreadable`).

        Raises:
            FolderAway: the folder cannot be read; or not written, and then the ledger is complete all the same.
            NoLedger, LedgerAway: Postgres is away; what was committed until then is done.
        """
        if self._seen.changed:
            self._seen.forget_all_but(aside(self._folder.names))
        before = (now - YOUNG_US) * 1000
        files = aside(self._folder.oldest, MAX_FILES, before, self._seen.changed)
        for start in range(0, len(files), BATCH):
            found = list(self._read(files[start : start + BATCH]))
            if found:
                self._reconcile(found, now)
        if self._unmoved is not None:
            raise self._unmoved
        return self.counts

    def _read(self, files: Sequence[CdrFile]) -> Iterator[tuple[CdrFile, LegEnd]]:
        """The readable files; the others are logged, and left."""
        for file, read in zip(files, aside(_read_all, self._folder, files), strict=True):
            if isinstance(read, LegEnd):
                self._seen.unreadable.discard(file.name)
                yield file, read
                continue
            self.counts[UNREADABLE] += 1
            self._seen.add(file, unreadable=True)
            log.error("%s: the switch's record %s is left: %s", self._switch, file.name, read)

    def _reconcile(self, found: _Found, now: Instant) -> None:
        ends, evidence = self._evidence([end for _, end in found])
        judged = [(file, evidence.judge(end, now)) for (file, _), end in zip(found, ends, strict=True)]
        refused = self._write([one for _, one in judged], evidence)
        for file, one in judged:
            self._put_away(file, one, refused.get(one.call_id, ""))

    def _evidence(self, ends: Sequence[LegEnd]) -> tuple[Sequence[LegEnd], Evidence]:
        """What is known of these legs, and the legs as it tells whose they are."""
        created = [end.stamps.created for end in ends]
        marks: defaultdict[str, set[str]] = defaultdict(set)
        for end in ends:
            if end.tenant:
                marks[end.call_id].add(end.tenant)
        tenants = {"", *self._rules.settings.tenants, *(tenant for names in marks.values() for tenant in names)}
        stretch = Stretch(self._switch, tenants, min(created), max(created))
        known = self._books.known_legs(stretch, [end.leg_id for end in ends])
        unknown = {call for end in ends if end.leg_id not in known for call in _possible_calls(end)}
        calls = self._books.records(stretch, unknown | {leg.call_id for leg in known.values() if leg.open})
        named = {end.call_id for end in ends} | calls.keys()
        ends = [replace(end, call_id=end.leg_id) if end.is_callers and end.leg_id in named else end for end in ends]
        return ends, Evidence(known, calls, marks, self._owner_of, self._is_remembered)

    def _owner_of(self, end: LegEnd) -> str:
        """The tenant a caller called: the tenant of the phone, or of the number that was dialled from outside."""
        if end.context in OUTSIDE:
            owner = self._directory.owner_of(end.address)
            return owner[0] if owner else ""
        return self._directory.domains.get(end.domain, "") if end.context == INSIDE else ""

    def _is_remembered(self, tenant: str, call_id: str) -> bool | None:
        try:
            return self._rules.is_remembered(tenant, call_id)
        except LiveStateError as error:
            log.warning("%s: legs that are not recorded have to wait: %s", self._switch, error)
            return None

    def _write(self, judged: Sequence[Judged], evidence: Evidence) -> dict[str, str]:
        """Commit these; returns why Postgres will never take a call's record, by call."""
        told: defaultdict[tuple[str, str], list[LegEnd]] = defaultdict(list)
        for one in judged:
            if one.verdict in (Verdict.CORRECTED, Verdict.ADDED):
                told[one.call_id, one.tenant].append(one.end)
        payloads = {
            to_json(rate_record(self._record(call, tenant, ends, evidence), self._rules.prices_of(tenant))): call
            for (call, tenant), ends in told.items()
        }
        if not payloads or self._rules.dry_run:
            return {}
        return {payloads[refusal.payload]: refusal.reason for refusal in self._ledger.write(list(payloads))}

    def _record(self, call: str, tenant: str, ends: Sequence[LegEnd], evidence: Evidence) -> CallRecord:
        found = evidence.calls.get(call)
        place = self._place(tenant)
        return lost_record(call, tenant, ends, place) if found is None else completed(found, ends, place)

    def _place(self, tenant: str) -> CdrSource:
        settings = self._rules.settings
        trunks = {trunk.gateway or name: name for name, trunk in settings.trunks.items()}
        known = settings.tenants.get(tenant)
        return CdrSource(self._switch, trunks, known.region) if known else CdrSource(self._switch, trunks)

    def _put_away(self, file: CdrFile, one: Judged, refused: str) -> None:
        verdict, why = (Verdict.DOUBTFUL, f"Postgres refused it: {refused}") if refused else (one.verdict, one.why)
        self.counts[verdict] += 1
        where = _where(verdict)
        if verdict is Verdict.STRANGER:
            self._seen.add(file, unreadable=False)
        said = f"would be {verdict}" if self._rules.dry_run else verdict
        log.log(_LEVELS.get(verdict, logging.DEBUG), "%s: %s: %s %s", self._switch, file.name, said, why)
        if where and not self._rules.dry_run:
            self._move(file.name, where)

    def _move(self, name: str, where: str) -> None:
        try:
            aside(self._folder.put_away, name, where)
        except FolderAway as error:
            self._unmoved = error


def _possible_calls(end: LegEnd) -> tuple[str, ...]:
    """The call of this leg; once the channel of a caller, which bore no mark, was itself the call's id."""
    return (end.call_id, end.leg_id) if end.is_callers and not end.is_marked else (end.call_id,)


_LEVELS: Final = {Verdict.DOUBTFUL: logging.ERROR, Verdict.ADDED: logging.WARNING, Verdict.CORRECTED: logging.INFO}


def _where(verdict: Verdict) -> str:
    """The folder a file is moved to; "": it stays."""
    match verdict:
        case Verdict.SETTLED | Verdict.CORRECTED | Verdict.ADDED:
            return DONE
        case Verdict.DOUBTFUL:
            return DOUBTFUL
        case Verdict.WAITING | Verdict.STRANGER:
            return ""


def _read_all(folder: CdrFolder, files: Sequence[CdrFile]) -> list[LegEnd | str]:
    return [_read_one(folder, file) for file in files]


def _read_one(folder: CdrFolder, file: CdrFile) -> LegEnd | str:
    """The file's contents, or why it cannot be read."""
    try:
        data = folder.read(file)
        if len(data) > MAX_BYTES:
            return f"it has more than {MAX_BYTES} bytes"
        return read_cdr(data)
    except (BadCdr, OSError) as error:
        return str(error)
