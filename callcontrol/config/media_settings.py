"""Settings of media: what is done with sound files once the switch has made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import Flag, Folder, Identifier, Text, Whole, described, matching
from callcontrol.config.frozen import Frozen
from callcontrol.config.link_settings import Links
from callcontrol.config.secret import SecretText
from callcontrol.config.transcription_settings import Transcription

_ENDPOINT = r"https?://[A-Za-z0-9.\[\]:-]{1,255}"
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"

Endpoint = Annotated[
    str,
    BeforeValidator(
        matching(_ENDPOINT, "{} is no address of a storage", "write https://HOST or https://HOST:PORT, without a path")
    ),
    described("an address: https://HOST:PORT", f"^{_ENDPOINT}$"),
]
Bucket = Annotated[
    str,
    BeforeValidator(
        matching(_BUCKET, "{} is no name of a bucket", "write 3 to 63 small letters, digits, dots and hyphens")
    ),
    described("the name of a bucket", f"^{_BUCKET}$"),
]


class ObjectStorage(Frozen):
    """A storage that speaks S3: Amazon's, or one of the same interface."""

    endpoint: Endpoint = Field(description="https://HOST or https://HOST:PORT of it; http:// only on this host")
    bucket: Bucket = Field(description="the bucket, which has to be there")
    region: Text = Field(default="us-east-1", description="its region; of most that are not Amazon's any")
    key: SecretText = Field(min_length=1, description="access key")
    secret: SecretText = Field(min_length=1, description="secret key")


class MediaSettings(Frozen):
    """Sound files: messages, greetings, recorded talks."""

    run: Flag = Field(
        default=True, description="whether this host runs the media job; where several hosts do, they share the work"
    )
    links: Links = Links()
    transcription: Transcription = Transcription()
    folders: Mapping[Identifier, Folder] = Field(
        default_factory=dict,
        description="by switch: where this host sees the folder `recordings` of it; of a switch on this host that is "
        "`recordings` itself, unless it is written here; of any other one its files are another host's work",
    )
    storage: Folder | None = Field(
        default=None, description="folder that files are moved to; default: `media` in the data folder"
    )
    s3: ObjectStorage | None = Field(
        default=None, description="object storage that files are moved to, if not a folder"
    )
    quota_mb: Annotated[int, Field(ge=10, le=100_000_000), Whole] = Field(
        default=20_000,
        description="what files may take on a switch's disk, in MB (1,000,000 bytes): beyond it the copies of those "
        "that are in storage go, recorded talks first, then messages, the oldest of each first",
    )
