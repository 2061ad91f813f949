"""Who may hear or delete which kept sound file: a pure function of the tenant's roles, the person and the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcontrol.config.settings import Tenant
from callcontrol.config.tenant_media import MessageRights, Reach, Role, TalkRights
from callcontrol.vocabulary.media import MediaChange, MediaKind
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of

# Who recorded or received these has the say over them; all else is the company's.
_PERSONAL = (MediaKind.MESSAGE, MediaKind.GREETING)


@dataclass(frozen=True, slots=True)
class Person:
    """One who wants to hear or delete.

    Attributes:
        own: the owners of files, as texts of targets, whose files are the person's: `extension:101`, `voicemail:101`.
        queues: names of the queues that count as the person's own.
        agents: the names under which the person takes calls of queues.
    """

    extension: str
    own: frozenset[str]
    queues: frozenset[str]
    agents: frozenset[str]
    role: Role


@dataclass(frozen=True, slots=True)
class Right:
    """Whether it is given, and if not, why, in words."""

    is_given: bool
    why: str = ""


def person_at(tenant: Tenant, extension: str, boxes: Iterable[Target]) -> Person:
    """The person whose extension this is.

    Args:
        boxes: the voicemail boxes that are the person's.
    """
    role = tenant.media.role_of(extension)
    agents = frozenset(name for name, agent in tenant.agents.items() if agent.extension == extension)
    seated = (name for name, queue in tenant.queues.items() if agents & {seat.agent for seat in queue.agents})
    own = map(text_of, (ExtensionTarget(extension), *boxes))
    return Person(extension, frozenset(own), frozenset((*seated, *role.queues)), agents, role)


def may_hear(person: Person, media: MediaChange) -> Right:
    """Whether the person may hear this file, one of the same tenant."""
    return _right(person, media, _rights(person, media).hear, "hear")


def may_delete(person: Person, media: MediaChange) -> Right:
    """Whether the person may delete this file, one of the same tenant."""
    return _right(person, media, _rights(person, media).delete, "delete")


def _rights(person: Person, media: MediaChange) -> MessageRights | TalkRights:
    return person.role.messages if media.kind in _PERSONAL else person.role.talks


def _right(person: Person, media: MediaChange, reach: Reach, verb: str) -> Right:
    if reach is Reach.ALL or (reach is not Reach.NONE and _is_within(person, media, reach)):
        return Right(True)
    what = "messages" if media.kind in _PERSONAL else "recordings"
    scope = {Reach.NONE: f"no {what}", Reach.OWN: f"own {what}", Reach.OWN_QUEUES: f"own {what}, those of queues too"}
    return Right(
        False, f"extension {person.extension} may {verb} {scope[reach]}; this one is of {media.owner or 'no one'}"
    )


def _is_within(person: Person, media: MediaChange, reach: Reach) -> bool:
    if media.owner in person.own or (media.agent and media.agent in person.agents):
        return True
    kind, _, name = media.owner.partition(":")
    return reach is Reach.OWN_QUEUES and kind == "queue" and name in person.queues
