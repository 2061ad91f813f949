"""Files a spreadsheet saved in another way than as UTF-8 with commas: told once, instead of cell by cell."""

from __future__ import annotations

import re
from typing import NamedTuple

# How undecodable bytes are kept by errors="surrogateescape".
_UNDECODED = re.compile("[\udc80-\udcff]")
_UTF_16 = re.compile("\udcff\udcfe|\udcfe\udcff|.?\x00", re.DOTALL)
_RIGHT = "save it as `CSV UTF-8 (comma delimited)`"
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


class Misfit(NamedTuple):
    """What is wrong with a file as a whole: where it shows, what it is, what would be right."""

    line: int
    what: str
    right: str


def misfit(text: str) -> Misfit | None:
    """Why no line of this file would be understood, None if there is no such reason."""
    if _UTF_16.match(text):
        return Misfit(1, "the file is UTF-16", _RIGHT)
    undecoded = _UNDECODED.search(text)
    if undecoded:
        line = text.count("\n", 0, undecoded.start()) + 1
        byte = ord(undecoded[0]) - 0xDC00
        what = f"the byte 0x{byte:02x}, which is not UTF-8: the file is in another encoding, such as Windows-1250"
        return Misfit(line, what, _RIGHT)
    return _other_separator(text)


def _other_separator(text: str) -> Misfit | None:
    """Cells parted by something else, as spreadsheets do it where the comma is the decimal sign."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        written = line.strip()
        if written and not written.startswith("#"):
            found = next((sign for sign in _SEPARATORS if sign in written), "")
            if not found or "," in written:
                return None
            decimal = ", with a dot as the decimal sign" if re.search(r"[0-9],[0-9]", text) else ""
            right = f"{_RIGHT}: part them by commas{decimal}"
            return Misfit(number, f"cells are parted by {_SEPARATORS[found]}", right)
    return None
