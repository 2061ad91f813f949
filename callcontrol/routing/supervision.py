"""Whether a supervisor may do something at a conversation now: asked at the beginning, at every change of mode, and
again and again in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcontrol.config.supervision_settings import SupervisionRight
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.in_force import in_force
from callcontrol.vocabulary.supervision import Mode, SupervisedTalk

WORDS = {
    Mode.LISTEN: "listen to",
    Mode.WHISPER: "whisper to",
    Mode.BARGE: "barge in on",
    Mode.TAKE_OVER: "take over from",
}


def refusal(supervisor: str, mode: Mode, talk: SupervisedTalk, facts: Facts) -> str:
    """Why the supervisor (an extension) may not do this now at this conversation, "" if it may."""
    rights = tuple(_of(supervisor, facts))
    why = _right_missing(supervisor, mode, [one for one in rights if covers(one, talk)], _whom(talk), facts)
    if why:
        return why
    if talk.room:
        return f"{_whom(talk)} is in conference:{talk.room}: who is to be there calls the room"
    if mode is Mode.WHISPER and not talk.is_whisperable:
        return f"{_whom(talk)} has called itself, and a recording may begin that would have the whisper"
    if mode is Mode.TAKE_OVER and not talk.is_takable:
        return f"{_whom(talk)} talks in a conversation whose worker has died"
    return ""


def refusal_before(supervisor: str, extension: str, mode: Mode, facts: Facts) -> str:
    """Why the supervisor may not do this now at any conversation of this extension, "" if there may be one."""
    if extension not in facts.tenant.extensions:
        return f"there is no extension {extension}"
    if extension == supervisor:
        return "that is the own extension"
    whom = f"extension {extension}"
    found = [one for one in _of(supervisor, facts) if extension in one.extensions or one.queues]
    return _right_missing(supervisor, mode, found, whom, facts)


def covers(right: SupervisionRight, talk: SupervisedTalk) -> bool:
    """Whether the conversation is one that the right is for."""
    return talk.extension in right.extensions or talk.queue in right.queues


def follows(supervisor: str, talk: SupervisedTalk, facts: Facts) -> bool:
    """Whether a supervisor goes on waiting for a party who talks with none now: not for one who waits in a queue that
    the supervisor has no right to.
    """
    return not talk.queue or any(talk.queue in one.queues for one in in_force(_of(supervisor, facts), facts))


def _of(supervisor: str, facts: Facts) -> Iterator[SupervisionRight]:
    return (one for one in facts.tenant.supervision.rights if supervisor in one.who)


def _right_missing(supervisor: str, mode: Mode, rights: Iterable[SupervisionRight], whom: str, facts: Facts) -> str:
    found = [one for one in rights if mode in one.may]
    if any(True for _ in in_force(found, facts)):
        return ""
    return f"extension {supervisor} may not {WORDS[mode]} {whom}" + (" at this time" if found else "")


def _whom(talk: SupervisedTalk) -> str:
    whom = f"extension {talk.extension}" if talk.extension else "an agent outside"
    return f"{whom} in queue:{talk.queue}" if talk.queue else whom
