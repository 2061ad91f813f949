"""The version after this one, as far as it matters beside this one: its calls have a version that we do not know."""

from __future__ import annotations

from typing import Final

from callcontrol.control import saved
from callcontrol.edges.live_state.codec import CALLS, Codec
from callcontrol.vocabulary.stored import kind_of

_NOW = kind_of("Call", saved.UPGRADES).version
_UPGRADES = {**saved.UPGRADES, ("Call", _NOW): dict}

LATER: Final = Codec(CALLS.classes, _UPGRADES, saved.SEQUENCES)
