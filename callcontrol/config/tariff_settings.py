"""Settings of price lists: which extensions have one of their own. Cross-checks stand in `checks/tariffs.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Identifier

ExtensionTariffs = Annotated[
    Mapping[Identifier, Annotated[tuple[Identifier, ...], Field(min_length=1)]],
    Field(
        description="price lists, files below `tariffs/`, of extensions that pay by another one than `tariff`: of each "
        "its extensions"
    ),
]
