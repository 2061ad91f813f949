"""Menus: what a call's trail tells of the menus its caller was in, one after the other.

Total and tolerant like the rest of the fold: entries told twice count once. A stay whose end was not told ends when the
next one begins, or with the call, by the caller's hanging up, and is marked as estimated.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from callcontrol.vocabulary.menu_visit import MenuEntered, MenuEntry, MenuLeft
from callcontrol.vocabulary.moment import Instant

_HUNG_UP = "hung_up"


@dataclass(frozen=True, slots=True)
class MenuVisit:
    """A stay of the caller in a menu, by our clock.

    Attributes:
        how: `key`, `dialled` (an extension's number), `silence`, `wrong`, `hung_up` or `gone` (taken elsewhere).
        pressed: the keys that led on.
        to: where they, or what follows silence or wrong inputs, led to, as a target text; "" if nowhere.
        silences, wrongs: how often nothing was pressed, and something that leads nowhere.
        estimated: its end was not told.
    """

    menu: str
    entered: Instant
    left: Instant
    how: str
    pressed: str = ""
    to: str = ""
    silences: int = 0
    wrongs: int = 0
    estimated: bool = False


@dataclass(slots=True)
class Menus:
    """Takes a trail's menu entries in, one after the other."""

    _all: list[tuple[MenuEntered, MenuLeft | None]] = field(default_factory=list)

    def hear(self, entry: MenuEntry) -> None:
        """Take one entry in."""
        known = next((i for i, told in enumerate(self._all) if entry in told), None)
        if known is not None:
            return
        match entry:
            case MenuEntered():
                self._all.append((entry, None))
            case MenuLeft(at, menu) if self._all and self._all[-1][0].menu == menu and self._all[-1][1] is None:
                self._all[-1] = self._all[-1][0], entry
            case MenuLeft(at, menu):  # nothing told that the caller came to it
                self._all.append((MenuEntered(at, menu), entry))

    def records(self, over: Instant) -> tuple[MenuVisit, ...]:
        """The stays in order.

        Args:
            over: when the call ended.
        """
        following = [entered.at for entered, _ in self._all[1:]]
        ends = zip(self._all, [*following, over], strict=True) if self._all else ()
        return tuple(_visit(entered, left, end) for (entered, left), end in ends)


def _visit(entered: MenuEntered, left: MenuLeft | None, end: Instant) -> MenuVisit:
    unknown = MenuVisit(entered.menu, entered.at, max(entered.at, end), _HUNG_UP, estimated=True)
    if left is None:
        return unknown
    return replace(
        unknown,
        left=max(entered.at, left.at),
        how=left.how,
        pressed=left.pressed,
        to=left.to,
        silences=left.silences,
        wrongs=left.wrongs,
        estimated=False,
    )
