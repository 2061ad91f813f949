"""Mistakes in the settings of mail: each with its place, and what would be right."""

from __future__ import annotations

import pytest

from callcontrol.kinds.targets.voicemail.settings import BLOCK
from tests.config.folder import MAIN, TENANT, loaded, problems, written

SERVER = 'mail: {server: "smtp.acme.example:587"}\n'
DESK = f"""\
{TENANT}agents: {{anna: {{extension: 101}}}}
queues: {{support: {{agents: [{{agent: anna}}], missed: {{to: [anna@acme.example]}}}}}}
"""
SENDER = "mail: {address: pbx@acme.example}\n"


def told(tenant: str = DESK + SENDER, main: str = MAIN + SERVER) -> list[str]:
    return written(*problems(tenant, main))


def test_a_box_with_mail() -> None:
    box = TENANT.replace("box: {}", "box: {mail: {to: [anna@acme.example]}}")
    mail = BLOCK.of(loaded(box + SENDER, MAIN + SERVER).tenants["acme"])["box"].mail
    assert mail is not None
    assert (mail.to, mail.each, mail.attach, mail.after, mail.daily) == (
        ("anna@acme.example",),
        True,
        "file",
        "new",
        None,
    )
    assert [said.partition(": ")[2].partition(";")[0] for said in told(box, MAIN)] == [
        "voicemail.box.mail: no server takes mails",
        "voicemail.box.mail: the tenant has no address to send from",
    ]


def test_what_is_transcribed_needs_a_program() -> None:
    box = TENANT.replace("box: {}", "box: {transcribe: yes}")
    assert told(box, MAIN) == [
        "tenants/acme.yaml:8: voicemail.box.transcribe: no program transcribes; write `media.transcription.command` in "
        "callcontrol.yaml"
    ]
    (said,) = told(box, MAIN + "media: {transcription: {command: [hear]}}\n")
    assert said.endswith(
        "transcription.command: {file} is in none of its arguments; write it where the sound file belongs"
    )
    loaded(box, MAIN + "media: {transcription: {command: [hear, '{file}']}}\n")


def test_addresses_are_kept_with_their_domain_in_small_letters() -> None:
    desk = DESK.replace("anna@acme.example", "Anna.B+x@ACME.Example")
    settings = loaded(desk + SENDER, MAIN + SERVER)
    missed = settings.tenants["acme"].queues["support"].missed
    assert missed is not None
    assert missed.to == ("Anna.B+x@acme.example",)


@pytest.mark.parametrize(
    "address",
    ["anna", "anna@", "@acme.example", "a b@acme.example", "a@b", '"a"@acme.example'],
)
def test_what_is_no_address(address: str) -> None:
    (said,) = told(DESK.replace("[anna@acme.example]", f"['{address}']") + SENDER)
    assert said.startswith("tenants/acme.yaml:12: queues.support.missed.to.0: ")
    assert said.endswith("is no mail address; write one address in ASCII, such as anna@acme.example")


def test_mails_about_emergency_calls_need_a_sender() -> None:
    watched = TENANT + "emergency_calls: {mail: {to: [guard@acme.example]}}\n"
    mail = loaded(watched + SENDER, MAIN + SERVER).tenants["acme"].emergency_calls.mail
    assert mail is not None
    assert (mail.to, mail.language) == (("guard@acme.example",), None)
    assert [said.partition(": ")[2].partition(";")[0] for said in told(watched, MAIN)] == [
        "emergency_calls.mail: no server takes mails",
        "emergency_calls.mail: the tenant has no address to send from",
    ]


def test_mails_that_could_not_be_sent() -> None:
    assert told(DESK, MAIN) == [
        "tenants/acme.yaml:12: queues.support.missed: no server takes mails; write `mail.server` in callcontrol.yaml, "
        "as host:port",
        "tenants/acme.yaml:12: queues.support.missed: the tenant has no address to send from; write `mail.address` in "
        "the tenant's file",
    ]


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (
            'server: "smtp.acme.example:25", security: none',
            "mail.security: smtp.acme.example:25 is another host, and the way to it is not encrypted; write starttls "
            "(port 587) or tls (port 465)",
        ),
        (
            'server: "smtp.acme.example:587", password: x',
            "mail.password: a password without an account; write `username:` beside it",
        ),
        (
            'server: "s.example:587", username: łoś',
            "mail.username: account or password has letters beyond ASCII, which no way of logging in to SMTP has in "
            "common; have another one set at the server",
        ),
        (
            "bounces: {address: b@acme.example, secret: short}",
            "mail.bounces.secret: too little is written here; at least 16 is needed",
        ),
        (
            'bounces: {address: b@acme.example, secret: 0123456789abcdef, listen: "0.0.0.0:8025"}',
            "mail.bounces.listen: 0.0.0.0:8025 could be reached from other hosts; write an address of this host, such "
            "as 127.0.0.1:8025",
        ),
        (
            "bounces: {address: b+c@acme.example, secret: 0123456789abcdef}",
            "mail.bounces.address: b+c leaves no room for the mail's id behind a +; write at most 22 characters before "
            "the @, no +",
        ),
    ],
)
def test_mistakes_about_the_server(mail: str, said: str) -> None:
    (found,) = told(TENANT, f"{MAIN}mail: {{{mail}}}\n")
    assert found.partition(": ")[2] == said


def test_the_switchs_own_host_needs_no_tls() -> None:
    for host in ("127.0.0.1:25", "localhost:25", "'[::1]:25'"):
        settings = loaded(TENANT, f"{MAIN}mail: {{server: {host}, security: none}}\n")
        assert settings.mail.server == host.strip("'")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('voicemail: {pl: {subject: "$who $lenght"}}', "the placeholder $lenght is unknown; did you mean $length?"),
        (
            'missed: {en: {text: "$box"}}',
            "the placeholder $box is unknown; here are known: $who, $number, ",
        ),
        ('daily: {en: {text: "5 $"}}', "a $ stands before what is no name; write $$ for a dollar; names are $box, "),
        ('voicemail: {en: {subject: ""}}', "a subject of 0 characters; write 1 to 200"),
        ('voicemail: {en: {subject: "a\\nBcc: x"}}', "a text of several lines; write it in one line"),
        ('voicemail: {en: {text: "a\\0"}}', "a text with control characters; write letters, signs and ends of lines"),
    ],
)
def test_mistakes_in_words(words: str, said: str) -> None:
    (found,) = told(f"{TENANT}mail: {{address: pbx@acme.example, {words}}}\n", MAIN + SERVER)
    assert found.startswith("tenants/acme.yaml:11: mail.")
    assert said in found


def test_a_signature_that_counts_for_nobody() -> None:
    key = "-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----"
    dkim = f'mail: {{address: pbx@acme.example, dkim: {{domain: other.example, selector: s, key: "{key}"}}}}\n'
    (found,) = told(TENANT + dkim, MAIN + SERVER)
    assert found.endswith(
        "mail.dkim.domain: other.example cannot sign for pbx@acme.example; write acme.example, or a domain above it"
    )
    assert key.partition("\\n")[0] not in repr(loaded(TENANT + dkim.replace("other", "acme"), MAIN + SERVER))
    (found,) = told(TENANT + dkim.replace("BEGIN", "START"), MAIN + SERVER)
    assert "this is no private key; name the file of a private key in PEM form" in found
