"""Voicemail by mail on a real switch: from the caller's audio to an SMTP server; the attachment is listened to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.sound_formats import encode
from callcontrol.edges.wav import read_wav
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.media_format import MediaFormat
from tests.edges.mail.far_end import FarEnd, Taken
from tests.freeswitch.audio import Microphones
from tests.freeswitch.messages import BUSY, HZ_OFF, TO_VOICEMAIL, message_row, pitch, spoken_ms
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, wait
from tests.freeswitch.sounds import CALLER_HZ
from tests.freeswitch.stage import RealStage

ADDRESS: Final = "grazyna@acme.example"
MAILED_S: Final = 60.0
# An MP3 is longer than the message: by whole frames of 72 ms, and by those of the coder's delay.
MP3_MS: Final = 220
HEADERS: Final = {
    "From": '"Acme, Łódź" <voicemail@acme.example>',
    "To": ADDRESS,
    "Auto-Submitted": "auto-generated",
}


def a_message_is_mailed(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a message is left: a real SMTP server gets it by mail, and the attached file has the caller's voice"""
    with FarEnd() as far_end, _with_mail(stage, far_end.address):
        arrange(stage, BUSY)
        began = clock.now()
        stage.world.wait_until_over([stage.world.place(TO_VOICEMAIL)], OVER_S)
        wait(lambda: bool(far_end.taken), "the mail has come", MAILED_S)
        wait(lambda: message_row(stage, began, MediaState.STORED) is not None, "the message is in storage")
        row = message_row(stage, began, MediaState.STORED)
        assert row is not None
        yield from _mail_differs(far_end.taken, stage.switch.folder / "mailed.mp3", spoken_ms(stage, began, row))


@contextmanager
def _with_mail(stage: RealStage, server: str) -> Iterator[None]:
    """Make the mailbox send mail to this server. Files are edited as text: YAML's reader turns times into numbers."""
    before = {file: file.read_text(encoding="utf-8") for file in (stage.config / name for name in MAIL)}
    for file, text in before.items():
        more, old, new = MAIL[str(file.relative_to(stage.config))]
        assert old in text, f"{file}: {old}"
        file.write_text(text.replace(old, new) + more.format(server), encoding="utf-8")
    stage.daemon.reload()
    try:
        yield
    finally:
        for file, text in before.items():
            file.write_text(text, encoding="utf-8")
        stage.daemon.reload()


# For each file: the text to append, and the replacements.
MAIL: Final[Mapping[str, tuple[str, str, str]]] = {
    "callcontrol.yaml": ("\nmail: {{server: '{}', security: none}}\n", "", ""),
    "tenants/acme.yaml": (
        '\nmail: {{address: voicemail@acme.example, name: "Acme, Łódź"}}\n',
        '"107": {max: 60, announce: after}',
        f'"107": {{max: 60, announce: after, mail: {{to: [{ADDRESS}]}}}}',
    ),
}


def _mail_differs(taken: Sequence[Taken], file: Path, told_ms: float) -> Iterator[str]:
    """Parse the mail as MIME, and analyse its attachment."""
    if [one.recipient for one in taken] != [ADDRESS]:
        yield f"one mail to {ADDRESS} expected: {taken}"
        return
    mail = BytesParser(policy=policy.SMTP).parsebytes(taken[0].content)
    found = {name: str(mail[name]) for name in HEADERS}
    if found != HEADERS or mail.defects:
        yield f"{HEADERS} expected: {found}, {mail.defects}"
    caller, body, attached = TO_VOICEMAIL.number, mail.get_body(("plain",)), [*mail.iter_attachments()]
    if body is None or caller not in body.get_content() or len(attached) != 1:
        yield f"a text with {caller} and one attachment expected: {[one.get_content_type() for one in mail.walk()]}"
        return
    name = attached[0].get_filename() or ""
    if not attached[0].get_content_type().startswith("audio/") or caller.lstrip("+") not in name:
        yield f"a sound named by its caller expected: {attached[0].get_content_type()} {name}"
    file.write_bytes(attached[0].get_content())
    linear = file.with_suffix(".wav")
    encode(file, linear, MediaFormat.LINEAR)
    sound = read_wav(linear)
    hz = pitch(linear.read_bytes()[len(sound.head) :], sound.length_ms)
    if abs(sound.length_ms - told_ms) > MP3_MS or abs(hz - CALLER_HZ) > HZ_OFF:
        yield f"{CALLER_HZ} Hz for {told_ms:.0f} ms expected on the attachment: {hz:.0f} Hz for {sound.length_ms} ms"


MAILED: Final[tuple[Mishap, ...]] = (a_message_is_mailed,)
