"""What supervisors' calls ask of the calls they listen to, through every worker: whichever has such a call answers.

Nothing of it is kept but a reason in words that a command has given, until the phone that it rings has called, and for
a minute what is answered to a person who changes the mode elsewhere than at the phone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, Final

import orjson

from callcontrol.control.supervise_commands import FindTalk
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.parked import MESSAGE, encode_taker
from callcontrol.edges.live_state.pipeline import OnReply, RedisPipeline
from callcontrol.edges.live_state.script import Script
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.stored import Kind
from callcontrol.vocabulary.supervision import Mode, SupervisedTalk

log = logging.getLogger(__name__)

TALK: Final = Kind("SupervisedTalk")
# As the inbox reads it.
CLICK_TO_CALL: Final = "click_to_call"
FINDS_TALK: Final = "finds_talk"
TALK_FOUND: Final = "talk_found"
TAKES_OVER: Final = "takes_over"
ASKS_MODE: Final = "asks_mode"
# How long a reason waits for the phone (seconds).
REASON_S: Final = 300
# How long the answer to a person who changes the mode can be read (seconds).
ANSWER_S: Final = 60
# An eavesdropping is known to be ordered for so long before the switch tells of it; of each that it tells of one worker
# alone looks whether it was (seconds).
ORDERED_S: Final = 30
# Several may begin at one leg before it is looked whether the first was ordered: they are counted. ARGV: seconds.
ORDERED: Final = Script("redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], ARGV[1]) return 1")
# Answers 1 if one more was ordered than the switch has told of.
TOLD: Final = Script(
    "local left = tonumber(redis.call('GET', KEYS[1]) or '0') "
    "if left > 1 then redis.call('DECR', KEYS[1]) else redis.call('DEL', KEYS[1]) end "
    "return left > 0 and 1 or 0"
)


class SupervisionStore:
    """Questions and answers.

    Args:
        pipeline: to Redis; None: nothing is told to other workers, nor heard of them.
    """

    def __init__(self, pipeline: RedisPipeline | None = None) -> None:
        self._pipeline = pipeline

    def find(self, tenant: str, call: str, worker: str, wanted: FindTalk) -> None:
        """Ask every worker for the conversation, for this call of this worker."""
        self._tell(keys.everyone(), tenant, FINDS_TALK, call, worker, wanted.extension, wanted.call, wanted.customer)

    def found(self, tenant: str, call: str, worker: str, talk: SupervisedTalk) -> None:
        """Answer."""
        self._tell(keys.inbox(worker), tenant, TALK_FOUND, call, orjson.dumps(TALK.tagged(asdict(talk))).decode())

    def take_over(self, tenant: str, call: str, leg: str, taker: Taker) -> None:
        """Have whichever worker has the call join both."""
        self._tell(keys.everyone(), tenant, TAKES_OVER, call, leg, encode_taker(taker).decode())

    def keep_reason(self, tenant: str, token: str, reason: str) -> None:
        """Keep a reason until the phone has called. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        assert self._pipeline is not None
        self._pipeline.ask("SET", keys.supervision_reason(tenant, token), reason.encode(), "EX", REASON_S)

    def reason(self, tenant: str, token: str, on_reply: Callable[[str], object]) -> None:
        """The reason that is kept by this; "" if there is none, or it cannot be known."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_reply("" if trouble is not None or reply is None else reply.decode("utf-8", "replace"))

        self._submit("GET", keys.supervision_reason(tenant, token), on_reply=answered)

    def ask_mode(self, tenant: str, worker: str, call: str, mode: Mode, request: str, by: str) -> bool:
        """Have the worker of a supervisor's call change the mode; whether that worker listens. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        assert self._pipeline is not None
        told = [call, mode.value, request, by]
        message = MESSAGE.tagged({"kind": ASKS_MODE, "from": keys.calls(tenant), "fields": told})
        return bool(self._pipeline.ask("PUBLISH", keys.inbox(worker), orjson.dumps(message)))

    def answer_mode(self, tenant: str, request: str, refusal: str) -> None:
        """Answer who has asked for a mode."""
        self._submit("SET", keys.supervision_answer(tenant, request), refusal, "EX", ANSWER_S, on_reply=_untold)

    def mode_answer(self, tenant: str, request: str) -> str | None:
        """Why the mode was not changed, "" if it was; None: there is no answer yet. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        assert self._pipeline is not None
        text = self._pipeline.ask("GET", keys.supervision_answer(tenant, request))
        return None if text is None else text.decode("utf-8", "replace")

    def order(self, leg: str) -> None:
        """An eavesdropping at this leg is ordered by us."""
        self._count(ORDERED, keys.eavesdrop_ordered(leg), ORDERED_S, on_reply=_untold)

    def was_ordered(self, leg: str, event: str, on_reply: Callable[[bool], object]) -> None:
        """Whether the eavesdropping of which the switch tells by this event was ordered; told to one worker alone, and
        to none while Redis is away.
        """

        def first(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None and reply is not None:
                self._count(TOLD, keys.eavesdrop_ordered(leg), on_reply=known)

        def known(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                on_reply(reply == 1)

        self._submit("SET", keys.eavesdrop_seen(leg, event), "1", "NX", "EX", ORDERED_S, on_reply=first)

    def ring(self, request: ClickToCall, worker: str) -> None:
        """Have this worker ring a phone, which then calls a number."""
        told = [request.id, request.extension, request.number, request.ring_s, request.switch]
        message = MESSAGE.tagged({"kind": CLICK_TO_CALL, "from": keys.calls(request.tenant), "fields": told})
        self._submit("PUBLISH", keys.inbox(worker), orjson.dumps(message), on_reply=_untold)

    def _submit(self, *words: Any, on_reply: Callable[[Any, LiveStateError | None], None]) -> None:
        if self._pipeline is not None:
            self._pipeline.submit(*words, on_reply=on_reply)

    def _count(self, script: Script, key: str, *words: Any, on_reply: OnReply) -> None:
        if self._pipeline is not None:
            script.submit(self._pipeline, (key,), words, on_reply)

    def _tell(self, channel: str, tenant: str, kind: str, *told: str) -> None:
        message = MESSAGE.tagged({"kind": kind, "from": keys.calls(tenant), "fields": told})
        self._submit("PUBLISH", channel, orjson.dumps(message), on_reply=_untold)


def talk_from(text: str) -> SupervisedTalk:
    """An answer; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    told: Mapping[str, Any] = TALK.read(orjson.loads(text))
    return SupervisedTalk(**{field.name: told[field.name] for field in fields(SupervisedTalk) if field.name in told})


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """It is asked again, or an eavesdropping of ours is reported as one that was not ordered."""
    if trouble is not None:
        log.info("supervision: %s", trouble)
