"""A tenant's settings of its kept sound files: format, how long they are kept, keys, who may hear and delete them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from callcontrol.config.fields import Identifier, Whole, plain_text, refusal
from callcontrol.config.frozen import Frozen
from callcontrol.config.secret import HIDDEN, NAMED, secret_schema
from callcontrol.vocabulary.media import MediaKind
from callcontrol.vocabulary.media_format import MediaFormat

KEY_BYTES: Final = 32
MAX_KEYS: Final = 100
MAX_ROLES: Final = 100
_RIGHT_KEY: Final = "write what `openssl rand -base64 32` prints into a file and name it: {file: /path/of/the/file}"


def _read_key(value: object) -> str:
    text = plain_text(value)
    try:
        length = len(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise refusal("this key is no base64", _RIGHT_KEY) from None
    if length != KEY_BYTES:
        raise refusal(f"this key has {length} bytes, {KEY_BYTES} are needed", _RIGHT_KEY)
    return text


# 32 bytes, written in base64. The key's own text is checked after the secret was looked up.
MediaKey = Annotated[
    str, BeforeValidator(_read_key), NAMED, HIDDEN, secret_schema("32 bytes in base64, {file: …} or {env: …}")
]


class KeptKind(Frozen):
    """How files of one kind are kept."""

    archive: MediaFormat = Field(
        default=MediaFormat.MULAW,
        description="format in storage: linear (as the switch writes it), mulaw (half of it), mp3 or opus (an eighth)",
    )
    mail: MediaFormat = Field(default=MediaFormat.MP3, description="format of what is attached to a mail")
    keep_days: Annotated[int, Field(ge=0, le=36_500), Whole] = Field(
        default=0, description="days after which it is deleted; 0: it is kept until it is deleted by hand"
    )


class KeptDays(KeptKind):
    """How files of a kind are kept that end by themselves."""

    keep_days: Annotated[int, Field(ge=0, le=36_500), Whole] = Field(
        default=90, description="days after which it is deleted; 0: it is kept until it is deleted by hand"
    )


class Reach(StrEnum):
    """Which files a right is about; in this order.

    own: the person's boxes, and conversations the person was in. own_queues: these, and those of the queues the person
    is an agent of or the role names.
    """

    NONE = "none"
    OWN = "own"
    OWN_QUEUES = "own_queues"
    ALL = "all"


class MessageRights(Frozen):
    """What the holders of a role may do with messages and greetings."""

    hear: Reach = Field(default=Reach.OWN, description="which they may hear: none, own, own_queues, all")
    delete: Reach = Field(default=Reach.OWN, description="which they may delete")


class TalkRights(Frozen):
    """What the holders of a role may do with recordings of conversations, and with recorded prompts."""

    hear: Reach = Field(default=Reach.NONE, description="which they may hear: none, own, own_queues, all")
    delete: Reach = Field(default=Reach.NONE, description="which they may delete")


class Role(Frozen):
    """What the people at its extensions may hear and delete; an extension without a role has the defaults."""

    extensions: tuple[Identifier, ...] = Field(default=(), description="extensions with this role")
    messages: MessageRights = MessageRights()
    talks: TalkRights = TalkRights()
    queues: tuple[Identifier, ...] = Field(
        default=(), description="queues that count as the person's own, besides those the person is an agent of"
    )


class TenantMedia(Frozen):
    """Kept sound files of a tenant."""

    message: KeptDays = Field(default=KeptDays(), description="messages left in boxes")
    talk: KeptDays = Field(default=KeptDays(), description="recordings of conversations")
    greeting: KeptKind = Field(default=KeptKind(), description="greetings of boxes")
    prompt: KeptKind = Field(default=KeptKind(), description="recorded prompts")
    keys: Mapping[Identifier, MediaKey] = Field(
        default_factory=dict,
        max_length=MAX_KEYS,
        description="keys that files are sealed with in storage, by an id such as the month; one stays here as long as "
        "`callcontrol media keys` says that something needs it",
    )
    sealed_with: Identifier | None = Field(
        default=None, description="the key, one of `keys`, that new files are sealed with; default: they are not sealed"
    )

    roles: Mapping[Identifier, Role] = Field(
        default_factory=dict, max_length=MAX_ROLES, description="rights to hear and delete media, by the name of a role"
    )

    def role_of(self, extension: str) -> Role:
        """What the person at the extension may hear and delete."""
        return next((role for role in self.roles.values() if extension in role.extensions), Role())

    def of(self, kind: MediaKind) -> KeptKind:
        """How files of this kind are kept."""
        found: KeptKind = getattr(self, kind.value)
        return found
