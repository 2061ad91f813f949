"""A price list that a spreadsheet saved in its own way: one message that says how to save it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from tests.config.example import EXAMPLE

LIST = (EXAMPLE / "tariffs" / "business.csv").read_text(encoding="utf-8")
SAVE = "save it as `CSV UTF-8 (comma delimited)`"
DOT = ": part them by commas, with a dot as the decimal sign"
STRANGE = {
    "semicolons": (LIST.replace(",", ";").encode(), f"1: cells are parted by semicolons; {SAVE}: part them by commas"),
    "decimal comma": (
        LIST.replace(",", ";").replace(".", ",").encode(),
        f"1: cells are parted by semicolons; {SAVE}{DOT}",
    ),
    "tabs": (LIST.replace(",", "\t").encode(), f"1: cells are parted by tabs; {SAVE}: part them by commas"),
    "Latin-1": (
        LIST.replace("Germany mobile", "Köln", 1).encode("latin-1"),
        f"9: the byte 0xf6, which is not UTF-8: the file is in another encoding, such as Windows-1250; {SAVE}",
    ),
    "UTF-16": (LIST.encode("utf-16"), f"1: the file is UTF-16; {SAVE}"),
    "UTF-16 without a mark": (LIST.encode("utf-16-le"), f"1: the file is UTF-16; {SAVE}"),
}


def read(data: bytes) -> Tariff | list[str]:
    """As files are read: undecodable bytes are kept."""
    found = parse(data.decode("utf-8", "surrogateescape"), "t.csv", ZoneInfo("Europe/Berlin"))
    return found if isinstance(found, Tariff) else [str(problem).removeprefix("t.csv:") for problem in found]


@pytest.mark.parametrize("name", STRANGE)
def test_a_file_saved_in_another_way_is_told_once(name: str) -> None:
    data, told = STRANGE[name]
    assert read(data) == [told]


def test_semicolons_inside_a_cell_are_a_part_of_it() -> None:
    assert isinstance(read(LIST.replace("Germany mobile", "Germany; mobile").encode()), Tariff)
    assert isinstance(read(b"\xef\xbb\xbf" + LIST.encode()), Tariff)
    assert isinstance(read(b"# prices; of 2026\n\n" + LIST.encode()), Tariff)
