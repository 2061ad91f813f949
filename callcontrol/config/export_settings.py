"""Settings of exports: what is delivered, how it is written, where to, and when. Cross-checks: `checks/exports.py`;
the names of columns are checked where columns are declared (`billing/exports/mistakes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from callcontrol.config.fields import (
    ClockZone,
    Flag,
    Folder,
    HostPort,
    Identifier,
    Text,
    Whole,
    described,
    matching,
    refusal,
    text_in,
)
from callcontrol.config.frozen import Frozen
from callcontrol.config.link_settings import WebAddress
from callcontrol.config.media_settings import ObjectStorage
from callcontrol.config.queue_fields import TimeOfDay
from callcontrol.config.secret import SecretText
from callcontrol.vocabulary.export import FileFormat, What

MAX_EXPORTS: Final = 64
_SECONDS: Final = {"m": 60, "h": 3_600, "d": 86_400}
_PREFIX: Final = r"([A-Za-z0-9_][A-Za-z0-9_.-]*/)*"
_HOST_KEY: Final = r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{20,2000}={0,2}"


def _read_day(value: object) -> date:
    right = "write a day such as 2026-12-01"
    if isinstance(value, date):
        return value
    text = text_in(value, right)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal(f"{text!r} is no day", right) from None


def _read_separator(value: object) -> str:
    right = "write one sign such as , or ; or the word tab"
    text = "\t" if value == "tab" else text_in(value, right)
    if len(text) != 1 or text in '"\r\n' or not text.isascii():
        raise refusal(f"{text!r} cannot separate columns", right)
    return text


Day = Annotated[date, PlainValidator(_read_day), described("a day", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Separator = Annotated[str, BeforeValidator(_read_separator), described("one sign, or tab")]
Period = Annotated[
    str,
    BeforeValidator(matching("[1-9][0-9]{0,2}[mh]", "{} is no period", "write minutes or hours, such as 15m or 6h")),
    described("minutes or hours, such as 15m", "^[1-9][0-9]{0,2}[mh]$"),
]
ReceiptPeriod = Annotated[
    str,
    BeforeValidator(
        matching("[1-9][0-9]{0,2}[mhd]", "{} is no period", "write minutes, hours or days, such as 30m, 6h or 2d")
    ),
    described("minutes, hours or days, such as 6h", "^[1-9][0-9]{0,2}[mhd]$"),
]
ObjectPrefix = Annotated[
    str,
    BeforeValidator(
        matching(_PREFIX, "{} is no beginning of names", "write letters, digits, _ . - and a / at the end")
    ),
    described("what names of objects begin with", f"^{_PREFIX}$"),
]
HostKey = Annotated[
    str,
    BeforeValidator(
        matching(_HOST_KEY, "{} is no public key of a server", "write what `ssh-keyscan HOST` tells, without the host")
    ),
    described("type and key, as in known_hosts"),
]


def _seconds(period: str | None) -> int | None:
    return None if period is None else int(period[:-1]) * _SECONDS[period[-1]]


class CsvDialect(Frozen):
    """How CSV is written, where a program wants it otherwise than RFC 4180."""

    separator: Separator = Field(default=",", description="between columns; `tab` is a tabulator")
    decimal: Literal[".", ","] = Field(default=".", description="between the whole part of a number and its fraction")
    quote: Literal["needed", "all"] = Field(default="needed", description="what stands in quotes")
    header: Flag = Field(default=True, description="whether the first line names the columns")
    line_end: Literal["crlf", "lf"] = Field(default="crlf", description="what ends a line")


class SftpServer(Frozen):
    """A folder on a server that is reached by SFTP."""

    server: HostPort = Field(description="host:port of it, such as sftp.billing.example:22")
    host_key: HostKey = Field(description="the server's public key; a server that shows another one is given nothing")
    user: Text = Field(min_length=1, description="account there")
    password: SecretText = Field(default="", description="its password")
    key: SecretText = Field(default="", description="private key in OpenSSH or PEM form, as a file")
    folder: Text = Field(default=".", min_length=1, description="folder there, which has to be there")


class ExportBucket(ObjectStorage):
    """A bucket of a storage that speaks S3."""

    prefix: ObjectPrefix = Field(default="", description="what the names of its objects begin with, such as billing/")


class HttpReceiver(Frozen):
    """A web server that is sent each file by POST, then its manifest."""

    address: WebAddress = Field(description="where to, such as https://billing.example/calls")
    token: SecretText = Field(default="", description="sent as `Authorization: Bearer …`")


class OwnExport(Frozen):
    """An export of one tenant's rows: numbered batches without a gap, each row in exactly one of them."""

    what: What = Field(description="calls, legs, charges, account_entries, statements or missed (callers): whose rows")
    since: Day | None = Field(default=None, description="only rows of this UTC day and later ones; default: all")
    columns: tuple[Identifier, ...] = Field(default=(), description="columns by name, in order; default: all")
    format: FileFormat = Field(default=FileFormat.CSV, description="csv, jsonl or parquet (`callcontrol[parquet]`)")
    csv: CsvDialect = CsvDialect()
    zone: ClockZone | None = Field(
        default=None, description="time zone of `daily`, and with `times: local` of times; default: the tenants'"
    )
    times: Literal["utc", "local"] = Field(default="utc", description="on which clocks times are written")
    folder: Folder | None = Field(default=None, description="deliver to this folder, here or mounted")
    sftp: SftpServer | None = Field(default=None, description="or to this server")
    s3: ExportBucket | None = Field(default=None, description="or to this bucket")
    http: HttpReceiver | None = Field(default=None, description="or to this web server")
    every: Period | None = Field(default=None, description="run every so many minutes or hours")
    daily: TimeOfDay | None = Field(default=None, description="or once a day at this time; default: by hand only")
    most_rows: Annotated[int, Field(ge=1, le=10_000_000), Whole] = Field(
        default=1_000_000, description="rows of one batch; what is more makes further ones"
    )
    empty: Flag = Field(default=False, description="whether a run without new rows makes a batch without rows")
    receipts: ReceiptPeriod | None = Field(
        default=None,
        description="the receiver confirms each batch within this time of its delivery, else people are told;"
        " default: nothing is waited for",
    )

    @property
    def every_s(self) -> int | None:
        """The period in seconds."""
        return _seconds(self.every)

    @property
    def receipts_s(self) -> int | None:
        """Within which time a batch is to be confirmed, in seconds."""
        return _seconds(self.receipts)

    @property
    def ways(self) -> tuple[str, ...]:
        """The names of the places it is delivered to that are written; there has to be one."""
        return tuple(name for name in ("folder", "sftp", "s3", "http") if getattr(self, name) is not None)


class Export(OwnExport):
    """An export of the installation: of all tenants' rows, or of some tenants'."""

    tenants: tuple[Identifier, ...] = Field(default=(), description="whose rows; default: all tenants'")


OwnExports = Annotated[Mapping[Identifier, OwnExport], Field(max_length=MAX_EXPORTS)]
Exports = Annotated[Mapping[Identifier, Export], Field(max_length=MAX_EXPORTS)]
