"""python -m tests.proof.exporter DSN ADDRESS FOLDER: exports again and again, to be killed at any moment."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import psycopg  # noqa: E402

from callcontrol.billing.exports.form import Form  # noqa: E402
from callcontrol.config.export_settings import OwnExport  # noqa: E402
from callcontrol.edges.deliveries import DeliveryAway, delivery_of  # noqa: E402
from callcontrol.edges.ledger.export_books import ExportBusy, Scope  # noqa: E402
from callcontrol.edges.ledger.reader import NoLedger, connect  # noqa: E402
from callcontrol.jobs.exports.exporting import Exporter  # noqa: E402
from callcontrol.jobs.exports.plans import Plan  # noqa: E402
from callcontrol.vocabulary.export import FileFormat, What  # noqa: E402

COLUMNS = ("account", "number", "amount", "reason")
NAME = "entries"
MOST_ROWS = 12
AGAIN_S = 0.05


def plan(address: str) -> Plan:
    """The export that is proven: small batches, by POST."""
    says = {"what": "account_entries", "http": {"address": address}, "most_rows": MOST_ROWS}
    return Plan(Scope(NAME, What.ACCOUNT_ENTRIES), Form(FileFormat.CSV, COLUMNS), OwnExport.model_validate(says))


def export(dsn: str, address: str, folder: Path) -> None:
    """Until something is away: then the caller comes again."""
    one = plan(address)
    with connect(dsn) as connection:
        exporter = Exporter(connection, one, delivery_of(one.settings), folder)
        while True:
            exporter.run()
            time.sleep(AGAIN_S)


if __name__ == "__main__":
    while True:
        try:
            export(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
        except (NoLedger, DeliveryAway, ExportBusy, psycopg.Error):
            time.sleep(AGAIN_S)
