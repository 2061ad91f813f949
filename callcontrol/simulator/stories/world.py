"""A world a story can be played in: the simulator, or a real FreeSWITCH with real SIP phones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.story import PlacedCall, Story


class World(Protocol):
    """What the player of stories needs of a world."""

    def arrange(self, story: Story) -> None:
        """Phones and trunks as the story says; everything heard before is forgotten."""
        ...

    def place(self, call: PlacedCall) -> str:
        """Begin a call; returns a name for it by which `heard` knows its caller."""
        ...

    def register(self, account: str, *, online: bool) -> None:
        """A phone of the tenant registers, or unregisters."""
        ...

    def wait_until_over(self, placed: Sequence[str], timeout_s: float) -> None:
        """Wait until these calls have ended for their callers.

        Raises:
            TimeoutError: one still lives.
        """
        ...

    def heard(self) -> Sequence[Heard]:
        """All that was seen and heard; `who` is an account, a number, or a call's name.

        Words of `what`, with their details: `invite` (number, name, Diversion, History-Info, Privacy),
        `answered_elsewhere`, `hangup` (code for a call that was refused), `bridged` (with: whom), `ringing`,
        `answered`, `playback` (file: as the switch was told to play it) and `playback_end` (file).
        """
        ...
