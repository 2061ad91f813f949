"""Storage that speaks S3, by the client of MinIO, which works with any such server."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from callcontrol.config.media_settings import ObjectStorage
from callcontrol.edges.storage.errors import NotThere, StorageAway
from callcontrol.edges.web_pool import SingleUse

PIECE_BYTES: Final = 1 << 18
PART_BYTES: Final = 8 << 20  # what is held in memory of a file whose size is not known beforehand
CONNECT_S, ANSWER_S = 5.0, 30.0  # how long it may take to be reached, and to say something
_GONE: Final = ("NoSuchKey", "NoSuchVersion")


class S3Storage:
    """A bucket. Nothing is tried twice here: what has to wait is tried again by who asked."""

    def __init__(self, settings: ObjectStorage) -> None:
        self._bucket = settings.bucket
        self._client = Minio(
            settings.endpoint.split("://")[1],
            access_key=str(settings.key),
            secret_key=str(settings.secret),
            region=settings.region,
            secure=settings.endpoint.startswith("https://"),
            http_client=SingleUse(CONNECT_S, ANSWER_S),
        )

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """As Storage: an upload that is broken off leaves no object."""
        with self._said(name):
            stream = io.BufferedReader(_Chunks(iter(chunks)), PIECE_BYTES)
            self._client.put_object(self._bucket, name, stream, length=-1, part_size=PART_BYTES)

    def get(self, name: str) -> Iterator[bytes]:
        """As Storage."""
        with self._said(name):
            answer = self._client.get_object(self._bucket, name)
            try:
                yield from answer.stream(PIECE_BYTES)
            finally:
                answer.close()
                answer.release_conn()

    def delete(self, name: str) -> None:
        """As Storage."""
        with self._said(name):
            self._client.remove_object(self._bucket, name)

    @contextmanager
    def _said(self, name: str) -> Iterator[None]:
        """What goes wrong, in our words."""
        try:
            yield
        except S3Error as error:
            if error.code in _GONE:
                raise NotThere(f"there is no {name} in {self._bucket}") from None
            raise StorageAway(f"{name} in {self._bucket}: {error.code}: {error.message}") from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise StorageAway(f"{name} in {self._bucket}: {type(error).__name__}: {error}") from error


class _Chunks(io.RawIOBase):
    """Pieces as a file to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # io passes a memoryview
        while not self._rest:
            piece = next(self._chunks, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(into)]
        into[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
