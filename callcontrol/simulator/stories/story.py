"""A story as a value, and how it is read.

    story: a busy extension forwards to a mobile
    phones:                                    # phones not named here are registered and never answer
      "101": {action: busy}
      "+48600700800": {action: answers, after_s: 0.5, digits: [[0.6, "1"]], talk_s: 1}
    offline: ["102"]                           # SIP accounts that are not registered
    trunks: {carrier-a: {up: false}}           # or {rejects: 503}, or {every: {action: silent}}: so is every call there
    pins: {"101": "5927"}                      # of voicemail boxes, which are all empty when a story begins
    rules: ["101 busy number:+48600700800"]    # set at run time before the call, as `callcontrol forward set` would
    do:                                        # seconds after the beginning, and what happens then (see actions.py)
      - [0.0, agent anna log_in]
      - [3.0, agent anna pause lunch]
      - [5.0, unregister 121]
    calls:                                     # `presses`: seconds after the answer (a queue answers at once), keys
      - {from: "+48500100200", name: Jan, to: "+48221234567", hangup_after_s: 5}
      - {from: "+48500100201", to: "+48221234588", after_s: 2, presses: [[4.0, "1"]]}
    expect:                                    # one for each record, by their beginnings; callbacks have their own
      - outcome: answered
        answered_by: number:+48600700800
        path: ["rule busy of extension:101"]   # each must be found among the reasons, in this order
        legs:
          - {to: extension:101, cause: USER_BUSY, outcome: busy}
          - {to: number:+48600700800, outcome: answered, trunk: carrier-b, payer: extension:101}
        charges: [{payer: extension:101, amount: "0.25"}]
        rules: ["101 always number:+48600100200"]   # what must stand in Redis afterwards
        queue: {name: support, left: answered, agent: anna, keys: "1"}   # of several queues: a list of these
        talks: [announce, started, ended]   # what was decided and done about recording its conversations
        segments: [{with: extension:117, s: 1}, {with: extension:105, s: 2, moved: true}]   # its conversations; whether
                                                        # the leg took the place of the one before; `s`: give or take 1
        interruptions: [{why: parked, detail: "701", s: 4}]
        surveys: [{how: answered, score: 4, agent: jan}]   # what the caller was asked after a conversation
        offers: [{agent: jan, how: no_answer}, {agent: anna, how: accepted}]   # of all queues, in their order
    heard:                                     # what phones and callers saw or heard, in any order
      - {who: "101", what: invite, number: "+48500100200"}
      - {who: caller, what: hangup}
      - {who: caller, what: bridged, with: "121"}
      - {who: "121", what: playback, file: /waited/}
      - {who: "122", what: invite, between_s: [4, 6]}   # seconds after the story's beginning, both included

`who` (and `with`) is an account, a number, or `caller` (of the first call; `caller 2`, …). A value in `heard` is
compared whole; one between slashes is a regular expression; `not: true` says that it must not be there
(with `between_s`: not in that span).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from callcontrol.config.yaml_reader import FASTEST_LOADER
from callcontrol.simulator.stories.actions import BadAction, Timed, read_action

KEYS = frozenset({"story", "phones", "offline", "trunks", "rules", "do", "calls", "expect", "heard", "only", "pins"})
CALL_KEYS = frozenset(
    {
        "from",
        "name",
        "to",
        "hangup_after_s",
        "presses",
        "extension",
        "anonymous",
        "after_s",
        "refers",
        "consults",
        "holds",
    }
    | {"headers", "informs"}
)


HEARD_KEYS = frozenset({"who", "what"})


class BadStory(ValueError):
    """The story cannot be played; the message says what is wrong in which file."""


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """One call of a story.

    Attributes:
        extension: `101@acme.example` for a call from an authenticated phone, "" for one from a trunk.
        presses, informs: (seconds after the answer, keys), in the voice path (RFC 4733) or by SIP INFO.
        headers: further headers of its INVITE.
        refers, consults, holds: what the caller does with the other party: see simulator.phones.Behaviour.
        hangup_after_s: the caller gives up so many seconds after the INVITE, or hangs up so many after the answer;
            None: the caller stays until it is over.
        after_s: seconds after the story's beginning at which it is placed.
    """

    number: str
    to: str
    name: str = ""
    extension: str = ""
    anonymous: bool = False
    hangup_after_s: float | None = None
    presses: tuple[tuple[float, str], ...] = ()
    informs: tuple[tuple[float, str], ...] = ()
    after_s: float = 0.0
    refers: tuple[float, str] | None = None
    consults: tuple[float, str, float] | None = None
    holds: tuple[float, float] | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A story.

    Attributes:
        phones: behaviour (words of simulator.phones.Behaviour, or a list of them, call by call) by account or number.
        only: `simulator` or `freeswitch` where the other cannot tell it, "" for both.
    """

    name: str
    file: str
    phones: Mapping[str, Any]
    offline: tuple[str, ...]
    trunks: Mapping[str, Any]
    rules: tuple[str, ...]
    calls: tuple[PlacedCall, ...]
    expect: Sequence[Mapping[str, Any]]
    heard: Sequence[Mapping[str, Any]]
    only: str = ""
    do: tuple[Timed, ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_queues(self) -> bool:
        """Whether it matters what is known of queues and agents."""
        return bool(self.do) or any({"queue", "offers"} & set(expected) for expected in self.expect)


def read_story(path: Path) -> Story:
    """Read one story.

    Raises:
        BadStory: a key or an action it does not know, or a key that is missing.
    """
    told = yaml.load(path.read_text(encoding="utf-8"), Loader=FASTEST_LOADER)
    unknown = sorted(set(told) - KEYS)
    if unknown or not {"story", "calls", "expect"} <= set(told):
        right = f"keys are {', '.join(sorted(KEYS))}; story, calls and expect must be there"
        raise BadStory(f"{path.name}: {right}; {unknown}")
    return Story(
        name=told["story"],
        file=path.name,
        phones=told.get("phones", {}),
        offline=tuple(told.get("offline", ())),
        trunks=told.get("trunks", {}),
        rules=tuple(told.get("rules", ())),
        calls=tuple(_call(path, call) for call in told["calls"]),
        expect=told["expect"],
        heard=[_heard(path, one) for one in told.get("heard", ())],
        only=told.get("only", ""),
        pins={str(box): str(pin) for box, pin in told.get("pins", {}).items()},
        do=tuple(_timed(path, at_s, str(words)) for at_s, words in told.get("do", ())),
    )


def read_stories(folder: Path) -> list[Story]:
    """All stories of a folder, by file name."""
    return [read_story(path) for path in sorted(folder.glob("*.yaml"))]


def _timed(path: Path, at_s: float, words: str) -> Timed:
    try:
        return Timed(float(at_s), read_action(words))
    except BadAction as error:
        raise BadStory(f"{path.name}: {error}") from error


def _heard(path: Path, told: Mapping[str, Any]) -> Mapping[str, Any]:
    span = told.get("between_s", [0, 0])
    is_span = isinstance(span, list) and len(span) == 2 and all(isinstance(end, int | float) for end in span)
    if not set(told) >= HEARD_KEYS or not is_span or span[0] > span[1]:
        raise BadStory(f"{path.name}: `heard` has who, what and perhaps between_s: [first, last] in seconds; {told}")
    return told


def _call(path: Path, told: Mapping[str, Any]) -> PlacedCall:
    unknown = sorted(set(told) - CALL_KEYS)
    if unknown or "to" not in told:
        raise BadStory(f"{path.name}: a call has {', '.join(sorted(CALL_KEYS))}, `to` must be there; {unknown}")
    return PlacedCall(
        number=str(told.get("from", "")),
        to=str(told["to"]),
        name=told.get("name", ""),
        extension=told.get("extension", ""),
        anonymous=bool(told.get("anonymous", False)),
        hangup_after_s=told.get("hangup_after_s"),
        presses=tuple((float(at), str(keys)) for at, keys in told.get("presses", ())),
        informs=tuple((float(at), str(keys)) for at, keys in told.get("informs", ())),
        after_s=float(told.get("after_s", 0)),
        refers=tuple(told["refers"]) if "refers" in told else None,
        consults=tuple(told["consults"]) if "consults" in told else None,
        holds=tuple(told["holds"]) if "holds" in told else None,
        headers=tuple(told.get("headers", {}).items()),
    )
