"""`callcontrol users`: people of the API and the panel, and what they sign in with.

users list [TENANT]                           who there is; operators have the tenant `-`
users add TENANT LOGIN --role ROLE …          a new person; --extension, --agent, --looks-after 101 --queue support
users change LOGIN [--role ROLE …] …          what is given is set, all else stays; the person signs in again
users password LOGIN                          asks for a new one, or reads a line of standard input
users second-factor LOGIN [--remove]          a new second factor, told once, with recovery codes
users disable|enable|remove|sign-out LOGIN    cannot sign in, may again, is gone, signs in again everywhere
users token LOGIN NAME --right see:calls …    a token for a program, told once; --days
users tokens LOGIN, users revoke LOGIN TOKEN  which there are; one is good no more
users audit TENANT                            what was done, by whom: --limit
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.edges import clock
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import NoLedger, connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.people import Doer, People
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.rights import Role

VERBS = ("list", "add", "change", "password", "second-factor", "disable", "enable", "remove", "sign-out")
MORE_VERBS = ("token", "tokens", "revoke", "audit")
DEFAULT_DAYS, DEFAULT_ACTS = 365, 50
# What a person has, by the option that sets it.
_FIELDS = {
    "role": "roles",
    "name": "name",
    "extension": "extension",
    "agent": "agent",
    "looks_after": "extensions",
    "queue": "queues",
    "language": "language",
}
_DONE = {"disable": "cannot sign in any more", "enable": "may sign in again", "remove": "is gone"}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`users list|add|change|… …`."""
    parser = subparsers.add_parser(
        "users",
        help="people of the API and the panel",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join((*VERBS, *MORE_VERBS)))
    listing = verbs.add_parser("list", help="list people")
    listing.add_argument("tenant", nargs="?")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    adding = verbs.add_parser("add", help="a new person")
    adding.add_argument("tenant")
    for verb in (*VERBS[1:], "token", "tokens", "revoke"):
        one = adding if verb == "add" else verbs.add_parser(verb, help=_HELP[verb])
        one.add_argument("login")
        if verb in ("add", "change"):
            _add_fields(one)
    verbs.choices["second-factor"].add_argument("--remove", action="store_true", help="remove it")
    _add_token(verbs.choices["token"])
    verbs.choices["revoke"].add_argument("token_id", metavar="TOKEN")
    audit = verbs.add_parser("audit", help="what was done, the latest first, as JSON")
    audit.add_argument("tenant")
    audit.add_argument("--limit", type=int, default=DEFAULT_ACTS)
    for one in verbs.choices.values():
        add_config(one)


_HELP = {
    "change": "other roles, names, queues",
    "password": "a new password",
    "second-factor": "a new second factor",
    "disable": "the person cannot sign in",
    "enable": "the person may sign in again",
    "remove": "the person is gone",
    "sign-out": "the person signs in again everywhere",
    "token": "a token for a program",
    "tokens": "the tokens there are",
    "revoke": "a token is good no more",
}


def _add_fields(parser: argparse.ArgumentParser) -> None:
    roles = ", ".join(Role)
    parser.add_argument("--role", action="append", metavar="ROLE", help=f"{roles}; may be given several times")
    parser.add_argument("--name", help="what people call the person")
    parser.add_argument("--extension", help="the person's own")
    parser.add_argument("--agent", help="the person as an agent of queues")
    parser.add_argument("--looks-after", action="append", metavar="EXTENSION", help="of a supervisor; several times")
    parser.add_argument("--queue", action="append", metavar="QUEUE", help="of a supervisor; several times")
    parser.add_argument("--language", help="of the panel: en, pl, ru; default: the tenant's")


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what it is for")
    parser.add_argument("--right", action="append", default=[], metavar="RIGHT", help="see:calls, change:rules, …")
    parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="for which it is good (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Postgres does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        with connect(ledger_dsn(settings)) as connection, explained():
            doer = Doer(f"{getpass.getuser()} (command)", "command")
            found = People(settings, connection, doer, clock.now, os.urandom, clock.new_id)
            _VERBS[args.verb](args, found, connection)
    except (NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _list(args: argparse.Namespace, _: People, connection: DictConnection) -> None:
    rows = people.users_of(connection, args.tenant)
    for row in rows:
        print(_line(row) if not args.json else orjson.dumps(row, default=str).decode())
    if not rows:
        print("there are no people")


def _line(row: Mapping[str, Any]) -> str:
    what = [f"{row['tenant']}: {row['login']}", f"({row['name']})" if row["name"] else "", ", ".join(row["roles"])]
    more = {
        "extension": row["extension"],
        "agent": row["agent"],
        "looks after": " ".join(row["extensions"]),
        "queues": " ".join(row["queues"]),
    }
    marks = ["second factor" if row["has_second_factor"] else "", "disabled" if row["disabled_at"] else ""]
    return "  ".join(word for word in (*what, *(f"{k} {v}" for k, v in more.items() if v), *marks) if word)


def _fields(args: argparse.Namespace) -> dict[str, Any]:
    given = {field: getattr(args, option) for option, field in _FIELDS.items() if getattr(args, option) is not None}
    return {field: tuple(value) if isinstance(value, list) else value for field, value in given.items()}


def _add(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    none: tuple[str, ...] = ()
    empty = User("", args.tenant, args.login, "", none, "", "", none, none, "")
    user = found.add(User(**{**_plain(empty), **_fields(args)}))
    print(f"{user.login} is added; `callcontrol users password {user.login}` sets a password")


def _plain(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in User.__dataclass_fields__}


def _change(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    found.change(args.login, **_fields(args))
    print(f"{args.login} is changed, and signs in again")


def _password(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    found.user(args.login)
    found.set_password(args.login, _asked())
    print(f"the password of {args.login} is set")


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("new password: ")
    if getpass.getpass("once more: ") != password:
        raise Refused("these are two passwords")
    return password


def _second_factor(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    if args.remove:
        found.drop_second_factor(args.login)
        print(f"{args.login} has no second factor any more")
        return
    new = found.set_second_factor(args.login)
    print(f"for an authenticator app: {new.address}\nor typed: {new.secret}")
    print("recovery codes, each good once:", *new.recovery_codes, sep="\n  ")


def _one(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    {"disable": found.disable, "enable": found.enable, "remove": found.remove}[args.verb](args.login)
    print(f"{args.login} {_DONE[args.verb]}")


def _sign_out(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    print(f"{found.end_sessions(args.login)} sessions of {args.login} have ended")


def _token(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    print(found.add_token(args.login, args.name, args.right, args.days))


def _tokens(args: argparse.Namespace, found: People, connection: DictConnection) -> None:
    for row in people.tokens_of(connection, found.user(args.login)):
        print(orjson.dumps(row, default=str).decode())


def _revoke(args: argparse.Namespace, found: People, _: DictConnection) -> None:
    found.revoke_token(args.login, args.token_id)
    print(f"token {args.token_id} is good no more")


def _audit(args: argparse.Namespace, _: People, connection: DictConnection) -> None:
    for row in people.acts_noted(connection, args.tenant, args.limit):
        print(orjson.dumps(row).decode())


_VERBS: Mapping[str, Callable[[argparse.Namespace, People, DictConnection], None]] = {
    "list": _list,
    "add": _add,
    "change": _change,
    "password": _password,
    "second-factor": _second_factor,
    **dict.fromkeys(_DONE, _one),
    "sign-out": _sign_out,
    "token": _token,
    "tokens": _tokens,
    "revoke": _revoke,
    "audit": _audit,
}
