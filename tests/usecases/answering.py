"""A worker that answers a person who changes what a supervisor's phone does; supervisors' calls as it saves them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gevent

from callcontrol.control.supervise_events import ModeAsked
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.codec import encode
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.supervision import SupervisionStore
from callcontrol.kinds.star_codes.supervising import AtTalk
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, SupervisedTalk
from tests.control.story import Story
from tests.routing.world import facts

WORKER = "w1"


def save_listening(pipeline: RedisPipeline, noted: ListeningRecord, talk: SupervisedTalk) -> None:
    """A supervisor of acme is at this conversation now."""
    supervisor = noted.supervisor.removeprefix("extension:")
    call = replace(Story(facts()).call, id=noted.listening_id)
    state = AtTalk(supervisor, talk, noted, noted.mode or Mode.LISTEN, "app-1")
    pipeline.ask("HSET", keys.calls("acme"), call.id, encode(call.to(state)))


@contextmanager
def answering(redis_url: str, pipeline: RedisPipeline, refusal: str | None) -> Iterator[list[tuple[str, ModeAsked]]]:
    """The wishes this worker hears, each answered with `refusal`; None: not at all."""
    heard: list[tuple[str, ModeAsked]] = []

    def asked(tenant: str, call: str, wish: ModeAsked) -> None:
        heard.append((call, wish))
        if refusal is not None:
            SupervisionStore(pipeline).answer_mode(tenant, wish.request, refusal)

    inbox = Inbox(redis_url, WORKER, print, print, print, on_asks_mode=asked)
    inbox.start()
    while not pipeline.ask("PUBSUB", "NUMSUB", keys.inbox(WORKER))[1]:
        gevent.sleep(0.01)
    yield heard
    inbox.stop()
