"""A caller in a menu, stepped by hand."""

from __future__ import annotations

from typing import Self

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, FactsFound, KeyPressed, Rearrived, TimerFired
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.menu.asking import InMenu
from callcontrol.kinds.targets.menu.leaving import KEY_TIMER
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.menu_visit import MenuLeft
from callcontrol.vocabulary.target import text_of
from tests.control.story import Story
from tests.routing.world import TENANT, facts

NUMBER = "+48221234599"
MENUS = """
  main:
    prompt: main.wav
    keys: {1: "extension:101", 2: "menu:sub", 3: "queue:help", 0: again, "*": back}
    direct_dial: [102, 103, '1040']
    first_key_s: 5
    between_keys_s: 2
    silence: {tries: 3, prompt: silent.wav, then: "extension:103"}
    wrong: {tries: 2, prompt: wrong.wav, then: "voicemail:101"}
  sub:
    prompt: sub.wav
    keys: {1: "announcement:closed", 21: "extension:102", "*": back, "#": again}
"""
ANNOUNCEMENTS = """
  welcome: {file: welcome.wav, then: "menu:sub"}
  notice: {file: notice.wav, whole: yes, then: "menu:sub"}
  greeting: {file: greeting.wav, then: "announcement:welcome"}
  waiting: {file: waiting.wav, then: "queue:help"}
"""
QUEUE = """
agents: {a: {extension: '104'}}
queues:
  help: {agents: [{agent: a}], keys: {1: "announcement:closed"}, greeting: hello.wav}
"""


def known(leads_to: str = "menu:main", menus: str = MENUS, more: str = "", queue: str = QUEUE) -> Facts:
    """A number that leads there."""
    written = TENANT.replace("extensions:\n", "extensions:\n  '1040': {}\n")
    written = written.replace("announcements:\n", f"announcements:{ANNOUNCEMENTS}")
    written = written.replace("numbers:\n", f'{queue}menus:{menus}{more}numbers:\n  "{NUMBER}": {leads_to}\n')
    return facts(NUMBER, tenant=written)


class MenuStory(Story):
    """A caller who presses keys; rules are found at once when they are asked for."""

    @property
    def menu(self) -> str:
        """The one the caller is in."""
        assert isinstance(self.call.state, InMenu), self.call.state
        return self.call.state.step.menu

    @property
    def state_now(self) -> InMenu:
        assert isinstance(self.call.state, InMenu)
        return self.call.state

    @property
    def played(self) -> list[str]:
        """What is played by the last answer."""
        return [one.file for one in self.every(do.Play)]

    @property
    def timers(self) -> dict[str, float]:
        """The clocks set by the last answer."""
        return {one.name: one.after_s for one in self.every(do.StartTimer)}

    @property
    def went_to(self) -> list[str]:
        """Where the last answer sends the call, whose rules are looked up first."""
        return [text_of(one.target) for one in self.every(do.LookUp)]

    @property
    def left(self) -> list[tuple[str, str, str, str]]:
        """Menus that were left, how, by which keys, for which target."""
        return [(one.menu, one.how, one.pressed, one.to) for one in self.entries(MenuLeft)]

    def press(self, keys: str, after_s: float = 0.2) -> Self:
        for key in keys:
            self.then(KeyPressed(key), after_s)
        return self

    def heard(self) -> Self:
        """What plays has been played to its end."""
        return self.then(AppEnded(self.state_now.playing))

    def waited(self) -> Self:
        """The time for a key is over."""
        return self.then(TimerFired(KEY_TIMER))

    def silent(self) -> Self:
        """The prompt is heard, and nothing is pressed."""
        return self.heard().waited()

    def looked_up(self) -> Self:
        return self.then(FactsFound(), 0)

    def taken_over(self) -> Self:
        """Its worker died, and another one has the channel."""
        self.call = decode(encode(self.call)).taken_by("w2", "n")
        return self.then(Rearrived(NUMBER, channel=self.call.led))
