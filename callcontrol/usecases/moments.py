"""Times as people give them: ISO days and times on the tenant's clocks."""

from __future__ import annotations

from datetime import tzinfo

from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from


def moment_given(field: str, text: str, zone: tzinfo) -> Instant | None:
    """The moment; None: none is given. Raises Refused where it is none."""
    try:
        return instant_from(text, zone) if text else None
    except BadMoment as error:
        raise Refused(str(error), field) from error
