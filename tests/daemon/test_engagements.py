"""What a worker reports of the agents who are in its calls."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.daemon.engagements import engaged_in
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.vocabulary.queue import Engaged
from tests.daemon.queue_parts import Listener


def test_agents_who_talk_and_agents_on_other_calls_are_reported_by_tenant() -> None:
    serving = Serving(leg="leg-1", agent="anna", ticket="call-0/1", queue="help", offer="call-0/1:1")
    one = replace(Listener("call-1").call, serving=serving)
    other = replace(Listener("call-2").call, elsewhere=(("leg-2", "bert"), ("leg-3", "carl")))
    plain = replace(Listener("call-3").call, tenant="globex")
    assert engaged_in([one, other, plain]) == {
        "acme": [
            Engaged("anna", "call-0/1", "call-1"),
            Engaged("bert", "leg-2", "call-2"),
            Engaged("carl", "leg-3", "call-2"),
        ],
        "globex": [],
    }
