"""Delivery to a folder of a server by SFTP, by paramiko. Files appear whole, as in a folder of this host."""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import BinaryIO, Final

import paramiko

from callcontrol.config.export_settings import SftpServer
from callcontrol.config.fields import host_and_port
from callcontrol.edges.deliveries.errors import DeliveryAway, other_file
from callcontrol.edges.deliveries.folder import PART, PIECE_BYTES, RECEIPT_BYTES

CONNECT_S: Final = 10.0
ANSWER_S: Final = 60.0  # for one answer of the server


class SftpDelivery:
    """A connection for each file: there is one in minutes."""

    def __init__(self, settings: SftpServer) -> None:
        self._settings = settings
        self.place = f"sftp://{settings.server}/{settings.folder}"

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        """As Delivery."""
        with self._connected() as sftp:
            there = _sha256_of(sftp, name)
            if there == sha256:
                return
            if there is not None:
                raise other_file(f"{self.place}/{name}")
            self._write(sftp, name, file)

    def receipts(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """As Delivery, over one connection."""
        found = {}
        with self._connected() as sftp:
            for name in names:
                with suppress(FileNotFoundError), sftp.open(name, "rb") as file:
                    found[name] = file.read(RECEIPT_BYTES)
        return found

    def _write(self, sftp: paramiko.SFTPClient, name: str, file: BinaryIO) -> None:
        """Under another name first, which tells no one of it; `putfo` compares the size."""
        part = f".{name}.{secrets.token_hex(4)}{PART}"
        file.seek(0)
        try:
            sftp.putfo(file, part)
            sftp.rename(part, name)  # which never overwrites
        except BaseException:
            with suppress(OSError, paramiko.SSHException, EOFError):
                sftp.remove(part)
            raise

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        """In the folder there. What goes wrong is DeliveryAway, in our words."""
        try:
            # a transport that has not begun leaves its socket open
            with closing(self._socket()) as line, paramiko.Transport(line) as transport:
                transport.banner_timeout = transport.auth_timeout = CONNECT_S
                transport.connect(
                    hostkey=_host_key(self._settings.host_key),
                    username=self._settings.user,
                    password=str(self._settings.password) or None,
                    pkey=_private_key(str(self._settings.key)),
                )
                sftp = paramiko.SFTPClient.from_transport(transport)
                if sftp is None:
                    raise DeliveryAway(f"{self.place}: the server has no SFTP")
                sftp.get_channel().settimeout(ANSWER_S)  # type: ignore[union-attr]  # it has one while it is open
                sftp.chdir(self._settings.folder)
                yield sftp
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise DeliveryAway(f"{self.place}: {type(error).__name__}: {error}") from error

    def _socket(self) -> socket.socket:
        connection = socket.create_connection(host_and_port(self._settings.server), timeout=CONNECT_S)
        connection.settimeout(ANSWER_S)
        return connection


def _sha256_of(sftp: paramiko.SFTPClient, name: str) -> str | None:
    """Of a file there; None: there is none."""
    try:
        with sftp.open(name, "rb") as file:
            file.prefetch()
            digest = hashlib.sha256()
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
            return digest.hexdigest()
    except FileNotFoundError:
        return None


def _host_key(text: str) -> paramiko.PKey:
    kind, _, key = text.partition(" ")
    return paramiko.PKey.from_type_string(kind, base64.b64decode(key))


def _private_key(text: str) -> paramiko.PKey | None:
    if not text:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except paramiko.SSHException:
            continue
    raise DeliveryAway(
        "`sftp.key` is no private key: Ed25519, ECDSA or RSA, in OpenSSH or PEM form, without a passphrase"
    )
