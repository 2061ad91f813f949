"""Delivery to a web server by POST: the file, then its manifest, each with its name and its digest (RFC 9530).

An answer of 2xx means that the server has it for good. It is sent the same file again after a lost answer, with the
same `Idempotency-Key`: it answers 2xx once more, and keeps it once.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final

import urllib3

from callcontrol.config.export_settings import HttpReceiver
from callcontrol.edges.deliveries.errors import DeliveryAway, OtherFile
from callcontrol.edges.web_pool import SingleUse
from callcontrol.vocabulary.sentence import says

CONNECT_S, ANSWER_S = 5.0, 120.0
ANSWER_CHARACTERS: Final = 200
CONFLICT: Final = 409
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}


class HttpDelivery:
    """Nothing is tried twice here, and no redirection is followed: the exporter comes again."""

    def __init__(self, settings: HttpReceiver) -> None:
        self._settings = settings
        self._pool = SingleUse(CONNECT_S, ANSWER_S)
        self.place = settings.address

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        """As Delivery; a server that has another file of that name answers 409."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        try:
            answer = self._pool.request(
                "POST", self._settings.address, body=file, headers=self._headers(name, size, sha256)
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise DeliveryAway(f"{self.place}: {type(error).__name__}: {error}") from error
        said = answer.data[:ANSWER_CHARACTERS].decode("utf-8", "replace")
        if answer.status == CONFLICT:
            raise OtherFile(says("%(place)s has another %(file)s: %(said)s", place=self.place, file=name, said=said))
        if not 200 <= answer.status < 300:
            raise DeliveryAway(f"{self.place} answered {answer.status} to {name}: {said}")

    def receipts(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """None: a web server has no files of its own for us; its side gives the command."""
        return {}

    def _headers(self, name: str, size: int, sha256: str) -> dict[str, str]:
        digest = base64.b64encode(bytes.fromhex(sha256)).decode()
        headers = {
            "Content-Type": _TYPES[name.rpartition(".")[2]],
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": f'"{name}"',
        }
        if self._settings.token:
            headers["Authorization"] = f"Bearer {self._settings.token}"
        return headers
