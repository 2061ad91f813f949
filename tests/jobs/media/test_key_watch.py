"""Files whose key is missing are counted, for each tenant."""

from __future__ import annotations

import base64
import os

import pytest

from callcontrol.edges import meters
from callcontrol.edges.ledger.media_keys import note_key
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.sealing.keys import KeyRing
from callcontrol.jobs.media.key_watch import KeyWatch
from callcontrol.jobs.media.loops import OutOfReach
from tests.config.folder import TENANT, loaded

KEY = os.urandom(32)


def test_files_under_a_key_that_was_taken_out_are_counted(ledger_database: str) -> None:
    with connect(ledger_database) as ledger:
        for media_id in ("a-1", "a-2"):
            note_key(ledger, "acme", media_id, KeyRing("acme", {"old": KEY}, "old").new_data_key(media_id)[1])
    with_key = f"media: {{keys: {{old: {base64.b64encode(KEY).decode()}}}}}\n"
    assert [looked(ledger_database, written) for written in ("", with_key)] == [2, 0]


def looked(dsn: str, written: str) -> float:
    settings = loaded(TENANT + written)
    KeyWatch(dsn, lambda: settings).step()
    return float(meters.media_keys_missing.labels("acme")._value.get())


def test_postgres_away_is_no_fault_of_ours() -> None:
    with pytest.raises(OutOfReach):
        KeyWatch("host=/nowhere dbname=x", lambda: loaded()).step()
