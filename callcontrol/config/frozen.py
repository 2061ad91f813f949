"""What all settings share: values that never change, keys that must be known."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callcontrol.config.fields import Whole

Seconds = Annotated[int, Field(ge=1, le=86_400), Whole]
RingSeconds = Annotated[int, Field(ge=1, le=300, description="how long it rings, in seconds"), Whole]


class Frozen(BaseModel):
    """Unknown keys are refused, values never change. A key with nothing behind it counts as not written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, written: Any) -> Any:
        if written is None:
            return {}
        if not isinstance(written, dict):
            return written
        known = cls.written_keys()
        return {key: value for key, value in written.items() if value is not None or key not in known}

    @classmethod
    def written_keys(cls) -> tuple[str, ...]:
        """The keys as they are written in YAML."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())
