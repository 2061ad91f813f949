"""What pages need beside themselves: styles, scripts, icons. Each has its content's hash in its address, so that
browsers keep it for a year and never have an old one.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Final

import falcon
from falcon import Request, Response

FOLDER: Final = Path(__file__).parent / "assets"
PREFIX: Final = "/assets"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_KEPT: Final = "public, max-age=31536000, immutable"
_HASH_CHARACTERS: Final = 12


class Assets:
    """All assets, read and compressed once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._plain = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in _TYPES}
        self._packed = {name: gzip.compress(content, 9, mtime=0) for name, content in self._plain.items()}

    def address(self, name: str) -> str:
        """Where the browser finds it now; raises KeyError where there is none such."""
        digest = hashlib.sha256(self._plain[name]).hexdigest()[:_HASH_CHARACTERS]
        return f"{PREFIX}/{digest}/{name}"

    def on_get(self, request: Request, response: Response, digest: str, name: str) -> None:
        """Serve one; with another hash it is not there: a page of another version asks for it."""
        if name not in self._plain or self.address(name) != f"{PREFIX}/{digest}/{name}":
            raise falcon.HTTPNotFound(description="there is no such file of this version")
        response.content_type = _TYPES[Path(name).suffix]
        response.set_header("Cache-Control", _KEPT)
        response.set_header("X-Content-Type-Options", "nosniff")
        response.set_header("Vary", "Accept-Encoding")
        if takes_gzip(request):
            response.set_header("Content-Encoding", "gzip")
            response.data = self._packed[name]
        else:
            response.data = self._plain[name]


def takes_gzip(request: Request) -> bool:
    """Whether the browser takes compressed answers."""
    return "gzip" in (request.get_header("Accept-Encoding") or "")
