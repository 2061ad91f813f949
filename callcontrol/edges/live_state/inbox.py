"""Offers and notices for this worker's calls that follow from other workers' operations; the scripts publish them.

A message may be lost while the connection is down. Then the offer is not taken up and ends with its first lease, after
three seconds: the agent is free again, and the ticket is offered anew when its worker asks for its place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import gevent
import orjson
import redis
from redis.client import PubSub

from callcontrol.config.credentials import said_by
from callcontrol.control.supervise_events import ModeAsked
from callcontrol.edges.containment import contained, note_fault
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.parked import NOT_PICKED_UP, PICK_UP, PICKS_UP, RINGS, decode_taker
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_replies import notice_from, offer_from
from callcontrol.edges.live_state.rooms import decode_room
from callcontrol.edges.live_state.supervision import (
    ASKS_MODE,
    CLICK_TO_CALL,
    FINDS_TALK,
    TAKES_OVER,
    TALK_FOUND,
    talk_from,
)
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import RingingCall, Taker
from callcontrol.vocabulary.queue import Notice, Offer
from callcontrol.vocabulary.room import Room
from callcontrol.vocabulary.stored import Kind
from callcontrol.vocabulary.supervision import Mode, SupervisedTalk

log = logging.getLogger(__name__)

# As the scripts write it (context.lua, take.lua).
MESSAGE: Final = Kind("Message")
RECORDING: Final = "recording"
GIVES_WAY: Final = "gives_way"
RESTRICTED: Final = "restricted"
PARKED: Final = "parked"
PARKED_JOINED: Final = "parked_joined"
OF_RINGING: Final = frozenset({PICKS_UP, RINGS, PICK_UP, NOT_PICKED_UP})
CODE: Final = "code"
PARTNER: Final = "partner"
ROOM: Final = "room"
INVITES: Final = "invites"
RETRY_S = 1.0
# A silent connection is pinged after PING_S and has PONG_S for the answer (seconds): a broken one is replaced within
# PING_S + PONG_S + RETRY_S.
PING_S = 2.0
PONG_S = 1.5


class Inbox:
    """Receives what is published to this worker, from `start` to `stop`.

    Args:
        on_offer, on_notice, on_taken: get the tenant, and what was published (of a call that another worker has taken
            over, its id, and whether it arrived there through the dialplan); they must not block.
        on_recording: gets a call, what is to be done about its recording, and who says so.
        on_gives_way: gets a call, and the leg of it whose channel of a trunk an emergency call needs.
        on_restricted: what payers may do outside has changed.
        on_click: a phone is to ring, and then to call a number.
        on_parked: gets a call whose caller is parked, and who takes the caller.
        on_joined: gets a call that takes a parked or a ringing caller, since when both talk, and with whom.
        on_picks_up: gets who picks up a call that rings at one of some extensions, and whether that one chooses.
        on_rings: gets a call that picks up one, and what rings at another worker.
        on_pick_up: gets who picks up this call, and where it rings.
        on_not_picked_up: gets a call that was to pick up this other one, and whether it is given another.
        on_code: gets a code at a leg that talks with one of another call, of whichever worker.
        on_partner: gets with whom a leg of a call, of whichever worker, talks.
        on_finds_talk: a supervisor's call, of whichever worker, asks for a conversation.
        on_talk_found: gets a supervisor's call of ours, and the conversation that it asked for.
        on_takes_over: gets a call, the leg at which a supervisor takes its conversation over, and that supervisor.
        on_asks_mode: gets a supervisor's call of ours, the mode a person wants, and by which request and whom.
        on_room: gets a conference room in which something has changed.
        on_invites: gets a moderator's call, and the number that is to be invited into its conference room.
    """

    def __init__(
        self,
        url: str,
        worker: str,
        on_offer: Callable[[str, Offer], object],
        on_notice: Callable[[str, Notice], object],
        on_taken: Callable[[str, str, bool], object],
        on_recording: Callable[[str, str, str], object] = lambda call, action, by: None,
        on_gives_way: Callable[[str, str], object] = lambda call, leg: None,
        on_restricted: Callable[[], object] = lambda: None,
        on_click: Callable[[ClickToCall], object] = lambda request: None,
        on_parked: Callable[[str, Taker], object] = lambda call, taker: None,
        on_joined: Callable[[str, Instant, str, str], object] = lambda call, at, channel, party: None,
        on_picks_up: Callable[[str, Taker, Sequence[str], bool], object] = lambda tenant, taker, at, choose: None,
        on_rings: Callable[[str, Sequence[RingingCall]], object] = lambda call, calls: None,
        on_pick_up: Callable[[str, Taker, str, Sequence[str]], object] = lambda tenant, taker, call, extensions: None,
        on_not_picked_up: Callable[[str, str, bool], object] = lambda call, other, is_another: None,
        on_code: Callable[[Sequence[str]], object] = lambda told: None,
        on_partner: Callable[[Sequence[str]], object] = lambda told: None,
        on_finds_talk: Callable[[str, Sequence[str]], object] = lambda tenant, told: None,
        on_talk_found: Callable[[str, SupervisedTalk], object] = lambda call, talk: None,
        on_takes_over: Callable[[str, str, Taker], object] = lambda call, leg, taker: None,
        on_asks_mode: Callable[[str, str, ModeAsked], object] = lambda tenant, call, wish: None,
        on_room: Callable[[str, Room | None], object] = lambda tenant, room: None,
        on_invites: Callable[[str, str], object] = lambda call, number: None,
    ) -> None:
        self._servers = connect(url, PING_S)
        self._channel = keys.inbox(worker)
        self._on_offer = on_offer
        self._on_notice = on_notice
        self._on_taken = on_taken
        self._on_recording = on_recording
        self._on_gives_way = on_gives_way
        self._on_restricted = on_restricted
        self._on_click = on_click
        self._on_parked = on_parked
        self._on_joined = on_joined
        self._on_picks_up = on_picks_up
        self._on_rings = on_rings
        self._on_pick_up = on_pick_up
        self._on_not_picked_up = on_not_picked_up
        self._on_code = on_code
        self._on_partner = on_partner
        self._on_finds_talk = on_finds_talk
        self._on_talk_found = on_talk_found
        self._on_takes_over = on_takes_over
        self._on_asks_mode = on_asks_mode
        self._on_room = on_room
        self._on_invites = on_invites

    def start(self) -> None:
        """Listen from now on."""
        self._listening = gevent.spawn(self._run)

    def stop(self) -> None:
        """Hear nothing any more."""
        gevent.kill(self._listening)
        self._servers.close()

    def _run(self) -> None:
        while True:
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                log.warning("offers of other workers cannot be heard: %s", said_by(error))
                gevent.sleep(RETRY_S)
            except Exception as error:
                note_fault("inbox", "offers of other workers cannot be heard", error)
                gevent.sleep(RETRY_S)

    def _listen(self) -> None:
        client = self._servers.listener()
        listening = client.pubsub()  # type: ignore[no-untyped-call]  # redis-py's
        with listening as published:
            published.subscribe(self._channel, keys.everyone())
            while True:
                self._take_next(published)

    def _take_next(self, published: PubSub) -> None:
        """The next message; where none comes, the answer to a ping at least.

        Raises:
            redis.ConnectionError: nothing comes at all.
        """
        message = published.get_message(timeout=PING_S)
        if message is None:
            published.ping()
            message = published.get_message(timeout=PONG_S)
            if message is None:
                raise redis.ConnectionError(f"no answer to a ping within {PONG_S} s")
        if message["type"] == "message":
            self._take(message["data"])

    def _take(self, text: bytes) -> None:
        # One message that cannot be read must not end the listening.
        with contained("inbox", f"a published message could not be handled: {text[:200]!r}"):
            told = MESSAGE.read(orjson.loads(text))
            tenant = keys.tenant_of(told["from"])
            if told["kind"] == "offers":
                self._on_offer(tenant, offer_from(told["fields"]))
            elif told["kind"] == "taken":
                self._on_taken(tenant, told["fields"][0], told["fields"][1] == "arrived")
            elif told["kind"] == GIVES_WAY:
                self._on_gives_way(*told["fields"])
            elif told["kind"] == RESTRICTED:
                self._on_restricted()
            elif told["kind"] == PARKED:
                self._on_parked(told["fields"][0], decode_taker(told["fields"][1]))
            elif told["kind"] == PARKED_JOINED:
                self._on_joined(told["fields"][0], Instant(int(told["fields"][1])), *told["fields"][2:4])
            elif told["kind"] == CLICK_TO_CALL:
                request, extension, number, ring_s, *switch = told["fields"]
                self._on_click(ClickToCall(request, tenant, extension, number, ring_s, *switch))
            elif told["kind"] in OF_RINGING:
                self._take_ringing(tenant, told["kind"], told["fields"], to_choose=bool(told.get("to_choose")))
            elif told["kind"] == CODE:
                self._on_code(told["fields"])
            elif told["kind"] == PARTNER:
                self._on_partner(told["fields"])
            elif told["kind"] == FINDS_TALK:
                self._on_finds_talk(tenant, told["fields"])
            elif told["kind"] == TALK_FOUND:
                self._on_talk_found(told["fields"][0], talk_from(told["fields"][1]))
            elif told["kind"] == TAKES_OVER:
                self._on_takes_over(told["fields"][0], told["fields"][1], decode_taker(told["fields"][2]))
            elif told["kind"] == ASKS_MODE:
                call, mode, request, by = told["fields"][:4]
                self._on_asks_mode(tenant, call, ModeAsked(Mode(mode), request, by))
            elif told["kind"] == ROOM:
                self._on_room(tenant, decode_room(told["fields"][0]))
            elif told["kind"] == INVITES:
                self._on_invites(*told["fields"])
            elif told["kind"] == RECORDING:
                self._on_recording(*told["fields"])
            else:
                self._on_notice(tenant, notice_from(told["fields"]))

    def _take_ringing(self, tenant: str, kind: str, fields: list[Any], *, to_choose: bool) -> None:
        """Of calls that ring, and who picks them up."""
        if kind == RINGS:
            self._on_rings(fields[0], [_ringing(*one[:4]) for one in fields[1]])
        elif kind == NOT_PICKED_UP:
            asked, other, why = fields[:3]
            self._on_not_picked_up(asked, other, bool(why))
        elif kind == PICK_UP:
            taker, call, *extensions = fields
            self._on_pick_up(tenant, decode_taker(taker), call, extensions)
        else:
            taker, *extensions = fields
            self._on_picks_up(tenant, decode_taker(taker), extensions, to_choose)


def _ringing(call: str, worker: str, switch: str, since: str) -> RingingCall:
    return RingingCall(call, worker, switch, Instant(int(since)))


def ask_recording(pipeline: RedisPipeline, tenant: str, worker: str, call_id: str, action: str, by: str) -> bool:
    """Have the worker of a call do something about its recording; whether that worker listens. Waits for Redis.

    Raises:
        LiveStateError: Redis is away.
    """
    message = MESSAGE.tagged({"kind": RECORDING, "from": keys.calls(tenant), "fields": [call_id, action, by]})
    return bool(pipeline.ask("PUBLISH", keys.inbox(worker), orjson.dumps(message)))


def ask_invitation(pipeline: RedisPipeline, tenant: str, worker: str, call_id: str, number: str) -> bool:
    """Have the worker of a moderator's call invite a number; whether that worker listens. Waits for Redis.

    Raises:
        LiveStateError: Redis is away.
    """
    message = MESSAGE.tagged({"kind": INVITES, "from": keys.rooms(tenant), "fields": [call_id, number]})
    return bool(pipeline.ask("PUBLISH", keys.inbox(worker), orjson.dumps(message)))
