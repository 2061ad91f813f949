"""A mail as a strict reader reads it, byte by byte."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, strict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.config.mail_texts import WORDINGS
from callcontrol.edges.mail.composition import NO_SOUND, Sound, compose, file_name
from callcontrol.vocabulary.language import LANGUAGES
from callcontrol.vocabulary.mail import LeftMessage, Mail, MailFacts, MailKind
from tests.edges.mail.samples import FACTS, NOON, SENDER, acme, later, mail

ACME = acme()
NUMBER = "+48500100200"
WAV = b"RIFF\x24\x00\x00\x00WAVE" + bytes(range(256)) * 8


def read(content: bytes) -> EmailMessage:
    """The mail, read by a parser that raises where the standard is broken: 7-bit, in lines of standard length."""
    content.decode("ascii")
    assert not {*b"\r\n"} & {*content.replace(b"\r\n", b"")}
    assert max(map(len, content.split(b"\r\n"))) <= 78
    message = message_from_bytes(content, policy=strict + SMTP)
    assert isinstance(message, EmailMessage)
    for value in message.values():
        assert not value.defects, value.defects
    return message


def made(one: Mail, sound: Sound = NO_SOUND, tenant: str = SENDER) -> EmailMessage:
    return read(compose(one, acme(tenant) if tenant != SENDER else ACME, "acme", sound))


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_headers() -> None:
    one = mail()
    message = made(one)
    assert message["From"] == '"Zażółć & Co." <voicemail@acme.example>'
    assert message["From"].addresses[0].addr_spec == "voicemail@acme.example"
    assert (message["To"], message["Reply-To"]) == ("anna@example.org", "office@acme.example")
    assert message["Subject"] == "Message from Łukasz Жук (+48500100200) (1:05)"
    assert message["Date"] == "Fri, 20 Nov 2026 13:00:00 +0100"
    assert message["Message-ID"] == f"<{one.mail_id}@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert (message["MIME-Version"], message.get_content_type()) == ("1.0", "text/plain")
    assert message["Content-Language"] == "en"
    assert message["Precedence"] is None


def test_text() -> None:
    assert text_of(made(mail())) == (
        "Łukasz Жук (+48500100200) left a message of 1:05 in the box anna on 2026-11-20 at 13:00.\n"
        "New messages in this box: 3\n\nCall back: tel:+48500100200\n"
    )


def test_the_sound_is_attached_as_it_is() -> None:
    sound = Sound("2026-11-20-130000-48500100200.wav", "wav", WAV, transcript="Please call\r\nme back\x00")
    message = made(mail(facts=replace(FACTS, attach="file")), sound)
    (attached,) = message.iter_attachments()
    assert attached.get_content() == WAV
    assert (attached.get_content_type(), attached.get_filename()) == ("audio/wav", sound.name)
    assert text_of(message).endswith("The message is attached.\n\nAs a program has heard it:\nPlease call\nme back\n")


@pytest.mark.parametrize(
    ("attach", "sound", "said"),
    [
        ("link", Sound("a.wav", "wav", link="https://x.example/1"), "Listen to it: https://x.example/1"),
        ("file", Sound("a.wav", "wav"), "The message cannot be attached: listen to it by phone."),
        ("file", NO_SOUND, "The message is not kept any more."),
        ("none", NO_SOUND, "tel:+48500100200"),
    ],
)
def test_where_the_sound_is(attach: str, sound: Sound, said: str) -> None:
    assert text_of(made(mail(facts=replace(FACTS, attach=attach)), sound)).endswith(f"{said}\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_in_every_language(kind: MailKind, language: str) -> None:
    facts = MailFacts(
        place="sales",
        number="",
        at=NOON,
        wait_ms=59_600,
        day="2026-11-20",
        messages=(LeftMessage(NOON, "+4850", "", 1500),),
        shown="+48221234567",
    )
    message = made(mail(kind=kind, language=language, facts=facts))  # type: ignore[arg-type]  # one of LANGUAGES
    said = f"{message['Subject']}\n{text_of(message)}"
    assert "$" not in said
    assert "sales" in said
    assert {
        MailKind.VOICEMAIL: "0:00",
        MailKind.MISSED: "1:00",
        MailKind.DAILY: "13:00  0:02  +4850",
        MailKind.LOCKED: "2026",
        MailKind.EMERGENCY: "+48221234567",
    }[kind] in said
    assert set(WORDINGS[language]) == set(MailKind)  # type: ignore[index]  # one of LANGUAGES


def test_an_emergency_call_is_told_in_the_tenants_zone() -> None:
    facts = MailFacts("hall, ul. Leśna 7", NUMBER, "Jan", NOON, called="112", extension="104", shown="+48221234567")
    lost = made(mail(kind=MailKind.EMERGENCY, facts=facts))
    assert lost["Subject"] == f"Emergency call to 112 by Jan ({NUMBER})"
    assert text_of(lost) == (
        f"Jan ({NUMBER}) called the emergency number 112 on 2026-11-20 at 13:00.\n\nExtension: 104\n"
        "Place: hall, ul. Leśna 7\nNumber shown: +48221234567\nTrunk: -\nAnswered: no\nEnded: ?\n"
    )
    supposed = replace(facts, answered_at=NOON, ended_at=later(61), estimated=True)
    assert text_of(made(mail(kind=MailKind.EMERGENCY, facts=supposed))).endswith(
        "Answered: 2026-11-20 at 13:00:00 (as far as is known)\nEnded: 2026-11-20 at 13:01:01 (as far as is known)\n"
    )


def test_a_tenants_own_words() -> None:
    own = f"""{SENDER}  voicemail:
    pl: {{subject: "$$ $who", text: "Skrzynka ${{box}}: $new"}}
"""
    message = made(mail(language="pl"), tenant=own)
    assert (message["Subject"], text_of(message)) == ("$ Łukasz Жук (+48500100200)", "Skrzynka anna: 3\n")
    assert made(mail(language="ru"), tenant=own)["Subject"].startswith("Сообщение от ")


def test_the_same_mail_again_is_the_same_bytes() -> None:
    sound = Sound("a.wav", "wav", WAV)
    first, second = (compose(mail(), ACME, "acme", sound) for _ in range(2))
    assert first == second


HOSTILE = st.text(max_size=80) | st.sampled_from(
    [
        "x\r\nBcc: all@example.org",
        "$who ${file} $$",
        "=?utf-8?q?x?=",
        '"><b>',
        "a@b, c@d",
        "\u202egnp.exe",
        "\ud800",
        "(((",
        "\x00",
    ]
)


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=30)
def test_nothing_a_caller_sends_is_more_than_text(name: str, number: str, said: str) -> None:
    facts = replace(FACTS, name=name, number=number)
    message = made(mail(facts=facts), Sound("a.wav", "wav", WAV, transcript=said))
    assert set(message.keys()) == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message["To"] == "anna@example.org"
    assert len(list(message.iter_attachments())) == 1
    assert f"{message['Subject']}".count("\n") == 0


def test_names_of_files() -> None:
    assert file_name("+48500100200", NOON, "Europe/Warsaw", ".wav") == "2026-11-20-130000-48500100200.wav"
    assert file_name("../../x", NOON, "UTC", ".mp3") == "2026-11-20-120000.mp3"
