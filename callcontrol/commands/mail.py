"""`callcontrol mail`: what has become of mails, and what a person can do for them.

mail list                what was sent, what waits and why, the latest first
mail show ID             one mail, and every attempt with the server's answer; the beginning of its id will do
mail retry ID …          send it now: one that failed, was not sent, or waits for its next attempt
mail addresses           addresses nothing is sent to, for mails came back
mail revive TENANT ADDRESS   send to it again; what was not sent meanwhile: `mail retry`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.mail_history import MAX_MAILS, MailHistory, Row, WantedMails
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.mail import MailState
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of, text_of

FAILED = 1

# What is told: for programs, and in one line for people.
_Line = tuple[Mapping[str, object], str]


class NoSuchMail(ValueError):
    """What was asked for is not there; the message says what would be."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`mail list|show|retry|addresses|revive …`."""
    parser = subparsers.add_parser(
        "mail",
        help="what has become of mails",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|retry|addresses|revive")
    listing = verbs.add_parser("list", help="what was sent, what waits, and why")
    _add_filters(listing)
    verbs.add_parser("show", help="one mail, with every attempt").add_argument("mail", metavar="ID")
    verbs.add_parser("retry", help="send mails now").add_argument("mails", metavar="ID", nargs="+")
    verbs.add_parser("addresses", help="dead addresses").add_argument("--tenant", help="only this tenant's")
    reviving = verbs.add_parser("revive", help="send to an address again")
    reviving.add_argument("tenant", metavar="TENANT")
    reviving.add_argument("address", metavar="ADDRESS")
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def _add_filters(listing: argparse.ArgumentParser) -> None:
    listing.add_argument("--tenant", help="only this tenant's")
    listing.add_argument("--state", choices=[state.value for state in MailState], help="only those in this state")
    listing.add_argument("--address", help="only those to this address")
    listing.add_argument("--source", metavar="TARGET", help="only those of a box or queue, as voicemail:anna")
    listing.add_argument(
        "--limit", type=int, default=20, metavar="N", help=f"at most so many (default 20, {MAX_MAILS})"
    )


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if what was named is not there, or Postgres cannot be had."""
    settings = configuration_or_exit(args.config).settings
    verbs: Mapping[str, Callable[..., Iterator[_Line]]] = {
        "list": _list,
        "show": _show,
        "retry": _retry,
        "addresses": _addresses,
        "revive": _revive,
    }
    try:
        _check_tenant(getattr(args, "tenant", None), settings)
        with MailHistory(ledger_dsn(settings)) as history:
            _print(args, verbs[args.verb](args, history, settings))
    except (NoLedger, NoSuchMail) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def _check_tenant(tenant: str | None, settings: Settings) -> None:
    if tenant is not None and tenant not in settings.tenants:
        raise NoSuchMail(unknown("tenant", tenant, settings.tenants))


def _print(args: argparse.Namespace, lines: Iterable[_Line]) -> None:
    for told, line in lines:
        print(orjson.dumps(told).decode() if args.json else line)


def _list(args: argparse.Namespace, history: MailHistory, settings: Settings) -> Iterator[_Line]:
    wanted = WantedMails(args.tenant, args.state, args.address, args.source, args.limit)
    mails = history.mails(wanted)
    for mail in mails:
        yield mail, _line_of(mail)
    if not mails and not args.json:
        yield {}, "No mail."


def _show(args: argparse.Namespace, history: MailHistory, settings: Settings) -> Iterator[_Line]:
    mail = _one(history, args.mail)
    attempts = history.attempts(mail["mail_id"])
    lines = [_line_of(mail), f"  Message-ID {mail['message_id']}, {mail['kind']} about {mail['about']}"]
    if mail["state"] == MailState.QUEUED:
        lines.append(f"  next attempt {_when(mail['due_at'])}, given up {_when(mail['expires_at'])}")
    for one in attempts:
        said = f"{one['code'] or ''} {one['answer']}".strip()
        lines.append(f"  {one['attempt']}. {_when(one['began_at'])}  {one['outcome'] or 'under way'}  {said}".rstrip())
    yield {**mail, "tried": attempts}, "\n".join(lines)


def _retry(args: argparse.Namespace, history: MailHistory, settings: Settings) -> Iterator[_Line]:
    mails = [_one(history, one) for one in args.mails]
    now = clock.now()
    expires_at = Instant(now + settings.mail.give_up_h * 3600 * SECOND_US)
    taken = set(history.retry([mail["mail_id"] for mail in mails], now, expires_at))
    for mail in mails:
        word = "is sent now" if mail["mail_id"] in taken else _why_not(mail)
        yield {"mail_id": mail["mail_id"], "result": word}, f"{mail['mail_id']}: {word}"


def _why_not(mail: Row) -> str:
    if mail["state"] in (MailState.SENT, MailState.SENDING):
        return f"stays: it is {mail['state']}"
    return f"stays: the address is dead; `callcontrol mail revive {mail['tenant']} {mail['address']}` comes first"


def _addresses(args: argparse.Namespace, history: MailHistory, settings: Settings) -> Iterator[_Line]:
    dead = history.dead_addresses(args.tenant)
    for one in dead:
        yield one, f"{one['tenant']}  {one['address']}  since {_when(one['dead_at'])}: {one['reason']}"
    if not dead and not args.json:
        yield {}, "No address is dead."


def _revive(args: argparse.Namespace, history: MailHistory, settings: Settings) -> Iterator[_Line]:
    if not history.revive(args.tenant, args.address):
        raise NoSuchMail(f"{args.address} is not dead for {args.tenant}: `callcontrol mail addresses` shows which are")
    yield {"tenant": args.tenant, "address": args.address}, f"{args.address}: mails are sent to it again"


def _one(history: MailHistory, mail_id: str) -> Row:
    found = history.beginning_with(mail_id)
    if len(found) != 1:
        how = "begins more than one id: write more of it" if found else "is no mail: `callcontrol mail list` shows them"
        raise NoSuchMail(f"{mail_id} {how}")
    return found[0]


def _line_of(mail: Row) -> str:
    said: Any = mail["reason"]
    which = f"{mail['mail_id'][:8]}  {_when(mail['created_at'])}  {mail['tenant']} {mail['source']}"
    return f"{which}  {mail['address']}  {mail['state']}{f': {said}' if said else ''}"


def _when(moment: Any) -> str:
    return text_of(instant_of(moment))[:19].replace("T", " ")
