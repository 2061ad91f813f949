"""What is kept says its kind and version; a chain of small functions brings older versions on."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.stored import Fields, Kind, Newer, Unreadable, kind_of, read_tag


def _renames(fields: Fields) -> Fields:
    return {"number": fields["phone"]}


def _adds(fields: Fields) -> Fields:
    return {**fields, "country": fields["number"][:3]}


CARD = kind_of("Card", {("Card", 2): _adds, ("Card", 1): _renames, ("Other", 1): _adds})


def test_each_version_is_brought_on_one_after_the_other() -> None:
    today = {"number": "+48221234567", "country": "+48"}
    assert CARD.current({"phone": "+48221234567"}, 1) == today
    assert CARD.current({"number": "+48221234567"}, 2) == today
    assert CARD.current(today, 3) == today


def test_a_newer_version_is_told_from_one_that_cannot_be_read() -> None:
    with pytest.raises(Newer, match="Card has version 4, this program reads up to 3"):
        CARD.current({}, 4)
    with pytest.raises(Unreadable, match="Card is not of version 1") as found:
        CARD.current({"number": "+48221234567"}, 1)
    assert not isinstance(found.value, Newer)


@pytest.mark.parametrize(("kind", "tag"), [(Kind("Card"), "Card"), (CARD, "Card/3")])
def test_the_tag_names_kind_and_version(kind: Kind, tag: str) -> None:
    assert kind.tag == tag
    assert read_tag(tag) == (kind.name, kind.version)


@pytest.mark.parametrize(
    "tag", [None, 1, "", "/1", "Card/", "Card/0", "Card/-1", "Card/1/2", "Card 1", ["Card"], "Card/1\n"]
)
def test_what_is_no_tag_is_refused(tag: object) -> None:
    with pytest.raises(Unreadable):
        read_tag(tag)


def test_no_version_is_left_out() -> None:
    with pytest.raises(ValueError, match="leave none out"):
        kind_of("Card", {("Card", 2): _adds})
