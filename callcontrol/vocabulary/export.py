"""Exports: what can be delivered, and in which form."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """Whose rows an export delivers: a table of the ledger; missed: what became of missed callers' cases."""

    CALLS = "calls"
    LEGS = "legs"
    CHARGES = "charges"
    ACCOUNT_ENTRIES = "account_entries"
    MISSED = "missed"
    STATEMENTS = "statements"


class FileFormat(StrEnum):
    """Of a batch's file; the word is the ending of its name as well."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
