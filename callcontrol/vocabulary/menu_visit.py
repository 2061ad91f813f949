"""What the trail tells of a caller's stay in a menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class MenuEntered:
    """The caller is asked for a choice in a menu."""

    at: Instant
    menu: str
    kind: Literal["menu_entered"] = "menu_entered"


@dataclass(frozen=True, slots=True)
class MenuLeft:
    """The caller is in this menu no more.

    Attributes:
        how: `key`, `dialled` (an extension's number), `silence`, `wrong`, `hung_up`, `gone` (taken elsewhere).
        pressed: the keys that led on.
        to: where they, or what follows silence or wrong inputs, led to, as a target text; "" if nowhere.
        silences, wrongs: how often nothing was pressed, and something that leads nowhere.
    """

    at: Instant
    menu: str
    how: Literal["key", "dialled", "silence", "wrong", "hung_up", "gone"]
    pressed: str = ""
    to: str = ""
    silences: int = 0
    wrongs: int = 0
    kind: Literal["menu_left"] = "menu_left"


MenuEntry = MenuEntered | MenuLeft
