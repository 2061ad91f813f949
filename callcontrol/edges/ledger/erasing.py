"""A number is replaced in every row of a tenant's, by a pseudonym that is made by chance.

An erasure is a row of its own: as long as its key is there, whatever comes with the number loses it on its way into the
ledger (the trigger `forget_erased`), and the same command goes on with it where it was cut short. When the key is
thrown away, nothing leads from the number to the pseudonym any more.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import gevent
from psycopg import sql
from psycopg.types.json import Jsonb

from callcontrol.edges.ledger.missed_cases import fold_again, lock_parties
from callcontrol.edges.ledger.months import attached, leaving
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.register.places import Holds, Period, TablePlace
from callcontrol.edges.register.tables import TABLES
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.written_forms import WrittenForms

# A record of a call that runs, or of a host that was off, has come by then.
KEY_DAYS: Final = 30
KEY_BYTES: Final = 32
WRITERS_S: Final = 60.0
LOOK_S: Final = 0.1
STATEMENT_TIMEOUT_MS: Final = 3_600_000

Random = Callable[[int], bytes]


class WritersStay(RuntimeError):
    """Transactions that began before the erasure are open still, and may write the number."""


@dataclass(slots=True)
class Told:
    """What an erasure has found so far; it is kept with it.

    Attributes:
        rows: by table, those that have lost the number.
        exports: batches that had such rows: `NAME 12`.
        more: whatever else, by name.
    """

    rows: dict[str, int] = field(default_factory=dict)
    exports: set[str] = field(default_factory=set)
    more: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"rows": self.rows, "exports": sorted(self.exports), "more": self.more}


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that goes on.

    Attributes:
        begun_in: no transaction with a higher number writes the number.
    """

    erasure_id: int
    tenant: str
    pseudonym: str
    told: Told
    begun_in: int


def begin(connection: DictConnection, tenant: str, forms: WrittenForms, by: str, why: str, random: Random) -> Erasure:
    """Begin an erasure, or go on with one of the same number whose key is there still.

    Raises:
        psycopg.Error: Postgres is away.
    """
    with transaction(connection):
        connection.execute(query("lock_erasures"), {"tenant": tenant})
        known = active(connection, tenant, forms)
        if known is None:
            found = _new(connection, tenant, forms, by, why, random)
        else:
            connection.execute(query("erase_again"), {"erasure_id": known["erasure_id"], "days": KEY_DAYS})
            told = known["told"]
            found = Erasure(
                known["erasure_id"],
                tenant,
                known["pseudonym"],
                Told(told.get("rows", {}), set(told.get("exports", ())), told.get("more", {})),
                0,
            )
    # A number of its own, drawn now that the erasure can be seen: a transaction with a higher one reads of it.
    (row,) = connection.execute(query("own_transaction")).fetchall()
    return Erasure(found.erasure_id, tenant, found.pseudonym, found.told, row["number"])


def active(connection: DictConnection, tenant: str, forms: WrittenForms) -> Mapping[str, Any] | None:
    """The erasure of this number whose key is there still."""
    rows = connection.execute(query("erasures_active"), {"tenant": tenant}).fetchall()
    return next((row for row in rows if row["hash"] == _tag(row["key"], forms.number).hex()), None)


def _new(connection: DictConnection, tenant: str, forms: WrittenForms, by: str, why: str, random: Random) -> Erasure:
    key = random(KEY_BYTES)
    pseudonym = f"erased-{base64.b32encode(random(10)).decode().lower()}"
    params = {
        "tenant": tenant,
        "hash": _tag(key, forms.number).hex(),
        "pseudonym": pseudonym,
        "key": key,
        "tags": [_tag(key, form) for form in forms.digits],
        "days": KEY_DAYS,
        "by": by,
        "why": why,
    }
    (row,) = connection.execute(query("begin_erasure"), params).fetchall()
    return Erasure(row["erasure_id"], tenant, pseudonym, Told(), 0)


def _tag(key: bytes, form: str) -> bytes:
    return hashlib.sha256(key + form.encode()).digest()


def await_writers(connection: DictConnection, erasure: Erasure) -> None:
    """Wait until all transactions have ended that began before the erasure: none of them knew of it.

    Raises:
        WritersStay: one has not.
        psycopg.Error: Postgres is away.
    """
    with gevent.Timeout(WRITERS_S, WritersStay(f"transactions of before are open for more than {WRITERS_S:g} s")):
        while True:
            (row,) = connection.execute(query("watermark")).fetchall()
            if row["watermark"] > erasure.begun_in:
                return
            gevent.sleep(LOOK_S)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A table, or a month of it."""

    place: TablePlace
    name: str


def stretches(connection: DictConnection) -> Iterator[Stretch]:
    """Every table in which a number can stand, month by month."""
    months = attached(connection)
    going = leaving(connection)
    for place in TABLES:
        if not place.searched or place.name == "erasures":
            continue
        if not place.is_monthly:
            yield Stretch(place, place.name)
            continue
        yield from (Stretch(place, one.name) for one in months if one.table == place.name)
        yield from (Stretch(place, one.name) for one in going if one.table == place.name)


def count(connection: DictConnection, at: Stretch, tenant: str, forms: WrittenForms, held: Sequence[str]) -> int:
    """How many rows there have the number, and are not held."""
    statement = sql.SQL("SELECT count(*) AS rows FROM {} t WHERE {}").format(
        sql.Identifier(at.name), _condition(at.place, with_held=False)
    )
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        (row,) = connection.execute(statement, _params(tenant, forms, held)).fetchall()
    return int(row["rows"])


def rows_with(connection: DictConnection, at: Stretch, tenant: str, forms: WrittenForms) -> list[dict[str, Any]]:
    """The rows there that have the number, held or not."""
    statement = sql.SQL("SELECT to_jsonb(t) AS row FROM {} t WHERE {}").format(
        sql.Identifier(at.name), _condition(at.place, with_held=True)
    )
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        rows = connection.execute(statement, _params(tenant, forms, ())).fetchall()
    return [row["row"] for row in rows]


def held_time_with(
    connection: DictConnection, tenant: str, forms: WrittenForms
) -> tuple[str, Mapping[str, Any]] | None:
    """A table that has the number in rows of a time that is held as a whole, and that hold; None: there is none."""
    for held in connection.execute(query("held_times")).fetchall():
        if held["tenant"] != tenant:
            continue
        for at in stretches(connection):
            if at.place.age and _has_within(connection, at, _params(tenant, forms, ()) | held):
                return at.place.name, held
    return None


def _has_within(connection: DictConnection, at: Stretch, params: Mapping[str, object]) -> bool:
    is_day = at.place.age == "started_day"
    within = (
        "t.{0} BETWEEN %(first)s AND %(last)s" if is_day else "t.{0} >= %(arrived_from)s AND t.{0} < %(arrived_to)s"
    )
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE {} AND {}) AS found").format(
        sql.Identifier(at.name),
        _condition(at.place, with_held=True),
        sql.SQL(within).format(sql.Identifier(at.place.age)),
    )
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        (row,) = connection.execute(statement, params).fetchall()
    return bool(row["found"])


def replace_in(
    connection: DictConnection, at: Stretch, erasure: Erasure, forms: WrittenForms, held: Sequence[str]
) -> int:
    """Put the pseudonym in place of the number; how many rows that were. What was found is noted with it."""
    params = {**_params(erasure.tenant, forms, held), "pseudonym": erasure.pseudonym}
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        (row,) = connection.execute(_update(at), params).fetchall()
        if row["rows"]:
            erasure.told.rows[at.place.name] = erasure.told.rows.get(at.place.name, 0) + row["rows"]
            erasure.told.exports.update(row["exports"] or ())
            note(connection, erasure)
    return int(row["rows"])


def note(connection: DictConnection, erasure: Erasure) -> None:
    """Keep what was found so far."""
    params = {"erasure_id": erasure.erasure_id, "told": Jsonb(erasure.told.as_json())}
    connection.execute(query("note_told"), params)


def end(connection: DictConnection, erasure: Erasure) -> None:
    """It is done."""
    params = {"erasure_id": erasure.erasure_id, "told": Jsonb(erasure.told.as_json())}
    connection.execute(query("end_erasure"), params)


def erase_cases(
    connection: DictConnection, erasure: Erasure, forms: WrittenForms, held: Sequence[str], by: str, now: Instant
) -> int:
    """The tables of missed callers together, for their cases follow from the rest; open ones are dismissed."""
    places = [place for place in TABLES if place.period is Period.MISSED]
    parties = [(erasure.tenant, forms.number), (erasure.tenant, erasure.pseudonym)]
    total = 0
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        lock_parties(connection, parties)
        # What cases have been first: at the end of the transaction they are compared with it.
        for place in sorted(places, key=lambda one: one.name != "missed_revisions"):
            total += replace_in(connection, Stretch(place, place.name), erasure, forms, held)
        params = {"tenant": erasure.tenant, "pseudonym": erasure.pseudonym, "by": by, "now": datetime_of(now)}
        if total:
            connection.execute(query("dismiss_cases"), params)
            fold_again(connection, parties[1:])
    return total


def _params(tenant: str, forms: WrittenForms, held: Sequence[str]) -> dict[str, object]:
    return {
        "tenant": tenant,
        "like": f"%{forms.core}%",
        "pattern": forms.pattern,
        "people": forms.pattern_of_people,
        "held": list(held),
    }


def _text(column: str, place: TablePlace) -> sql.Composable:
    text = "t.{}::text" if place.columns[column] is Holds.DOCUMENT else "t.{}"
    return sql.SQL(text).format(sql.Identifier(column))


def _pattern(column: str, place: TablePlace) -> str:
    return "%(people)s" if place.columns[column] is Holds.WORDS else "%(pattern)s"


def _condition(place: TablePlace, *, with_held: bool) -> sql.Composable:
    """Which rows have the number."""
    found: list[sql.Composable] = []
    for column in place.searched:
        text, pattern = _text(column, place), _pattern(column, place)
        looked = "({text} ~ {pattern})" if pattern == "%(people)s" else "({text} LIKE %(like)s AND {text} ~ {pattern})"
        found.append(sql.SQL(looked).format(text=text, pattern=sql.SQL(pattern)))
    parts: list[sql.Composable] = [
        sql.SQL("t.tenant = %(tenant)s"),
        sql.SQL("({})").format(sql.SQL(" OR ").join(found)),
    ]
    if place.call and not with_held:
        parts.append(sql.SQL("NOT coalesce(({}) = ANY (%(held)s::text[]), false)").format(sql.SQL(f"t.{place.call}")))
    if place.name == "media_holds" and not with_held:
        parts.append(sql.SQL("(released_at IS NOT NULL OR held_until <= now())"))
    return sql.SQL(" AND ").join(parts)


def _update(at: Stretch) -> sql.Composed:
    place = at.place
    sets: list[sql.Composable] = []
    for column in place.searched:
        new = sql.SQL("regexp_replace({text}, {pattern}, %(pseudonym)s, 'g')").format(
            text=_text(column, place), pattern=sql.SQL(_pattern(column, place))
        )
        if place.columns[column] is Holds.DOCUMENT:
            new = sql.SQL("without_names(({})::jsonb, %(pseudonym)s)").format(new)
        sets.append(sql.SQL("{} = {}").format(sql.Identifier(column), new))
    sets += [
        sql.SQL("{} = CASE WHEN t.caller_number ~ %(pattern)s THEN '' ELSE t.{} END").format(
            *[sql.Identifier(name)] * 2
        )
        for name in place.of(Holds.NAME)
    ]
    has_exports = "written_in" in place.columns
    what = {"missed_revisions": "missed", "withdrawn_rows": ""}.get(place.name, place.name)
    exports = (
        "(SELECT array_agg(DISTINCT b.export || ' ' || b.number) FROM changed c JOIN export_batches b"
        " ON c.written_in >= b.from_in AND c.written_in < b.to_in JOIN exports e ON e.export = b.export"
        " WHERE ({what} = '' OR e.what = {what}) AND (e.tenants IS NULL OR %(tenant)s = ANY (e.tenants)))"
    )
    return sql.SQL(
        "WITH changed AS (UPDATE {name} t SET {sets} WHERE {condition} RETURNING {written})"
        " SELECT (SELECT count(*) FROM changed) AS rows, {exports} AS exports"
    ).format(
        name=sql.Identifier(at.name),
        sets=sql.SQL(", ").join(sets),
        condition=_condition(place, with_held=False),
        written=sql.SQL("t.written_in" if has_exports else "1"),
        exports=sql.SQL(exports).format(what=sql.Literal(what)) if has_exports else sql.SQL("NULL::text[]"),
    )


def listed(connection: DictConnection, tenant: str | None) -> list[dict[str, Any]]:
    """Every erasure, the latest first."""
    return connection.execute(query("erasures_listed"), {"tenant": tenant}).fetchall()
