"""What a call can ask for about voicemail boxes and kept sound files."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcontrol.vocabulary.mailbox import BoxChange, Greeting, GreetingKind


@dataclass(frozen=True, slots=True)
class LookAtBox:
    """How a voicemail box of the tenant stands now; answered by BoxFound."""

    box: str


@dataclass(frozen=True, slots=True)
class ChangeBox:
    """Change a voicemail box of the tenant; answered by BoxChanged. A new message is offered until Redis takes it."""

    box: str
    change: BoxChange


@dataclass(frozen=True, slots=True)
class SetGreeting:
    """Set a greeting of a voicemail box, or (None) remove it; answered by Stored."""

    box: str
    kind: GreetingKind
    greeting: Greeting | None


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Check a PIN of a voicemail box, which counts as an attempt; answered by PinChecked.

    After so many wrong attempts, of all calls together, the box is locked for so many seconds.
    """

    box: str
    pin: str = field(repr=False)
    failures: int
    locked_s: int


@dataclass(frozen=True, slots=True)
class SetPin:
    """Set the PIN of a voicemail box; answered by Stored."""

    box: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BringSound:
    """Bring a kept sound file of the tenant's to the call's switch; answered by SoundBrought, within seconds."""

    media_id: str


BoxCommand = LookAtBox | ChangeBox | SetGreeting | CheckPin | SetPin | BringSound
