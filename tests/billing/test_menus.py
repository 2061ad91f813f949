"""What the trail tells of menus, as the record has it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.menus import Menus, MenuVisit
from callcontrol.vocabulary.menu_visit import MenuEntered, MenuEntry, MenuLeft
from callcontrol.vocabulary.moment import Instant


def at(seconds: float) -> Instant:
    return Instant(int(1_000_000 * seconds))


def told(*entries: MenuEntry, over: float = 100) -> tuple[MenuVisit, ...]:
    menus = Menus()
    for entry in entries:
        menus.hear(entry)
    return menus.records(at(over))


def test_each_stay_with_its_end() -> None:
    assert told(
        MenuEntered(at(1), "main"),
        MenuLeft(at(4), "main", "key", "2", "menu:sales", 1, 0),
        MenuEntered(at(4), "sales"),
        MenuLeft(at(9), "sales", "hung_up"),
    ) == (
        MenuVisit("main", at(1), at(4), "key", "2", "menu:sales", 1, 0),
        MenuVisit("sales", at(4), at(9), "hung_up"),
    )
    assert told() == ()


def test_what_is_told_twice_counts_once() -> None:
    entered, left = MenuEntered(at(1), "main"), MenuLeft(at(4), "main", "silence", silences=3)
    assert told(entered, entered, left, left) == told(entered, left)
    assert len(told(entered, left, MenuEntered(at(5), "main"))) == 2


def test_an_end_that_was_not_told_is_the_next_beginning_or_the_calls_end() -> None:
    first, second = told(MenuEntered(at(1), "main"), MenuEntered(at(6), "sales"), over=20)
    assert first == MenuVisit("main", at(1), at(6), "hung_up", estimated=True)
    assert second == MenuVisit("sales", at(6), at(20), "hung_up", estimated=True)


def test_an_end_without_a_beginning_is_a_stay_of_no_length() -> None:
    (only,) = told(MenuLeft(at(4), "main", "gone"))
    assert (only.entered, only.left, only.how) == (at(4), at(4), "gone")


moments = st.integers(0, 50).map(at)
names = st.sampled_from(["main", "sales"])
entries = st.builds(MenuEntered, moments, names) | st.builds(
    MenuLeft, moments, names, st.sampled_from(["key", "silence", "hung_up"])
)


@given(st.lists(entries, max_size=8))
def test_any_trail_makes_stays_that_end_after_they_begin(given_entries: list[MenuEntry]) -> None:
    found = told(*given_entries)
    assert all(visit.left >= visit.entered for visit in found)
    assert len(found) <= len(given_entries)
    assert {visit.menu for visit in found} == {entry.menu for entry in given_entries}
