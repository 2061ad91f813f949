"""A server that speaks SFTP: paramiko's own, on a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import gevent
import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK

USER, PASSWORD = "billing", "secret"


class Door(paramiko.ServerInterface):
    """Lets in who knows the password."""

    def check_auth_password(self, username: str, password: str) -> int:
        is_known = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if is_known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class Handle(paramiko.SFTPHandle):
    """An open file."""

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))  # type: ignore[attr-defined]


class Files(paramiko.SFTPServerInterface):
    """The files of a folder."""

    root: Path

    def _path(self, path: str) -> Path:
        return self.root / self.canonicalize(path).lstrip("/")

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            descriptor = os.open(self._path(path), flags, 0o640)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = Handle(flags)
        file = os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "rb")
        handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
        return handle

    def remove(self, path: str) -> int:
        self._path(path).unlink()
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        self._path(oldpath).replace(self._path(newpath))
        return SFTP_OK


@contextmanager
def sftp_server(root: Path, key: paramiko.PKey) -> Iterator[int]:
    """One that serves this folder; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[paramiko.Transport] = []
    files = type("FilesHere", (Files,), {"root": root})

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            transport = paramiko.Transport(connection)
            opened.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            with suppress(paramiko.SSHException):  # the client wants another key
                transport.start_server(server=Door())

    serving = gevent.spawn(serve)
    try:
        yield listener.getsockname()[1]
    finally:
        serving.kill()
        for transport in opened:
            transport.close()
        listener.close()
