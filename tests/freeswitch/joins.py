"""An agent hangs up at the moment at which caller and agent are joined: the caller is not lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records
from tests.freeswitch.sounds import SILENT
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import EventSocket

# Agents of this queue are joined at once, without a whisper.
HOTLINE: Final = PlacedCall("+48500100421", "+48221234590", hangup_after_s=9.0)
PHONES: Final = {
    "121": [{"action": "answers", "after_s": 0.3}, {"action": "answers", "after_s": 0.3, "talk_s": 1.5}],
    **{other: {"action": "busy"} for other in ("123", "124")},
}
SILENT_CALLER: Final = PlacedCall(SILENT, HOTLINE.to, hangup_after_s=9.0)
TOGETHER_S: Final = 0.5
TALKED: Final = ("answered", ("", "extension:121", "extension:121"))


def agent_leaves_while_being_joined(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent hangs up while both are being joined: the caller waits on, and they talk the next time"""
    yield from _ends_when(stage, "CS_SOFT_EXECUTE")


def agent_leaves_before_the_caller_is_there(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent hangs up before the caller's channel is ready for the join: the caller waits on, and they talk later"""
    yield from _ends_when(stage, "CS_HIBERNATE")


def agent_leaves_when_just_joined(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent hangs up at the moment in which both are joined: the caller waits on, and they talk the next time"""
    yield from _ends_when(stage, "CHANNEL_BRIDGE")


def agent_leaves_soon_after(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an agent hangs up 0.3 s after both were joined: the caller waits on, and they talk the next time"""
    yield from _ends_when(stage, "CHANNEL_BRIDGE", after_s=0.3)


def caller_without_sound(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a caller who sends no audio talks with an agent, who hangs up: the call is over"""
    arrange(stage, PHONES | {"121": [{"action": "answers", "after_s": 0.3, "talk_s": 1.5}]})
    began = clock.now()
    placed = stage.world.place(SILENT_CALLER)
    stage.world.wait_until_over([placed], OVER_S)
    (call,) = records(stage, began)
    found = (call.outcome, _legs_of_the_agent(call))
    if found != ("answered", ("", "extension:121")):
        yield f"one conversation with 121 expected, there are {found}"
    ends = [leg.ended_at for leg in call.legs if leg.target in ("", "extension:121")]
    apart_s = (max(ends) - min(ends)).total_seconds()
    if apart_s > TOGETHER_S:
        yield f"the caller's channel ended {apart_s:.1f} s after the agent's"


def _ends_when(stage: RealStage, moment: str, after_s: float = 0.0) -> Iterator[str]:
    """End the agent's channel `after_s` after the caller's channel has entered this state or sent this event."""
    arrange(stage, PHONES)
    switch = EventSocket(stage.ports.event_socket)
    began = clock.now()
    switch.send("event plain CHANNEL_STATE CHANNEL_BRIDGE")
    placed = stage.world.place(HOTLINE)
    _end_the_agent(switch, moment, after_s)
    switch.close()
    stage.world.wait_until_over([placed], OVER_S)
    calls = records(stage, began)
    found = [(call.outcome, _legs_of_the_agent(call)) for call in calls]
    if found != [TALKED]:
        yield f"{TALKED} expected, there are {found}: {[_told_of(call) for call in calls]}"


def _end_the_agent(switch: EventSocket, moment: str, after_s: float) -> None:
    """`uuid_bridge` sends the caller's channel through CS_HIBERNATE and CS_RESET to CS_SOFT_EXECUTE, where it waits for
    the agent's for 20 to 40 ms (as was measured).
    """
    agent = ""  # the channel that was answered and parked
    while True:
        headers = dict(line.partition(": ")[::2] for line in switch.read().splitlines())
        if headers.get("Call-Direction") == "outbound" and headers.get("Channel-State") == "CS_EXECUTE":
            agent = headers["Unique-ID"]
        told = (headers.get("Channel-State"), headers.get("Event-Name"))
        if headers.get("Call-Direction") == "inbound" and moment in told:
            break
    time.sleep(after_s)
    switch.send(f"api uuid_kill {agent}")


def _told_of(call: PastCall) -> list[str]:
    """The outcome of each leg and each conversation."""
    legs = [f"{leg.target or 'caller'}: {leg.cause}, {leg.answered_at} to {leg.ended_at}" for leg in call.legs]
    return [*legs, *(f"{segment.plain()}" for segment in call.segments)]


def _legs_of_the_agent(call: PastCall) -> tuple[str, ...]:
    return tuple(leg.target for leg in call.legs if leg.target in ("", "extension:121"))


JOINS: Final[tuple[Mishap, ...]] = (
    agent_leaves_while_being_joined,
    agent_leaves_before_the_caller_is_there,
    agent_leaves_when_just_joined,
    agent_leaves_soon_after,
    caller_without_sound,
)
