"""`callcontrol rooms`: who is in which conference room; rooms locked and ended, participants muted and sent out,
colleagues invited.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.tables import NOTHING
from callcontrol.config.settings import Settings
from callcontrol.edges import clock, pin_hash
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.usecases import rooms
from callcontrol.usecases.click_to_call import MOST_RING_S, RING_S
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.pin import weakness
from callcontrol.vocabulary.room import Room, RoomMember, RoomOrder

TITLES = ("tenant", "room", "open for", "state", "participant", "in for", "as", "switch", "call")
VERBS = ("show", *RoomOrder, "invite", "pin")
# About one participant, who has to be named, or may be.
OF_ONE = {RoomOrder.KICK: None, RoomOrder.MUTE: "?", RoomOrder.UNMUTE: "?"}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`rooms show [TENANT]`, `rooms lock|unlock|end TENANT ROOM`, `rooms mute|unmute|kick TENANT ROOM [CALL]`,
    `rooms invite TENANT ROOM --phone EXTENSION`, `rooms invite TENANT ROOM --number NUMBER --by EXTENSION`,
    `rooms pin`.
    """
    parser = subparsers.add_parser("rooms", help="conference rooms with participants", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    show = verbs.add_parser("show", help="rooms and their participants (the word `show` may be left out)")
    add_config(show)
    show.add_argument("tenant", nargs="?", help="only this tenant's")
    for order in RoomOrder:
        one = verbs.add_parser(order, help=_HELP[order])
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("room")
        if order in OF_ONE:
            one.add_argument("call", nargs=OF_ONE[order], help="the beginning of the participant's call, or the number")

    pin = verbs.add_parser("pin", help="make the hash of a PIN, to be written as `pin:` or `moderator_pin:`")
    pin.set_defaults(tenant=None)

    invite = verbs.add_parser("invite", help="ring a phone of the tenant's, or a number, which then enters")
    add_config(invite)
    invite.add_argument("tenant")
    invite.add_argument("room")
    whom = invite.add_mutually_exclusive_group(required=True)
    whom.add_argument("--phone", metavar="EXTENSION", help="the extension whose phone rings and then dials the room")
    whom.add_argument("--number", help="what the phone of --by would dial; with its rights, at its cost")
    invite.add_argument("--by", metavar="EXTENSION", help="with --number: a moderator who is in the room")
    how_long = f"how long ({RING_S}, up to {MOST_RING_S})"
    invite.add_argument("--ring", type=int, default=RING_S, metavar="SECONDS", help=how_long)


_HELP = {
    RoomOrder.LOCK: "let in moderators only",
    RoomOrder.UNLOCK: "let others in again",
    RoomOrder.MUTE: "mute all but the moderators, or one participant",
    RoomOrder.UNMUTE: "the other way round",
    RoomOrder.KICK: "send one participant out",
    RoomOrder.END: "send all out",
}


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, the room is empty, or Redis does not answer."""
    if args.verb == "pin":
        return _pin()
    settings = configuration_or_exit(args.config).settings
    if args.tenant is not None and args.tenant not in settings.tenants:
        print(unknown("tenant", args.tenant, settings.tenants), file=sys.stderr)
        return 1
    try:
        with live_state(settings) as pipeline:
            store = RoomStore(pipeline)
            if args.verb == "show":
                _show(store, settings, args.tenant)
            elif args.verb == "invite" and args.number is not None:
                rooms.invite_number(pipeline, args.tenant, args.room, args.by or "", args.number)
                print(f"{args.number} is being rung for {args.room}, at the cost of {args.by}")
            elif args.verb == "invite":
                rooms.invite(pipeline, args.tenant, settings.tenants[args.tenant], args.room, args.phone, args.ring)
                print(f"the phone of {args.phone} is picked up, and enters {args.room}")
            else:
                print(_ordered(store, args))
    except (LiveStateError, Refused, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _pin() -> int:
    """Ask for a PIN, twice; what is kept of it is all that is printed."""
    pin = getpass.getpass("PIN: ")
    why = weakness(pin) or ("" if getpass.getpass("once more: ") == pin else "the two are not the same")
    if why:
        print(why, file=sys.stderr)
        return 1
    print(pin_hash.hashed(pin))
    return 0


def _show(store: RoomStore, settings: Settings, tenant: str | None) -> None:
    table, now = Table(*TITLES, box=None, pad_edge=False), clock.now()
    for name in [tenant] if tenant is not None else sorted(settings.tenants):
        for room in store.look(name):
            for row in _rows(room, now):
                table.add_row(name, *row)
    if table.row_count:
        Console().print(table)
    else:
        print("no conference room is open")


def _rows(room: Room, now: Instant) -> Iterator[tuple[str, ...]]:
    words = (("locked", room.locked), ("all muted", room.muted))
    state = ", ".join(word for word, is_so in words if is_so) or NOTHING
    for one in room.members:
        role = ("moderator" if one.moderator else "member") + (", muted" if one.muted else "")
        about = (_who(one), _lasts(one.since, now), role, one.switch, one.call)
        yield (room.name, _lasts(room.since, now), state, *about)


def _who(member: RoomMember) -> str:
    return " ".join(word for word in (member.number or "anonymous", member.name) if word)


def _lasts(since: Instant, now: Instant) -> str:
    minutes, seconds = divmod(max(now - since, 0) // SECOND_US, 60)
    return f"{minutes}:{seconds:02}"


def _ordered(store: RoomStore, args: argparse.Namespace) -> str:
    room = next((one for one in store.look(args.tenant) if one.name == args.room), None)
    if room is None:
        raise ValueError(f"conference room {args.room} of {args.tenant} is empty")
    order, wanted = RoomOrder(args.verb), getattr(args, "call", None)
    member = _member(room, wanted) if wanted is not None else None
    now = store.ask_order(args.tenant, room.name, order, member.call if member is not None else "")
    if now is None:
        raise ValueError("meanwhile that participant has left")
    about = f", {_who(member)}" if member is not None else ""
    return f"{room.name}{about}: {_DONE[order]}"


_DONE = {
    RoomOrder.LOCK: "locked",
    RoomOrder.UNLOCK: "open",
    RoomOrder.MUTE: "muted",
    RoomOrder.UNMUTE: "unmuted",
    RoomOrder.KICK: "is being sent out",
    RoomOrder.END: "is being ended",
}


def _member(room: Room, wanted: str) -> RoomMember:
    found = [one for one in room.members if one.call.startswith(wanted) or wanted in (one.number, one.extension)]
    if len(found) == 1:
        return found[0]
    there = "\n".join(f"{one.call}  {_who(one)}" for one in found or room.members)
    raise ValueError(f"{'it may be any of these' if found else f'{wanted} is not in the room; there are'}:\n{there}")
