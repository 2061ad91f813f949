"""Receipts: the receiver confirms a batch by a file beside it, which says the SHA-256 of its manifest:

    sha256sum charges-000001.manifest.json > charges-000001.receipt

or a person does by `callcontrol export receipt`. A manifest names its file's SHA-256, so that confirming it confirms
what is in the batch.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from callcontrol.edges.deliveries import Delivery
from callcontrol.edges.ledger.export_books import Batch, ExportRefused
from callcontrol.edges.ledger.export_receipts import Unconfirmed, confirm, note_fault, unconfirmed
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.threads import aside
from callcontrol.jobs.exports.exporting import batch_of
from callcontrol.vocabulary.sentence import says

RECEIPT: Final = ".receipt"
_SHA256: Final = re.compile(rb"^\s*([0-9a-fA-F]{64})\b")

log = logging.getLogger("callcontrol.exports")


def receipt_name(file: str) -> str:
    """The name of a batch's receipt, by that of its file."""
    return file.rpartition(".")[0] + RECEIPT


def collect(connection: DictConnection, export: str, delivery: Delivery) -> int:
    """Look for receipts of what has been delivered and not confirmed; how many have come.

    Raises:
        DeliveryAway: the receiver cannot be asked.
        psycopg.Error: Postgres did not answer.
    """
    wanted = {receipt_name(batch.file): batch for batch in unconfirmed(connection, export)}
    found = aside(delivery.receipts, list(wanted)) if wanted else {}
    return sum(_take(connection, export, wanted[name], name, content) for name, content in found.items())


def _take(connection: DictConnection, export: str, batch: Unconfirmed, name: str, content: bytes) -> bool:
    said = _SHA256.match(content)
    if said is not None and said[1].decode().lower() == batch.manifest_sha256:
        return confirm(connection, export, batch.number, name)
    what = "no SHA-256" if said is None else f"the SHA-256 {said[1].decode()}"
    fault = f"{name} says {what}, the manifest of batch {batch.number} has {batch.manifest_sha256}"
    if fault != batch.receipt_fault:
        log.error("the receiver of %s has something else: %s", export, fault)
        note_fault(connection, export, batch.number, fault)
    return False


def confirmed_by_hand(connection: DictConnection, export: str, number: int, sha256: str, by: str) -> Batch:
    """Someone says that the receiver has a batch.

    Args:
        sha256: of its manifest as the receiver has it; "": the person has not looked.

    Raises:
        ExportRefused: there is no such batch, it has not been delivered, or its manifest is another one.
        psycopg.Error: Postgres did not take it.
    """
    batch = batch_of(connection, export, number)
    if batch.delivered_at is None:
        raise ExportRefused(says("batch %(number)s of %(export)s has not been delivered", number=number, export=export))
    if sha256 and sha256.lower() != batch.manifest_sha256:
        raise ExportRefused(
            says(
                "batch %(number)s of %(export)s has a manifest with the SHA-256 %(known)s, not %(given)s:"
                " `callcontrol export resend %(export)s %(number)s --to FOLDER` writes what it should be",
                number=number,
                export=export,
                known=batch.manifest_sha256,
                given=sha256,
            )
        )
    confirm(connection, export, number, by)
    return batch_of(connection, export, number)
