"""Rows of a number in months that were archived, for who asks what is kept: every file is read once, for all tenants.

A file counts only as it was archived, by its SHA-256: what cannot be read here, or is another one, is named with the
reason, since an answer without it would not be whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from callcontrol.billing.exports.form import number_text
from callcontrol.edges.ledger.months import EVERY_TENANT
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import NoParquet
from callcontrol.edges.threads import aside
from callcontrol.edges.whole_files import file_sha256
from callcontrol.jobs.erasing.archives import Archive, Number, archives_of, rows_of
from callcontrol.vocabulary.written_forms import WrittenForms

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ArchiveRead:
    """What an archive has of a number.

    Attributes:
        rows: by tenant, as the file has them; held calls, too.
        why: why it could not be read, in words; "": it was read.
    """

    archive: Archive
    rows: Mapping[str, _Rows]
    why: str = ""

    def concerns(self, tenant: str) -> bool:
        """Whether it can have rows of the tenant's."""
        return self.archive.tenant in (tenant, EVERY_TENANT)

    def told(self, tenant: str) -> dict[str, object]:
        """The tenant's rows, and which file has them."""
        about = self.archive
        named = {"archive": about.path.name, "table": about.what, "month": f"{about.month:%Y-%m}"}
        return {**named, "sha256": about.sha256, "rows": self.rows.get(tenant, [])}


def read_archives(connection: DictConnection, forms: Mapping[str, WrittenForms]) -> list[ArchiveRead]:
    """All archives that can have rows of these tenants, each with those that have the number.

    Args:
        forms: those of the number, by tenant.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    numbers = {tenant: Number(tenant, one, frozenset()) for tenant, one in forms.items()}
    archives = dict.fromkeys(one for tenant in forms for one in archives_of(connection, tenant))
    return [aside(_read, one, numbers) for one in archives]


def _read(archive: Archive, numbers: Mapping[str, Number]) -> ArchiveRead:
    try:
        if file_sha256(archive.path) != archive.sha256:
            return ArchiveRead(archive, {}, "it is not what was archived: its SHA-256 is another one")
        rows: dict[str, _Rows] = {}
        for tenant, row in _with_number(archive, numbers):
            rows.setdefault(tenant, []).append({name: _plain(value) for name, value in row.items()})
        return ArchiveRead(archive, rows)
    except FileNotFoundError:
        return ArchiveRead(archive, {}, "it is not seen from this host")
    except OSError as error:
        return ArchiveRead(archive, {}, f"it cannot be read: {error.strerror or error}")
    except NoParquet as error:
        return ArchiveRead(archive, {}, str(error))


def _with_number(archive: Archive, numbers: Mapping[str, Number]) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows_of(archive):
        number = numbers.get(row["tenant"])
        if number is not None and number.is_in(row, archive.what):
            yield number.tenant, row


def _plain(value: object) -> object:
    """As JSON has it: Parquet alone keeps types that JSON has not; an amount keeps all its digits as a text."""
    if isinstance(value, Decimal):
        return number_text(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
