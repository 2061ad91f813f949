"""In any order of events no call stays open, no agent stays reserved, and no phone rings for a closed call.

The world, and what is asserted after every step, stand in `call_centre.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.control.events import CallConnectionLost, CommandFailed, FactsFound, KeyPressed
from callcontrol.vocabulary.agent import AgentAction
from tests.control.call_centre import AGENTS, Centre, Leg
from tests.routing.queue_world import HELP, RUSH, facts, tenant

CAUSES = ("USER_BUSY", "CALL_REJECTED", "NO_ANSWER", "GATEWAY_DOWN", "NORMAL_TEMPORARY_FAILURE", "NO_USER_RESPONSE")
CALLERS = 3
Move = Callable[[Centre, int], None]

# --- moves; `which` chooses among the callers, phones or events that there are


def nothing(centre: Centre, which: int) -> None:
    """Nothing happens."""


def tell(centre: Centre, which: int) -> None:
    """Deliver the next pending event, sometimes a later one."""
    if centre.pending:
        centre.deliver(*centre.pending.pop(max(which - 8, 0) % len(centre.pending)))


def tell_twice(centre: Centre, which: int) -> None:
    if centre.pending:
        centre.deliver(*centre.pending[which % len(centre.pending)])


def forget(centre: Centre, which: int) -> None:
    """Drop a pending event, except facts found by the worker itself and a closed connection, which it always sees."""
    lost = [one for one in centre.pending if not isinstance(one[1], FactsFound | CallConnectionLost)]
    if lost:
        centre.pending.remove(lost[which % len(lost)])


def time_passes(centre: Centre, which: int) -> None:
    centre.time_passes()


def phones(centre: Centre, state: str) -> list[Leg]:
    return [leg for leg in centre.legs.values() if leg.state == state and leg.id != leg.call]


def phone_answers(centre: Centre, which: int) -> None:
    ringing = phones(centre, "ringing")
    if ringing:
        centre.answer(ringing[which % len(ringing)].id)


def phone_fails(centre: Centre, which: int) -> None:
    ringing = phones(centre, "ringing")
    if ringing:
        centre.end(ringing[which // 2 % len(ringing)].id, CAUSES[which % len(CAUSES)])


def agent_hangs_up(centre: Centre, which: int) -> None:
    up = phones(centre, "up")
    if up:
        centre.end(up[which % len(up)].id, "NORMAL_CLEARING")


def callers(centre: Centre) -> list[str]:
    """The callers whose channel is up."""
    return [id_ for id_, visit in centre.visits.items() if visit.call.caller_channel and centre.is_up(id_)]


def caller_comes(centre: Centre, which: int) -> None:
    """The same customer calls again."""
    come = sum(bool(visit.call.caller_channel) for visit in centre.visits.values())
    if come < CALLERS:
        centre.call(f"call-{come + 1}")


def caller_hangs_up(centre: Centre, which: int) -> None:
    for id_ in callers(centre)[which % CALLERS :][:1]:
        centre.end(id_, "NORMAL_CLEARING")


def key(centre: Centre, which: int) -> None:
    for id_ in callers(centre)[:1]:
        if centre.visits[id_].line:
            centre.pending.append((id_, KeyPressed("01123"[which % 5])))


def playback_ends(centre: Centre, which: int) -> None:
    for visit in centre.visits.values():
        centre.playback_ends(visit)


def notice(centre: Centre, which: int) -> None:
    what, detail = (("removed", ""), ("removed", "voicemail:101"), ("moved", "rush"), ("moved", "help"))[which % 4]
    tickets = sorted(centre.model.state.tickets)
    if tickets:
        centre.redis(lambda model, occasion: model.notify(occasion, tickets[0], what, detail))


def agent_changes(centre: Centre, which: int) -> None:
    action = (AgentAction.LOG_OUT, AgentAction.LOG_IN, AgentAction.RESUME)[which % 3]
    centre.redis(lambda model, occasion: model.act(occasion, AGENTS[which // 3 % 3], action))


def connection_is_lost(centre: Centre, which: int) -> None:
    for id_ in callers(centre)[:1]:
        if centre.visits[id_].line:
            centre.deliver(id_, CallConnectionLost("reset"))


def worker_dies(centre: Centre, which: int) -> None:
    """Another worker takes all calls over; pending events and timers of the old one are lost."""
    centre.pending.clear()
    centre.timers.clear()
    for id_, visit in list(centre.visits.items()):
        if not visit.closed:
            centre.deliver(id_, CallConnectionLost("taken over"))


def switch_restarts(centre: Centre, which: int) -> None:
    centre.switch_gone()


def settings_are_read(centre: Centre, which: int) -> None:
    kept = ("help", "rush", "", "help rush")[which % 4].split()
    gone = {name: "" for name in ("help", "rush") if name not in kept}
    centre.reload(facts(written=tenant(**gone)).settings)


def redis_forgets(centre: Centre, which: int) -> None:
    centre.lose_everything()


def caller_is_transferred(centre: Centre, which: int) -> None:
    for id_ in callers(centre)[:1]:
        centre.transfer(id_, ("102", HELP)[which % 2])


def command_is_refused(centre: Centre, which: int) -> None:
    for id_ in callers(centre)[:1]:
        centre.pending.append((id_, CommandFailed("playback", "-ERR")))


MISHAPS: tuple[Move, ...] = (
    connection_is_lost,
    worker_dies,
    switch_restarts,
    settings_are_read,
    redis_forgets,
    caller_is_transferred,
    command_is_refused,
)


def mishap(centre: Centre, which: int) -> None:
    MISHAPS[which % len(MISHAPS)](centre, which)


MOVES: tuple[Move, ...] = (
    nothing,
    *(tell,) * 14,
    *(phone_answers,) * 4,
    *(phone_fails,) * 2,
    *(time_passes,) * 3,
    tell_twice,
    forget,
    agent_hangs_up,
    caller_comes,
    caller_hangs_up,
    key,
    playback_ends,
    notice,
    agent_changes,
    mishap,
)
# Not too short: a dozen moves are needed before two are joined. A failing example shrinks to moves that do nothing.
STORIES = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 11)), min_size=30, max_size=80)


@pytest.mark.parametrize("begins", ["help", "rush", "callback"])
@settings(max_examples=100, derandomize=True)
@given(moves=STORIES)
def test_every_caller_is_brought_to_an_end_and_every_agent_is_free_again(
    begins: str, moves: list[tuple[Move, int]]
) -> None:
    must_come_to_its_end(begins, moves)


def must_come_to_its_end(begins: str, moves: Sequence[tuple[Move, int]]) -> Centre:
    """Run the moves on a caller in one of the queues or a due callback, then end all calls."""
    centre = Centre(RUSH if begins == "rush" else HELP)
    if begins == "callback":
        centre.owe_callback("help")
    else:
        centre.call("caller-1")
    for move, which in moves:
        move(centre, which)
    centre.finish()
    return centre


def test_the_moves_lead_everywhere() -> None:
    """A caller who waits is answered and talks; a customer is called back."""
    answered = [(tell, 0)] * 3 + [(phone_answers, 0)] + [(tell, 0)] * 8
    call = must_come_to_its_end("help", [*answered, (time_passes, 0), (agent_hangs_up, 0)]).visits["caller-1"].call
    assert [entry.kind for entry in call.trail if entry.kind in ("left_queue", "wrap_up_began")] == [
        "left_queue",
        "wrap_up_began",
    ]
    called = [(phone_answers, 0), (tell, 0), (tell, 0), (phone_answers, 0)] + [(tell, 0)] * 4
    (visit,) = must_come_to_its_end("callback", called).visits.values()
    assert [entry.kind for entry in visit.call.trail if entry.kind == "left_queue"] == ["left_queue"]
