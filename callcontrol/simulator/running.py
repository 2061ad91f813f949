"""A recording that goes on beside whatever its channel does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Running:
    """A recording that goes on."""

    path: str
    began_us: int
    variables: dict[str, str]
    masked: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What its events say of it."""
        told = {f"Recording-Variable-{name}": value for name, value in self.variables.items()}
        return {"Record-File-Path": self.path, **told}
