"""The number shown by a tenant's rule, on the real switch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.simulator.stories.actions import Timed, read_action
from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.altered import altered
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import Mishap
from tests.freeswitch.stage import RealStage

OF_QUEUE, OF_NUMBER = "+48221234588", "+48221234579"
RULES: Final = f"""
shown_rules: [{{queues: [support], show: "{OF_QUEUE}"}}, {{show: "{OF_NUMBER}"}}]
"""
HOME: Final = "+48600700802"
STORY: Final = Story(
    "",
    "",
    {HOME: {"action": "answers", "after_s": 0.3, "digits": [[1.0, "1"]], "talk_s": 9}},
    ("121", "122", "123", "124"),
    {},
    (),
    (
        PlacedCall("+48500100371", OF_QUEUE, after_s=0.5),
        PlacedCall("", HOME, extension="102@acme.example", after_s=16.0),
    ),
    (
        {"outcome": "answered", "legs": [{"to": f"number:{HOME}", "shown": OF_QUEUE, "outcome": "answered"}]},
        {"outcome": "answered", "legs": [{"to": f"number:{HOME}", "shown": OF_NUMBER, "outcome": "answered"}]},
    ),
    (
        {"who": HOME, "what": "invite", "number": OF_QUEUE},
        {"who": HOME, "what": "invite", "number": OF_NUMBER},
    ),
    do=(Timed(0.0, read_action("agent stefan log_in")),),
)


def number_shown_by_queue(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent outside sees the number of the queue; a phone that calls the same number shows another one"""
    with altered(stage, lambda text: text + RULES, "tenants/acme.yaml"):
        yield from stage.player.play(STORY).differences


SHOWN: Final[tuple[Mishap, ...]] = (number_shown_by_queue,)
