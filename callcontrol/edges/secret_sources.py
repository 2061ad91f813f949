"""Where secrets are that the configuration only names: files and the environment of this host, or a snapshot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from callcontrol.config.secret import BadSecret, Kind

MAX_SECRET_BYTES: Final = 4096


class HostSecrets:
    """Looks secrets up, and keeps what it found, by `file:/path` and `env:NAME`."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def __call__(self, kind: Kind, name: str) -> str:
        """The secret.

        Raises:
            BadSecret: there is none.
        """
        value = _in_file(name) if kind == "file" else _in_environment(name)
        self.found[_key(kind, name)] = value
        return value


class KeptSecrets:
    """Knows what another has found, and reads nothing itself."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self.found = found

    def __call__(self, kind: Kind, name: str) -> str:
        """The secret.

        Raises:
            BadSecret: it was not kept.
        """
        try:
            return self.found[_key(kind, name)]
        except KeyError:
            raise BadSecret(f"{kind}: {name} was not kept with this configuration", "reload the folder") from None


def _key(kind: Kind, name: str) -> str:
    return f"{kind}:{name}"


def _in_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise BadSecret(f"the environment variable {name} is not set, or empty", "set it where the daemon is started")
    if not value.isascii() and os.fsencode(value).decode("utf-8", "replace") != value:
        raise BadSecret(f"the environment variable {name} holds no UTF-8 text", "set it as UTF-8")
    return value


def _in_file(name: str) -> str:
    """The file's text, without the end of its line."""
    path = Path(name)
    if not path.is_absolute():
        raise BadSecret(f"{name} is no absolute path", "write the whole path, such as /etc/callcontrol/secrets/NAME")
    try:
        if not path.is_file():
            raise BadSecret(f"there is no file {name}", "write the secret into it, in one line")
        with path.open("rb") as file:
            read = file.read(MAX_SECRET_BYTES + 1)
        text = read.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        right = "let the user of the daemon read it"
        raise BadSecret(f"the file {name} cannot be read: {error.strerror}", right) from None
    except UnicodeDecodeError:
        raise BadSecret(f"the file {name} holds no UTF-8 text", "write the secret into it, in one line") from None
    if not text or len(read) > MAX_SECRET_BYTES:
        what = f"has more than {MAX_SECRET_BYTES} bytes" if text else "is empty"
        raise BadSecret(f"the file {name} {what}", "write the secret into it, in one line")
    return text
