"""Whatever happens in whatever order: no call stays open, no agent reserved, no phone rings for nothing."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.control.events import CommandRefused, ConnectionLost, FactsFound, Rearrived
from callcontrol.vocabulary.agent import AgentAction
from tests.control.call_centre import AGENTS, Centre, press
from tests.routing.queue_world import HELP, RUSH, facts, tenant

CAUSES = ("USER_BUSY", "CALL_REJECTED", "NO_ANSWER", "GATEWAY_DOWN", "NORMAL_TEMPORARY_FAILURE", "NO_USER_RESPONSE")


def tell(centre: Centre, which: int) -> None:
    """The next thing in line is told, or one behind it."""
    if centre.pending:
        centre.deliver(*centre.pending.pop(which % min(len(centre.pending), 1 + which)))


def tell_twice(centre: Centre, which: int) -> None:
    if centre.pending:
        centre.deliver(*centre.pending[which % len(centre.pending)])


def forget(centre: Centre, which: int) -> None:
    """Something is never told; but facts come from the worker itself, and a closed connection is always seen."""
    lost = [one for one in centre.pending if not isinstance(one[1], FactsFound | ConnectionLost)]
    if lost:
        centre.pending.remove(lost[which % len(lost)])


def time_passes(centre: Centre, which: int) -> None:
    centre.time_passes()


def phone_answers(centre: Centre, which: int) -> None:
    ringing = [leg.id for leg in centre.legs.values() if leg.state == "ringing"]
    if ringing:
        centre.answer(ringing[which % len(ringing)])


def phone_fails(centre: Centre, which: int) -> None:
    ringing = [leg.id for leg in centre.legs.values() if leg.state == "ringing"]
    if ringing:
        centre.end(ringing[which // 2 % len(ringing)], CAUSES[which % len(CAUSES)])


def somebody_hangs_up(centre: Centre, which: int) -> None:
    up = [leg.id for leg in centre.legs.values() if leg.state == "up" and leg.id != leg.call]
    if up:
        centre.end(up[which % len(up)], "NORMAL_CLEARING")


def caller_hangs_up(centre: Centre, which: int) -> None:
    centre.end("call-1", "NORMAL_CLEARING")


def key(centre: Centre, which: int) -> None:
    press(centre, "call-1", "0123"[which % 4])


def playback_ends(centre: Centre, which: int) -> None:
    for visit in centre.visits.values():
        centre._stop(visit, False)


def notice(centre: Centre, which: int) -> None:
    what, detail = (("removed", ""), ("removed", "voicemail:101"), ("moved", "rush"), ("moved", "help"))[which % 4]
    for ticket in sorted(centre.model.state.tickets)[:1]:
        centre.redis(lambda model, occasion: model.notify(occasion, ticket, what, detail))


def agent_changes(centre: Centre, which: int) -> None:
    action = (AgentAction.LOG_OUT, AgentAction.LOG_IN, AgentAction.RESUME)[which % 3]
    centre.redis(lambda model, occasion: model.act(occasion, AGENTS[which // 3 % 3], action))


def connection_lost(centre: Centre, which: int) -> None:
    if centre.visits["call-1"].line and centre.legs["call-1"].state == "up":
        centre.deliver("call-1", ConnectionLost("reset"))


def worker_dies(centre: Centre, which: int) -> None:
    """Another worker takes all calls over; what was on its way to the old one is lost, and so are its timers."""
    centre.pending.clear()
    centre.timers.clear()
    for id_, visit in list(centre.visits.items()):
        if not visit.closed:
            centre.deliver(id_, ConnectionLost("taken over"))


def switch_restarts(centre: Centre, which: int) -> None:
    centre.switch_gone()


def reload(centre: Centre, which: int) -> None:
    written = (tenant(), tenant(help=""), tenant(help="", rush=""), tenant())[which % 4]
    centre.reload(facts(HELP, written=written).settings if "help" in written else facts(written=written).settings)


def redis_forgets(centre: Centre, which: int) -> None:
    centre.lose_everything()


def transferred(centre: Centre, which: int) -> None:
    visit = centre.visits["call-1"]
    if centre.legs["call-1"].state == "up":
        centre._part("call-1")
        visit.playing.clear()
        centre.pending.append(("call-1", Rearrived(("102", HELP)[which % 2])))


def command_refused(centre: Centre, which: int) -> None:
    if centre.visits["call-1"].line:
        centre.pending.append(("call-1", CommandRefused("playback", "-ERR")))


OFTEN: tuple[Callable[[Centre, int], None], ...] = (tell, tell, tell, tell, phone_answers, phone_fails, time_passes)
NOW_AND_THEN = (tell_twice, forget, somebody_hangs_up, caller_hangs_up, key, playback_ends, notice, agent_changes)
SELDOM = (connection_lost, worker_dies, switch_restarts, reload, redis_forgets, transferred, command_refused)
MOVES = st.tuples(st.sampled_from(OFTEN) | st.sampled_from((*OFTEN, *NOW_AND_THEN, *SELDOM)), st.integers(0, 11))


@settings(max_examples=150, derandomize=True)
@given(dialled=st.sampled_from([HELP, RUSH]), moves=st.lists(MOVES, max_size=40))
def test_every_caller_is_brought_to_an_end_and_every_agent_is_free_again(
    dialled: str, moves: list[tuple[Callable[[Centre, int], None], int]]
) -> None:
    centre = Centre(dialled)
    centre.call("call-1")
    for move, which in moves:
        move(centre, which)
    centre.finish()
