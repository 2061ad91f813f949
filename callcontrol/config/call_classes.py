"""The classes of numbers (`vocabulary/direction.py`) that settings can name. Emergency calls need no right, and have no
limit.
"""

from __future__ import annotations

from typing import Literal

CallClass = Literal["internal", "national", "mobile", "international", "premium", "satellite", "shared", "special"]
RightClass = CallClass | Literal["all"]
BlockedClass = CallClass | Literal["freephone"]
LimitedClass = BlockedClass | Literal["all"]
