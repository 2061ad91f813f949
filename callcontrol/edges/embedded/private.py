"""Files that only the owner of an embedded server's folder may read: its password, and the address that holds it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from callcontrol.edges.file_errors import naming

PASSWORD = "password"  # the file's name
_PASSWORD_BYTES = 24


def write_private(path: Path, text: str) -> None:
    """Write a file as a whole, with mode 0600 from its first moment."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    made = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with naming(unfinished), open(made, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def kept_password(folder: Path) -> str:
    """The password of the server in this folder, "" while it has none."""
    path = folder / PASSWORD
    return path.read_text(encoding="utf-8") if path.exists() else ""


def new_password() -> str:
    """A new password of letters and digits: it needs no quoting in a URL, a connection string or SQL."""
    return secrets.token_hex(_PASSWORD_BYTES)
