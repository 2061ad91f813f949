"""`callcontrol media list`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.text import Text

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.showing import View, present
from callcontrol.commands.showing import period_of as stretch_of
from callcontrol.commands.tables import span
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted, PastMedia
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.media import Media, MediaKind, MediaState
from callcontrol.vocabulary.moment import datetime_of, text_of

MAX_ROWS = 10_000


def add_list(parser: argparse.ArgumentParser) -> None:
    """The filters; what is given has to match, all of it."""
    parser.add_argument("--tenant")
    parser.add_argument("--call", metavar="ID", help="of this call")
    parser.add_argument("--number", help="from this caller, or a talk with this number (E.164)")
    owner = parser.add_mutually_exclusive_group()
    owner.add_argument("--box", help="of this voicemail box")
    owner.add_argument("--queue", help="of this queue")
    parser.add_argument("--agent", help="of talks of this agent")
    parser.add_argument(
        "--text", metavar="WORDS", help='only with these words in the transcript: words, "a phrase", or, -not'
    )
    parser.add_argument("--kind", choices=[kind.value for kind in MediaKind])
    parser.add_argument("--state", choices=[state.value for state in MediaState])
    parser.add_argument("--from", dest="start", default="", metavar="DAY", help="from this day or ISO time on")
    parser.add_argument(
        "--to", dest="end", default="", metavar="DAY", help="to the end of this day, or before this time"
    )
    parser.add_argument("--zone", default="UTC", help="time zone of what is read and shown (%(default)s)")
    parser.add_argument("--limit", type=int, default=50, help="the latest so many (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object for each")


def show(args: argparse.Namespace) -> int:
    """Print them."""
    settings = configuration_or_exit(args.config).settings
    args.watch = None  # what was is shown once
    wanted = _wanted(args, settings)
    present(args, partial(_past, wanted, ZoneInfo(args.zone), settings))
    return 0


def the_one(args: argparse.Namespace, settings: Settings) -> Media:
    """The row of `args.id`, of `args.tenant` if several have it.

    Raises:
        ValueError: there is none, or several.
    """
    found = _find(MediaWanted(tenant=args.tenant, media_id=args.id, limit=2), settings)
    if not found:
        raise ValueError(f"there is no {args.id}: `callcontrol media list` shows what there is")
    if len(found) > 1:
        raise ValueError(f"several tenants have {args.id}: say by --tenant which one is meant")
    return found[0].media


def _find(wanted: MediaWanted, settings: Settings) -> list[PastMedia]:
    table = MediaTable(ledger_dsn(settings), "command")
    try:
        return table.find(wanted)
    finally:
        table.close()


def _wanted(args: argparse.Namespace, settings: Settings) -> MediaWanted:
    """What the arguments say.

    Raises:
        ValueError: they make no sense.
    """
    if args.tenant is not None and args.tenant not in settings.tenants:
        raise ValueError(unknown("tenant", args.tenant, settings.tenants))
    if args.end and not args.start:
        raise ValueError("--to needs --from")
    period = stretch_of(args, ZoneInfo(args.zone), clock.now()) if args.start else None
    owners = [f"{word}:{name}" for word, name in (("voicemail", args.box), ("queue", args.queue)) if name]
    return MediaWanted(
        tenant=args.tenant,
        call_id=args.call,
        number=args.number,
        owner=owners[0] if owners else None,
        agent=args.agent,
        kind=args.kind,
        state=args.state,
        words=args.text,
        since=None if period is None else period.start,
        until=None if period is None else period.end,
        limit=min(args.limit, MAX_ROWS),
    )


def _past(wanted: MediaWanted, zone: tzinfo, settings: Settings) -> View:
    found = _find(wanted, settings)

    def lines(width: int) -> Iterator[RenderableType]:
        yield Text(f"{len(found)} sound files" if found else "none")
        yield from (Text(_said(one, zone), overflow="fold") for one in found)

    return View([_line(one) for one in found], lines)


def _said(one: PastMedia, zone: tzinfo) -> str:
    media = one.media
    began = datetime_of(media.began_at, zone).strftime("%Y-%m-%d %H:%M:%S")
    what = (media.kind or "", media.tenant, media.owner, media.caller, media.called, media.agent)
    said = " ".join(part for part in what if part)
    why = one.trouble or media.cause
    told = f"{media.state}: {why}" if why else media.state.value
    return f"{media.media_id}  {began}  {span(media.length_ms)}  {said}  {told}"


def _line(one: PastMedia) -> dict[str, object]:
    media = one.media
    times = {"at": text_of(media.at), "began_at": text_of(media.began_at)}
    more = {"tries": one.tries, "trouble": one.trouble, "on_switch": one.on_switch}
    return {**asdict(media), **times, **more}
