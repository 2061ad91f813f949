"""A recording for the caller, then another target or the end."""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Announce, Decision
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import AnnouncementTarget, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: AnnouncementTarget, path: Path, facts: Facts) -> Decision:
    """Play it."""
    announcement = facts.tenant.announcements.get(target.name)
    if announcement is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such announcement"))
    return Decision(Announce(target.name, announcement.file, announcement.answer, announcement.then, path))
