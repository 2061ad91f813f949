"""One of two workers dies on a real switch: what its callers hear, and what is recorded afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.stage import Daemon
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import MENU_HZ, MUSIC_HZ, Expectation, Hears, HearsInTurn, tone_differences

QUEUE, FORWARDED, LANDLINE, EXTENSION = "+48221234588", "+48221234572", "+48223334455", "+48221234583"
# A sequence: an announcement, a queue whose agents are offline, an extension.
SEQUENCE, AGENTS = "+48221234591", ("121", "123", "124")
CALLER = "+48500100200"
# The waiting caller hears music until the agent answers, and is not cut off.
WAITED: Final = (HearsInTurn("caller", (MUSIC_HZ, VOICES["121"])), Hears("121", CALLER_HZ))
JOINED: Final = (Hears("caller", VOICES["121"]), Hears("121", CALLER_HZ))
TRIED_ON: Final = (Hears("caller", PHONE_HZ), Hears("117", CALLER_HZ))
FORWARDED_ON: Final = (Hears("caller", PHONE_HZ), Hears(LANDLINE.removeprefix("+"), CALLER_HZ))
# By now the phone rings that answers after three seconds; what phones saw is known only after the run.
RINGS_S = 1.0
# In seconds: a switch carries a command out within 20 ms, so the moment before is hit only sometimes.
AT_ONCE_S = 0.002
MORE_TRIES = 3
# Legs: the caller's, the one that rang when the worker died, the one that answered; none rings in an announcement.
LEGS, LEGS_OF_A_SEQUENCE, LEGS_OF_A_MENU, LEGS_OF_A_PHONE, LEGS_OF_A_QUEUE = 3, 2, 2, 2, 2
# A menu with direct dialling of extensions: by this time (seconds) the other worker plays it.
MENU, DIALLED, HEARD_AGAIN_S = "+48221234593", "113", 9.0
# Seconds after the first key: the worker is dead by then, and no other has the caller yet.
MEANWHILE_S = 1.7


def worker_dies_while_a_caller_waits(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers: its waiting caller keeps the place, an agent is rung again, and they talk"""
    yield from _waiting_caller_goes_on(stage, microphones, signal.SIGKILL)


def worker_ends_while_a_caller_waits(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """one of two workers is told to end: its waiting caller keeps the place, an agent is rung again, and they talk"""
    yield from _waiting_caller_goes_on(stage, microphones, signal.SIGTERM)


def worker_is_stopped_while_a_caller_waits(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """one of two workers is stopped for a while: the other serves its waiting caller, also after it has come back"""
    yield from _waiting_caller_goes_on(stage, microphones, signal.SIGSTOP)


def worker_dies_while_a_forward_rings(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while a phone rings unanswered: the call goes on to its next step"""
    landline = {"action": "answers", "after_s": 0.3, "digits": [[0.7, "1"]], "talk_s": 3}
    with two_workers(stage, {"108": {"action": "never_answers"}, LANDLINE: landline}):
        yield from _goes_on(stage, microphones, FORWARDED, signal.SIGKILL, f"number:{LANDLINE}", FORWARDED_ON)


def worker_dies_as_a_phone_is_dialled(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers right after its bridge command: the switch carries it out, and they talk"""
    yield from _dialled_phone_is_reached(stage, microphones, signal.SIGKILL)


def worker_ends_as_a_phone_is_dialled(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """one of two workers is told to end right after its bridge command: it is carried out, and they talk"""
    yield from _dialled_phone_is_reached(stage, microphones, signal.SIGTERM)


def _dialled_phone_is_reached(stage: RealStage, microphones: Microphones, how: signal.Signals) -> Iterator[str]:
    with two_workers(stage, {"117": {"action": "answers", "after_s": 1, "talk_s": 4}}):
        for heard in (
            TRIED_ON,
            *[()] * MORE_TRIES,
        ):  # audio is checked once only: the ports are those of the first call
            yield from _goes_on(
                stage, microphones, EXTENSION, how, "extension:117", heard, legs=LEGS_OF_A_PHONE, rings_s=0.0
            )


def worker_dies_as_an_agent_is_joined(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers as it joins caller and agent, before it has saved that they talk: they talk on"""
    with two_workers(stage, {"121": {"action": "answers", "after_s": 0.5, "talk_s": 5}}):
        for heard in (JOINED, *[()] * MORE_TRIES):
            yield from _goes_on(
                stage,
                microphones,
                QUEUE,
                signal.SIGKILL,
                "extension:121",
                heard,
                legs=LEGS_OF_A_QUEUE,
                rings_s=0.0,
                saved='"stage":"joining"',
            )


def worker_dies_in_a_sequence(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers during the announcement: the queue has no agents, the next step's phone answers"""
    with two_workers(stage, {"117": {"action": "answers", "after_s": 0.5, "talk_s": 4}}, AGENTS):
        yield from _goes_on(
            stage, microphones, SEQUENCE, signal.SIGKILL, "extension:117", TRIED_ON, legs=LEGS_OF_A_SEQUENCE
        )


def worker_dies_in_a_menu(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while a menu is heard: it is heard again, and keys are understood"""
    yield from _menu_goes_on(stage, microphones, ())


def worker_dies_between_two_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers after the first key of a number: the number is dialled again, and counts once"""
    yield from _menu_goes_on(stage, microphones, ((0.5, "1"),))


def keys_pressed_between_two_workers(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers after the first key of a number: the keys after it count"""
    presses = ((0.5, DIALLED[0]), (MEANWHILE_S, DIALLED[1:]))
    with two_workers(stage, {DIALLED: {"action": "answers", "after_s": 0.5, "talk_s": 4}}):
        heard = (HearsInTurn("caller", (MENU_HZ, PHONE_HZ)),)
        answers = f"extension:{DIALLED}"
        yield from _goes_on(
            stage, microphones, MENU, signal.SIGKILL, answers, heard, legs=LEGS_OF_A_MENU, presses=presses
        )


def _menu_goes_on(stage: RealStage, microphones: Microphones, first: tuple[tuple[float, str], ...]) -> Iterator[str]:
    presses = (*first, (HEARD_AGAIN_S, DIALLED))
    with two_workers(stage, {DIALLED: {"action": "answers", "after_s": 0.5, "talk_s": 4}}):
        yield from _goes_on(
            stage,
            microphones,
            MENU,
            signal.SIGKILL,
            f"extension:{DIALLED}",
            (HearsInTurn("caller", (MENU_HZ, PHONE_HZ)),),
            legs=LEGS_OF_A_MENU,
            presses=presses,
        )


def _waiting_caller_goes_on(stage: RealStage, microphones: Microphones, how: signal.Signals) -> Iterator[str]:
    with two_workers(stage, {"121": {"action": "answers", "after_s": 3, "talk_s": 5}}):
        yield from _goes_on(stage, microphones, QUEUE, how, "extension:121", WAITED)


def _goes_on(
    stage: RealStage,
    microphones: Microphones,
    number: str,
    how: signal.Signals,
    answers: str,
    heard: tuple[Expectation, ...],
    legs: int = LEGS,
    presses: tuple[tuple[float, str], ...] = (),
    rings_s: float = RINGS_S,
    saved: str = "",
) -> Iterator[str]:
    """
    Args:
        legs: how many there are in the record; where `saved` is given, how many of them were answered.
        saved: what the worker has saved of the call when it dies.
    """
    began = clock.now()
    placed = stage.world.place(PlacedCall(CALLER, number, presses=presses))
    wait(lambda: owner(stage) != 0, "a worker has the call", poll_s=AT_ONCE_S)
    wait(lambda: saved in calls_saved(stage), f"{saved} is saved", poll_s=AT_ONCE_S)
    time.sleep(rings_s)
    worker = owner(stage)
    os.kill(worker, how)
    microphones.clear()
    wait(lambda: owner(stage) not in (worker, 0), "another worker has the call")
    if how is signal.SIGSTOP:
        os.kill(worker, signal.SIGCONT)
    stage.world.wait_until_over([placed], OVER_S)
    yield from tone_differences(heard, stage.world.listening_ports(), microphones)
    found = [
        (call.outcome, call.answered_by, call.estimated, sum(not saved or bool(leg.answered_at) for leg in call.legs))
        for call in records(stage, began)
    ]
    if found != [("answered", answers, False, legs)]:
        yield f"one exact record with {legs} legs, answered by {answers}, expected: there are {found}"


@contextmanager
def two_workers(stage: RealStage, phones: Mapping[str, Any], offline: tuple[str, ...] = ()) -> Iterator[None]:
    """Run the daemon with two workers that both know the phones."""
    usual = stage.daemon
    usual.stop()
    stage.daemon = Daemon(stage.config, stage.ports.http, stage.config.parent / "two-workers.log", workers=2)
    stage.daemon.start()
    try:
        arrange(stage, phones, offline)
        yield
    finally:
        stage.daemon.stop()
        stage.daemon = usual
        usual.start()


def owner(stage: RealStage) -> int:
    """The process of the worker that has the only call; 0 while there is none."""
    with Redis.from_url(stage.redis_url) as redis:
        names = [name.decode() for name in redis.hvals(keys.owners(TENANT)) if name != b"-"]
    return int(names[0].split("/")[1]) if names else 0


def calls_saved(stage: RealStage) -> str:
    """All that the workers have saved of calls."""
    with Redis.from_url(stage.redis_url) as redis:
        return " ".join(text.decode() for text in redis.hvals(keys.calls(TENANT)))


TAKEOVERS: Final[tuple[Mishap, ...]] = (
    worker_dies_while_a_caller_waits,
    worker_ends_while_a_caller_waits,
    worker_is_stopped_while_a_caller_waits,
    worker_dies_while_a_forward_rings,
    worker_dies_as_a_phone_is_dialled,
    worker_ends_as_a_phone_is_dialled,
    worker_dies_as_an_agent_is_joined,
    worker_dies_in_a_sequence,
    worker_dies_in_a_menu,
    worker_dies_between_two_keys,
    keys_pressed_between_two_workers,
)
