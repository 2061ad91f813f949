"""Mail: what is to be sent can be sent, over a connection that is encrypted, in a name that can be signed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at
from callcontrol.config.fields import host_and_port
from callcontrol.config.mail_fields import MAX_LOCAL
from callcontrol.config.mail_settings import Recipients
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath

# What a return address has besides the beginning of `bounces.address`: +, the mail's id, -, its signature.
_VERP_CHARACTERS = 1 + 24 + 1 + 16


def recipients_in(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, Recipients]]:
    """Everything a tenant has sent by mail, with its place: of boxes, queues and emergency calls."""
    if tenant.emergency_calls.mail is not None:
        yield ("tenants", name, "emergency_calls", "mail"), tenant.emergency_calls.mail
    for block in ("voicemail", "queues"):
        for key, entry in getattr(tenant, block, {}).items():
            for field in ("mail", "missed"):
                found = getattr(entry, field, None)
                if isinstance(found, Recipients):
                    yield ("tenants", name, block, key, field), found


def mails_without_a_sender(settings: Settings) -> Iterator[Problem]:
    """Where something is to be sent, there is a server that takes it, and an address it comes from."""
    for name, tenant in settings.tenants.items():
        for place, _ in recipients_in(name, tenant):
            if settings.mail.server is None and ("mail",) not in settings.unread:
                yield problem_at(
                    settings, place, "no server takes mails", "write `mail.server` in callcontrol.yaml, as host:port"
                )
            if tenant.mail.address is None and ("tenants", name, "mail") not in settings.unread:
                yield problem_at(
                    settings,
                    place,
                    "the tenant has no address to send from",
                    "write `mail.address` in the tenant's file",
                )


def mails_in_the_clear(settings: Settings) -> Iterator[Problem]:
    """Without TLS a password and every message could be read on the way."""
    mail = settings.mail
    if mail.server is None:
        return
    if mail.security == "none" and not _is_loopback(mail.server):
        what = f"{mail.server} is another host, and the way to it is not encrypted"
        yield problem_at(settings, ("mail", "security"), what, "write starttls (port 587) or tls (port 465)")
    if not (mail.username + mail.password).isascii():
        what = "account or password has letters beyond ASCII, which no way of logging in to SMTP has in common"
        yield problem_at(settings, ("mail", "username"), what, "have another one set at the server")
    if mail.password and not mail.username:
        yield problem_at(settings, ("mail", "password"), "a password without an account", "write `username:` beside it")


def bounces_from_elsewhere(settings: Settings) -> Iterator[Problem]:
    """LMTP knows no passwords: only a server of this host may speak it; and return addresses have to fit into mails."""
    bounces = settings.mail.bounces
    if bounces is None:
        return
    place = ("mail", "bounces")
    if not _is_loopback(bounces.listen):
        what = f"{bounces.listen} could be reached from other hosts"
        yield problem_at(settings, (*place, "listen"), what, "write an address of this host, such as 127.0.0.1:8025")
    local = bounces.address.rpartition("@")[0]
    longest = MAX_LOCAL - _VERP_CHARACTERS
    if len(local) > longest or "+" in local:
        what = f"{local} leaves no room for the mail's id behind a +"
        yield problem_at(settings, (*place, "address"), what, f"write at most {longest} characters before the @, no +")


def signatures_of_other_domains(settings: Settings) -> Iterator[Problem]:
    """A signature counts for the sender (DMARC, RFC 7489, 3.1.1) if its domain is the sender's, or above it."""
    for name, tenant in settings.tenants.items():
        dkim, sender = tenant.mail.dkim, tenant.mail.address
        if dkim is None or sender is None:
            continue
        domain = sender.rpartition("@")[2]
        if domain != dkim.domain and not domain.endswith(f".{dkim.domain}"):
            place = ("tenants", name, "mail", "dkim", "domain")
            what = f"{dkim.domain} cannot sign for {sender}"
            yield problem_at(settings, place, what, f"write {domain}, or a domain above it")


def _is_loopback(address: str) -> bool:
    host = host_and_port(address)[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def transcriptions_by_no_program(settings: Settings) -> Iterator[Problem]:
    """What is to be written down needs a program that does it, and the program the file."""
    command = settings.media.transcription.command
    if command and not any("{file}" in argument for argument in command):
        at = ("media", "transcription", "command")
        yield problem_at(settings, at, "{file} is in none of its arguments", "write it where the sound file belongs")
    if command or ("media",) in settings.unread:
        return
    for name, tenant in settings.tenants.items():
        for key, box in getattr(tenant, "voicemail", {}).items():
            if box.transcribe:
                place = ("tenants", name, "voicemail", key, "transcribe")
                yield problem_at(
                    settings, place, "no program transcribes", "write `media.transcription.command` in callcontrol.yaml"
                )
