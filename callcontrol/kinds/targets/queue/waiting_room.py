"""What a waiting caller hears: greeting, music, the position, the expected wait.

The switch plays; what is to be heard next is put in line behind the music, which is then ended (`uuid_break`). So
nothing here ever delays an agent: joining ends whatever plays.
"""

from __future__ import annotations

import zlib

from callcontrol.config.music import music_of
from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.kinds.targets.queue.expected_wait import expected_us, minutes_to_announce
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_caller
from callcontrol.routing.speech import as_file_string, expected_wait, position
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.queue import Place

POSITION_TIMER = "position"
WAIT_TIMER = "wait"
POLL_TIMER = "poll"
MUSIC_TIMER = "music"
OVERFLOW_TIMER = "overflow"
TIMERS = (POSITION_TIMER, WAIT_TIMER, POLL_TIMER, MUSIC_TIMER, OVERFLOW_TIMER)

# The live state is asked again whether it knows the caller, also where nothing is announced (seconds).
POLL_S = 20
# What is due already (seconds).
SOON_S = 0.01
# Music that lasts less cannot be played: it is tried again after as long (seconds).
SHORTEST_MUSIC_S = 2

_KINDS = {POSITION_TIMER: "position", WAIT_TIMER: "wait"}

Heard = tuple[Call, WaitingCaller, tuple[Command, ...]]


def enter(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> Heard:
    """Answer, greet, begin the music, set all clocks."""
    waiting = replace(waiting, let_in=facts.now)
    greeting = queue.greeting.files(to_caller(queue, facts)) if queue.greeting else ()
    call, waiting, playing = play(call, waiting, greeting, queue, facts)
    return call, waiting, (do.Answer(), *playing, *clocks(waiting, queue, facts))


def clocks(waiting: WaitingCaller, queue: Queue, facts: Facts) -> tuple[Command, ...]:
    """When something is announced for the first time, and when waiting has lasted too long."""
    announce, overflow = queue.announce, queue.overflow
    first = max(announce.first, 1)
    waited_s = (facts.now - (waiting.let_in or facts.now)) / SECOND_US
    timers = [do.StartTimer(POLL_TIMER, POLL_S * (0.5 + _share(waiting.ticket)))]
    timers += [do.StartTimer(POSITION_TIMER, first)] if announce.position else []
    timers += [do.StartTimer(WAIT_TIMER, first)] if announce.wait else []
    if overflow.after and overflow.waited:
        timers += [do.StartTimer(OVERFLOW_TIMER, max(overflow.after - waited_s, SOON_S))]
    return tuple(timers)


def _share(ticket: str) -> float:
    """A number in [0, 1) of the ticket's own: callers who came together do not ask together."""
    return zlib.crc32(ticket.encode()) / 2**32


def play(call: Call, waiting: WaitingCaller, files: tuple[str, ...], queue: Queue, facts: Facts) -> Heard:
    """Put these files in line, if any, and the music after them."""
    commands: tuple[Command, ...] = ()
    saying = ""
    if files:
        call, saying = call.next_app()
        commands = (do.Play(saying, as_file_string(files)),)
    call, music = call.next_app()
    commands += (do.Play(music, music_of(call.tenant, waiting.step.queue, queue)),)
    return call, replace(waiting, saying=saying, music=music, music_began=facts.now), commands


def ended(call: Call, waiting: WaitingCaller, app_id: str, queue: Queue, facts: Facts) -> Heard:
    """Something has been played to its end: after what was said comes the music, after music more of it."""
    was_music = bool(app_id) and app_id == waiting.music
    waiting = silenced(waiting, app_id, facts)
    if not was_music:
        return call, waiting, ()
    if facts.now - (waiting.music_began or 0) < SHORTEST_MUSIC_S * SECOND_US:
        return call, waiting, (do.StartTimer(MUSIC_TIMER, SHORTEST_MUSIC_S),)
    return play(call, waiting, (), queue, facts)


def silenced(waiting: WaitingCaller, app_id: str, facts: Facts) -> WaitingCaller:
    """This plays no more; after what was said the music begins by itself."""
    if app_id == waiting.saying:
        return replace(waiting, saying="", music_began=facts.now)
    return replace(waiting, music="") if app_id == waiting.music else waiting


def ask(waiting: WaitingCaller, timer: str, queue: Queue) -> tuple[WaitingCaller, tuple[Command, ...]]:
    """It is time to say something, or to ask whether the caller still has the place."""
    kind = _KINDS.get(timer)
    every_s = {POSITION_TIMER: queue.announce.position, WAIT_TIMER: queue.announce.wait}.get(timer, POLL_S)
    again = (do.StartTimer(timer, every_s),) if every_s else ()
    if kind is not None and kind not in waiting.wanted:
        waiting = replace(waiting, wanted=(*waiting.wanted, kind))
    return waiting, (do.AskPlace(waiting.ticket), *again)


def announce(call: Call, waiting: WaitingCaller, place: Place, queue: Queue, facts: Facts) -> Heard:
    """Say what was wanted, unless something is being said: then it waits for the next time."""
    if not waiting.wanted:
        return call, waiting, ()
    wanted, waiting = waiting.wanted, replace(waiting, wanted=())
    if waiting.saying or place.position < 1:
        return call, waiting, ()
    files: tuple[str, ...] = ()
    if "position" in wanted:
        # A caller who is overtaken by a heavier one keeps hearing the earlier place: it never rises.
        lowest = min(place.position, waiting.position or place.position)
        waiting = replace(waiting, position=lowest)
        files += position(to_caller(queue, facts), lowest)
    if "wait" in wanted:
        minutes = minutes_to_announce(expected_us(place), waiting.minutes or None)
        if minutes is not None:
            waiting = replace(waiting, minutes=minutes)
            files += expected_wait(to_caller(queue, facts), minutes)
    if "position" in wanted and queue.announce.hint:
        files += queue.announce.hint.files(to_caller(queue, facts))
    if not files:
        return call, waiting, ()
    stop = (do.StopPlaying(),) if waiting.music else ()
    call, waiting, playing = play(call, waiting, files, queue, facts)
    return call, waiting, (*playing, *stop)


def say(call: Call, waiting: WaitingCaller, files: tuple[str, ...], queue: Queue, facts: Facts) -> Heard:
    """Say this at once, whatever plays."""
    call, waiting, playing = play(call, waiting, files, queue, facts)
    return call, waiting, (do.StopPlaying(all=True), *playing)


def silence() -> tuple[Command, ...]:
    """The caller waits no more: nothing of all this is left."""
    return tuple(do.StopTimer(name) for name in TIMERS)
