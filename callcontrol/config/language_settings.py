"""Settings of the language a caller is spoken to in. Cross-checks stand in `checks/languages.py`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import E164, Prefix, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.language import Language

MAX_LANGUAGES_FOR = 256  # of a tenant
Days = Annotated[int, Field(ge=0, le=3_660), Whole]


class LanguageFor(Frozen):
    """Which callers are spoken to in which language: by the number they dialled, by the beginning of their own, or by
    both at once where both are written.
    """

    dialled: E164 | None = Field(default=None, description="the number of the tenant's that was dialled")
    caller: Prefix | None = Field(
        default=None, description="beginning of the caller's number, such as +7 or +4969; '' is every caller"
    )
    language: Language = Field(description="the language of these callers")

    def fits(self, caller_number: str, dialled: str) -> bool:
        """Whether everything that is written holds. A prefix is of numbers in international form.

        Args:
            caller_number: E.164 with `+`; "" for a caller who shows none.
            dialled: E.164 with `+`.
        """
        right_number = self.dialled is None or self.dialled == dialled
        return right_number and (not self.caller or caller_number.startswith(f"+{self.caller}"))

    def covers(self, other: LanguageFor) -> bool:
        """Whether it fits every caller the other fits."""
        right_number = self.dialled is None or self.dialled == other.dialled
        is_named = self.dialled is not None or self.caller is not None
        return is_named and right_number and (other.caller or "").startswith(self.caller or "")
