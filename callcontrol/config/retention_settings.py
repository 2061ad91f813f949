"""Settings of retention: for how many days rows of the ledger are kept, and whether months go to files before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from callcontrol.config.fields import Folder, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.export import FileFormat

# A month's statement and the usual hours of spending are made from rows that are this old.
SHORTEST_DAYS: Final = 62

KeptDays = Annotated[int, Field(ge=SHORTEST_DAYS, le=36_500), Whole]


class RetentionKind(StrEnum):
    """What is kept for a period of its own."""

    CALLS = "calls"
    MISSED = "missed"
    MAILS = "mails"
    MEDIA = "media"
    LISTENINGS = "listenings"
    ACCOUNTS = "accounts"
    AUDIT = "audit"


class TenantRetention(Frozen):
    """For how many days a tenant's rows are kept, where it is another number than everyone's."""

    calls: KeptDays | None = Field(
        default=None,
        description="days for which calls, legs, charges and all that belongs to them are kept, then to the end of "
        "their month; default: `retention.calls` of callcontrol.yaml",
    )
    missed: KeptDays | None = Field(default=None, description="cases of missed callers; default likewise")
    mails: KeptDays | None = Field(default=None, description="mails and attempts to send them; default likewise")
    media: KeptDays | None = Field(
        default=None, description="rows about sound files, from when no copy is left; default likewise"
    )
    listenings: KeptDays | None = Field(default=None, description="supervisors' listenings; default likewise")
    accounts: KeptDays | None = Field(default=None, description="entries of credit accounts; default likewise")
    audit: KeptDays | None = Field(default=None, description="what was done in API and panel; default likewise")

    def of(self, kind: RetentionKind) -> int | None:
        """Its own days; None: everyone's."""
        found: int | None = getattr(self, kind.value)
        return found


class Archive(Frozen):
    """Where months go before they leave the ledger: a file for each table and month, and its manifest."""

    folder: Folder = Field(description="folder, here or mounted, which has to be there")
    format: FileFormat = Field(default=FileFormat.CSV, description="csv, jsonl or parquet (`callcontrol[parquet]`)")


class Retention(Frozen):
    """For how many days rows are kept: those of tenants that say nothing else, and of tenants that are gone."""

    calls: KeptDays = Field(
        default=365,
        description="days for which calls, legs, charges and all that belongs to them are kept, then to the end of "
        "their month; counts by hour stay",
    )
    missed: KeptDays = Field(default=365, description="cases of missed callers")
    mails: KeptDays = Field(default=365, description="mails and attempts to send them")
    media: KeptDays = Field(default=365, description="rows about sound files, from when no copy is left")
    listenings: KeptDays = Field(default=365, description="supervisors' listenings: who, whom, when, why")
    # Poland, Ordynacja podatkowa, art. 86: books are kept until the tax they are about lapses, five years on.
    accounts: KeptDays = Field(default=2_192, description="entries of credit accounts; the last one always stays")
    audit: KeptDays = Field(default=730, description="what was done in API and panel, by whom")
    grace_days: int = Field(
        default=7,
        ge=0,
        le=365,
        description="days after the first start of a version that deletes, in which nothing is deleted yet: log, "
        "`callcontrol retention` and a metric say what would go; 0: none",
    )
    archive: Archive | None = Field(
        default=None, description="write months to files before they leave; default: they are not kept anywhere"
    )

    def of(self, kind: RetentionKind) -> int:
        """Days."""
        found: int = getattr(self, kind.value)
        return found
