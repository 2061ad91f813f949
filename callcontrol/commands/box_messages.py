"""The messages of a voicemail box, for `callcontrol boxes`: listed, taken over, done, kept, deleted, moved."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator, Mapping
from typing import Final

from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.vocabulary.mailbox import (
    Box,
    BoxChange,
    ChangeReply,
    Done,
    Message,
    MessageState,
    Move,
    Release,
    SetState,
    Take,
)
from callcontrol.vocabulary.moment import text_of

# What is done to a message, and the help for it.
VERBS: Final[Mapping[str, str]] = {
    "take": "take a message over: no other deals with it",
    "release": "let others deal with it again",
    "done": "it was dealt with",
    "keep": "keep it, also one that was deleted less than a day ago",
    "delete": "delete it",
    "move": "put it into another box of the tenant: there it is new",
}


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> Iterator[argparse.ArgumentParser]:
    """`take|release|done|keep|delete TENANT BOX MESSAGE`, `move TENANT BOX MESSAGE TO`."""
    for verb, text in VERBS.items():
        one = verbs.add_parser(verb, help=text)
        yield one
        one.add_argument("tenant")
        one.add_argument("box", help="the box")
        one.add_argument("message", help="its id, as `boxes show TENANT BOX` lists it")
        if verb == "move":
            one.add_argument("to", help="the other box")


def listed(box: Box) -> Iterator[str]:
    """A line for each message, the oldest first; what is deleted can be kept for a day."""
    for message in box.messages:
        yield f"  {_told(message)}"


def _told(message: Message) -> str:
    by = (
        f", done by {message.done_by}" if message.done_by else f", taken by {message.taken_by}" * bool(message.taken_by)
    )
    who = " ".join(filter(None, (message.caller or "withheld", message.name)))
    return f"{message.id}  {text_of(message.at)}  {who}  {message.length_ms / 1000:.0f} s  {message.state}{by}"


def change(args: argparse.Namespace, store: BoxStore) -> Iterator[str]:
    """Carry it out.

    Raises:
        LookupError: there is no such message, or another has taken it.
        LiveStateError: Redis is away, busy or refused it.
    """
    changed = store.put(args.tenant, args.box, _change(args))
    if changed.reply is ChangeReply.GONE:
        raise LookupError(f"box {args.box} has no message {args.message}")
    if changed.reply is ChangeReply.TAKEN:
        raise LookupError(f"{changed.by} has taken it: `boxes release` lets others deal with it")
    yield f"{args.box}: {changed.counts.new} new, {changed.counts.kept} kept"


def _change(args: argparse.Namespace) -> BoxChange:
    by = f"{getpass.getuser()} (command)"
    match args.verb:
        case "take":
            return Take(args.message, by)
        case "release":
            return Release(args.message)
        case "done":
            return Done(args.message, by)
        case "keep":
            return SetState(args.message, MessageState.KEPT)
        case "delete":
            return SetState(args.message, MessageState.DELETED)
        case _:
            return Move(args.message, args.to)
