"""Two people who act on the same thing: each says what it was (`If-Match`), and one act is carried out at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from callcontrol.edges.live_state.web_answers import UNDER_WAY_S, WebAnswers
from callcontrol.usecases.refusals import ChangedMeanwhile, Refused
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Asked
from callcontrol.web.problems import Problem


def version_of_agent(state: str, reason: str, since: str | None) -> str:
    """Another one as soon as the agent does something else."""
    return _digest(state, reason, since or "")


def version_of_caller(queue: str, priority: int) -> str:
    """Another one as soon as someone has given a waiting caller another place."""
    return _digest(queue, str(priority))


def check_version(asked: Asked, now: str) -> None:
    """Raises ChangedMeanwhile where the person acts on what has changed since it was looked at."""
    seen = asked.if_match.strip().removeprefix("W/").strip('"')
    if seen and seen != now:
        raise ChangedMeanwhile("it has changed meanwhile", "If-Match", "look again, then act")


@contextmanager
def one_at_a_time(asked: Asked, what: str) -> Iterator[None]:
    """Between looking at a version and acting no one else acts on the same through the API.

    Raises:
        Problem: someone does.
    """
    acts, name = WebAnswers(asked.services.pipeline), f"act on {what}"
    if acts.begin(asked.tenant, name, "", UNDER_WAY_S) is not None:
        cure = says("look again in a second")
        raise Problem(409, "under_way", says("someone else acts on it at this moment"), cure=cure)
    try:
        yield
    finally:
        acts.forget(asked.tenant, name)


@contextmanager
def makes_sense() -> Iterator[None]:
    """What a command refuses in words is refused in the same words."""
    try:
        yield
    except Refused:
        raise
    except ValueError as error:
        raise Refused(str(error)) from error


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
