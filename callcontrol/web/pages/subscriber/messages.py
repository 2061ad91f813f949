"""Messages: what callers left in one's voicemail boxes; heard, marked, deleted, taken back for a day."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.usecases.messages import Messages
from callcontrol.vocabulary.mailbox import MessageState
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.operations import Answer, Asked, Common, Given
from callcontrol.web.pages.page import Act, Done, Page, Part, Shown, has_phone
from callcontrol.web.pages.texts import N_, said

PATH: Final = "/messages"
_SOUNDS: Final = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
}
DONE: Final = {
    "keep": N_("It is kept."),
    "delete": N_("It is deleted. For a day it can be taken back."),
    "done": N_("It is dealt with."),
    "take": N_("You deal with it; no one else does."),
    "release": N_("Others may deal with it again."),
}


class SoundGiven(Common):
    """Which message."""

    box: str = Field(max_length=64)
    message: str = Field(max_length=64)


class MessageForm(Given):
    """A message, and what is done with it."""

    box: str = Field(max_length=64)
    message: str = Field(max_length=64)
    verb: Literal["keep", "delete", "done", "take", "release"]


def _messages(asked: Asked) -> Messages:
    services = asked.services
    store = BoxStore(services.pipeline)
    return Messages(services.settings, asked.tenant, asked.person.extension, store, services.own_dsn, services.now)


def _show(asked: Asked) -> Shown:
    messages = _messages(asked)
    boxes = [(name, messages.box(name)) for name in messages.boxes]
    latest_first = [(name, box.counts, box.messages[::-1]) for name, box in boxes]
    values = {"boxes": latest_first, "states": MessageState, "me": f"extension:{asked.person.extension}"}
    return Shown("subscriber/messages.html", values)


def _act(asked: Asked) -> Done:
    form = asked.body
    # By phone it is the extension that takes a message: here it is the same person.
    _messages(asked).change(form.box, form.message, form.verb, f"extension:{asked.person.extension}")
    audit = (f"message: {form.verb}", f"voicemail {form.box}", None, {"message": form.message})
    return Done(said(DONE[form.verb]), audit)


def _sound(asked: Asked) -> Answer:
    given, messages = asked.given, _messages(asked)
    with asked.services.own_ledger() as connection:
        found, ending, is_first = messages.sound(
            given.box, given.message, connection, asked.person.login, asked.where.address
        )
    audit = ("message heard", f"voicemail {given.box}", None, {"message": given.message}) if is_first else None
    headers = {"Content-Length": str(len(found)), "Content-Disposition": "inline"}
    kind = _SOUNDS.get(ending.lower(), "application/octet-stream")
    return Answer(iter([found]), headers=headers, content_type=kind, audit=audit)


MESSAGES: Final = Page(
    "messages",
    PATH,
    N_("Messages"),
    (Verb.SEE, Kind.CALLS),
    "subscriber",
    _show,
    acts=(Act("change", MessageForm, _act),),
    parts=(Part(f"{PATH}/sound", _sound, SoundGiven),),
    fits=has_phone,
)
