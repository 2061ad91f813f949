"""Languages that callers have chosen by key, for their next calls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.language import LANGUAGES, Language
from callcontrol.vocabulary.moment import DAY_S

log = logging.getLogger(__name__)

_READ: Final = {language.encode(): language for language in LANGUAGES}


class LanguageStore:
    """Reads and writes them. With Redis away a caller is led in the language of the number dialled, as a new one is."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def look_up(
        self, tenant: str, number: str, on_answer: Callable[[Language | None, LiveStateError | None], None]
    ) -> None:
        """What the caller of this number (E.164) has chosen; None: nothing, or a language of a later version."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_answer(_READ.get(reply) if trouble is None else None, trouble)

        self._pipeline.submit("GET", keys.language(tenant, number), on_reply=answered)

    def remember(self, tenant: str, number: str, language: Language, days: int) -> None:
        """Keep it for so many days. Where Redis is away it is not kept: the caller chooses again."""

        def answered(_reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                log.warning("the language of a caller of tenant %s is not remembered: %s", tenant, trouble)

        self._pipeline.submit("SET", keys.language(tenant, number), language, "EX", days * DAY_S, on_reply=answered)
