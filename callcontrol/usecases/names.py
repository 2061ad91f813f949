"""Names a person typed that do not exist: what is said of them."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

# So many names are listed where none is near.
LISTED = 10
# 102 is not near enough to 105.
NEAR = 0.75


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """`there is no tenant acmee: did you mean acme?`, or which there are."""
    near = get_close_matches(name, known, 3, cutoff=NEAR)
    if near:
        return f"there is no {what} {name}: did you mean {' or '.join(near)}?"
    listed = ", ".join(sorted(known)[:LISTED])
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f"there is no {what} {name}; there are: {listed or 'none'}{more}"
