"""`python -m tests.freeswitch.sip PLAN`: plays the plan at its port.

A caller's process ends with the call: status 0, or 1 with a sentence on stderr if the call did not end as planned.
Phones play until they are killed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.freeswitch.sip.called import Phones
from tests.freeswitch.sip.calling import Line, OwnCall, make_call
from tests.freeswitch.sip.endpoint import Endpoint
from tests.freeswitch.sip.plan import Caller, Plan, read_plan
from tests.freeswitch.sip.talking import Conversation

LAST_WORDS_S = 1.0  # time for a retransmission of the message that ended the call


async def play(plan: Plan) -> None:
    """Play until the plan is over."""
    phones = Phones(plan)

    def made() -> Endpoint:
        return Endpoint(Path(plan.log), phones.take)

    _, endpoint = await asyncio.get_running_loop().create_datagram_endpoint(made, (plan.host, plan.port))
    phones.endpoint = endpoint
    if plan.caller is None:
        await asyncio.Event().wait()
        return
    await _call(plan, plan.caller, endpoint)
    await asyncio.sleep(LAST_WORDS_S)


async def _call(plan: Plan, caller: Caller, endpoint: Endpoint) -> None:
    line = Line(
        endpoint=endpoint,
        switch=(plan.host, plan.switch),
        user=caller.user,
        domain=caller.domain,
        contact_user=caller.user,
        voice=plan.voice,
        login=plan.logins.get(caller.user),
        name=caller.name,
        anonymous=caller.anonymous,
        headers=caller.headers,
    )
    call = make_call(line, caller.dialled)
    giving_up = asyncio.ensure_future(_give_up(call, caller.gives_up_s))
    talking = asyncio.ensure_future(_talk(call, caller, line))
    await call.over
    giving_up.cancel()
    talking.cancel()


async def _give_up(call: OwnCall, after_s: float) -> None:
    await asyncio.sleep(after_s)
    if not call.answered.is_set():
        await call.give_up()


async def _talk(call: OwnCall, caller: Caller, line: Line) -> None:
    await call.answered.wait()
    await Conversation(call.dialogue, caller.behaviour, line).hold_out()


if __name__ == "__main__":
    asyncio.run(play(read_plan(Path(sys.argv[1]))))
