"""Kept sound files that a call's switch does not have: the media job is asked to bring them, and answers by Redis."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import gevent

from callcontrol.control.box_commands import BringSound
from callcontrol.control.box_events import SoundBrought
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges import box_meters, clock, meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.live_state.brought_sounds import PATIENCE_S, Brought, BroughtSounds
from callcontrol.edges.live_state.failures import LiveStateError

LOOK_S: Final = 0.1
# So many files may be on their way for the calls of a worker.
MAX_SOUNDS: Final = 100
# What was brought is there for an hour after it was asked for (jobs/media/bringing.py). So long (seconds) it is not
# asked for again, and so many files are remembered.
KNOWN_S: Final = 60.0
MOST_KNOWN: Final = 1_000

_Sound = tuple[str, str, str]  # switch, tenant, media id


class SoundLine:
    """Carries out commands to bring files."""

    def __init__(self, sounds: BroughtSounds) -> None:
        self._sounds = sounds
        self._underway = 0
        self._known: OrderedDict[_Sound, tuple[float, str]] = OrderedDict()

    def carry_out(self, command: BringSound, driver: DrivenCall) -> None:
        """Ask for it; the answer is delivered to the driver, within PATIENCE_S."""
        sound = (driver.call.switch, driver.call.tenant, command.media_id)
        since_s, path = self._known.get(sound, (0.0, ""))
        if path and clock.monotonic() - since_s < KNOWN_S:
            driver.deliver(SoundBrought(command.media_id, path))
        elif self._underway >= MAX_SOUNDS:
            meters.limits_reached_total.labels("MAX_SOUNDS").inc()
            driver.deliver(SoundBrought(command.media_id, "", "too many files are being brought"))
        else:
            self._underway += 1
            gevent.spawn(self._bring, sound, driver)

    def _bring(self, sound: _Sound, driver: DrivenCall) -> None:
        try:
            brought = self._answered(sound)
        except LiveStateError as error:
            brought = Brought("", str(error))
        except Exception as error:
            note_fault("call", "a sound could not be asked for", error, call=driver.call.id)
            brought = Brought("", f"{type(error).__name__}: {error}")
        finally:
            self._underway -= 1
        box_meters.sounds_brought_total.labels("there" if brought.path else "not").inc()
        if brought.path:
            self._remember(sound, brought.path)
        driver.deliver(SoundBrought(sound[2], brought.path, brought.trouble))

    def _answered(self, sound: _Sound) -> Brought:
        until_s = clock.monotonic() + PATIENCE_S
        self._sounds.ask(*sound)
        while clock.monotonic() < until_s:
            gevent.sleep(LOOK_S)
            if (brought := self._sounds.answer(*sound)) is not None:
                return brought
        return Brought(
            "", f"{sound[2]} was not brought to {sound[0]} in {PATIENCE_S:g} s: does a media job see its folder?"
        )

    def _remember(self, sound: _Sound, path: str) -> None:
        self._known[sound] = (clock.monotonic(), path)
        self._known.move_to_end(sound)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
