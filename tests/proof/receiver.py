"""python -m tests.proof.receiver FOLDER PORT: a web server that keeps what comes whole, to be killed at any moment."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gevent.pywsgi import WSGIServer

_Start = Callable[[str, list[tuple[str, str]]], object]


class Receiver:
    """Keeps a file under the name it is sent with: what is there already once, half of one never."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, environ: dict[str, Any], start_response: _Start) -> list[bytes]:
        """201, 400 (not whole), or 409 (another file of that name is there)."""
        content = environ["wsgi.input"].read()
        digest = f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"
        is_whole = digest == environ["HTTP_CONTENT_DIGEST"]
        said = self._keep(environ["HTTP_IDEMPOTENCY_KEY"].strip('"'), content) if is_whole else "400 Bad Request"
        start_response(said, [])
        return []

    def _keep(self, name: str, content: bytes) -> str:
        path, part = self._folder / name, self._folder / f".{name}.{secrets.token_hex(4)}"
        if path.exists():
            return "200 OK" if path.read_bytes() == content else "409 Conflict"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return "201 Created"


if __name__ == "__main__":
    WSGIServer(("127.0.0.1", int(sys.argv[2])), Receiver(Path(sys.argv[1])), log=None).serve_forever()
