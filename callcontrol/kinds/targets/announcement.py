"""A recording for the caller, then another target or the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from callcontrol.config.fields import Flag
from callcontrol.config.frozen import Frozen
from callcontrol.config.kinds import Block, Link
from callcontrol.config.prompt import PromptText
from callcontrol.config.target_fields import TargetText
from callcontrol.control.playing import Announce
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Branch, Decision
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


@dataclass(frozen=True, slots=True)
class AnnouncementTarget(Target):
    """A recording played to the caller."""

    kind: ClassVar[str] = "announcement"


class Announcement(Frozen):
    """A recording for the caller."""

    file: PromptText = Field(
        description="sound file (absolute, or below the switch's sounds), tone_stream:// or silence_stream://, "
        "{say: text}, one of these for each language, or a list of them"
    )
    answer: Flag = Field(
        default=True, description="answer the call first; false plays it as early media, free for the caller"
    )
    whole: Flag = Field(
        default=False, description="heard to its end, also where a menu or a queue follows and a key is pressed"
    )
    then: TargetText | None = Field(default=None, description="where the call goes afterwards; default: it ends")


BLOCK = Block("announcements", Announcement)


def decide(target: AnnouncementTarget, path: Path, facts: Facts) -> Decision:
    """Play it."""
    announcement = BLOCK.of(facts.tenant).get(target.name)
    if announcement is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such announcement"))
    heard = as_file_string(announcement.file.files(facts.language))
    return Decision(Announce(target.name, heard, announcement.answer, announcement.then, path, announcement.whole))


def links(_name: str, announcement: Announcement) -> Iterator[Link]:
    """Where the call goes when it has been played."""
    if announcement.then is not None:
        yield Link(announcement.then, ("then",))


def branches(step: Announce, facts: Facts) -> Iterator[Branch]:
    """The same, for `explain`."""
    following = step.following(facts)
    if following is not None:
        yield Branch("", following)


KIND = RoutedKind(
    target=AnnouncementTarget,
    row="a recording is played, then the call goes on to `then`, or ends",
    block=BLOCK,
    links=links,
    is_last_resort=True,
    decide=decide,
    step=Announce,
    branches=branches,
)
