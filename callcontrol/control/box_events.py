"""What a call is told of voicemail boxes and kept sound files."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.mailbox import Box, BoxChange, Changed
from callcontrol.vocabulary.pin import PinVerdict


@dataclass(frozen=True, slots=True)
class BoxFound:
    """How a voicemail box stands now.

    Attributes:
        found: None: it is not known, because of this trouble.
    """

    box: str
    found: Box | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class BoxChanged:
    """What became of a change of a voicemail box.

    Attributes:
        changed: None: it is not known, because of this trouble.
    """

    box: str
    change: BoxChange
    changed: Changed | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PinChecked:
    """What became of an attempt at the PIN of a voicemail box; `trouble` says why it could not be checked."""

    box: str
    verdict: PinVerdict
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SoundBrought:
    """A kept sound file is on the call's switch, or is not.

    Attributes:
        path: the switch's own path of it; "": it could not be brought, because of this trouble.
    """

    media_id: str
    path: str
    trouble: str = ""


BoxEvent = BoxFound | BoxChanged | PinChecked | SoundBrought
