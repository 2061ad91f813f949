"""mod_conference: channels that hear each other, as many as there are. No audio is made, only who hears whom, and
events.

A member who is alone, or waits for a moderator, hears the music; that, and the tones at entering and leaving, make
events of their own in the switch, which nothing here reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import orjson

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.core import Core
from callcontrol.simulator.media import Media

MAINTENANCE: Final = "conference::maintenance"
_DOMAIN: Final = "cluecon.com"  # the module's default
_SAMPLES_PER_MS: Final = 16
_API = "conference_api.c"
_CALLING: Final[Mapping[str, tuple[str, str, str]]] = {
    "conference-create": ("mod_conference.c", "conference_new", "3848"),
    "conference-destroy": ("mod_conference.c", "conference_thread_run", "863"),
    "add-member": ("conference_member.c", "conference_member_add", "962"),
    "del-member": ("conference_member.c", "conference_member_del", "1355"),
    "kick-member": (_API, "conference_api_sub_kick", "902"),
    "mute-member": (_API, "conference_api_sub_mute", "339"),
    "unmute-member": (_API, "conference_api_sub_unmute", "492"),
    "play-file": (_API, "conference_api_sub_play", "2817"),
    "play-file-member": (_API, "conference_api_sub_play", "2846"),
    "lock": (_API, "conference_api_sub_lock", "3474"),
    "unlock": (_API, "conference_api_sub_unlock", "3496"),
    "start-recording": ("conference_record.c", "conference_record_thread_run", "319"),
    "stop-recording": ("conference_record.c", "conference_record_thread_run", "427"),
    "pause-recording": (_API, "conference_api_sub_pauserec", "3860"),
    "resume-recording": (_API, "conference_api_sub_pauserec", "3860"),
}


@dataclass(slots=True)
class Member:
    """A channel in a conference.

    Attributes:
        number: the module's count; a channel that comes again has its own again.
        kicked: it is on its way out.
    """

    channel: Channel
    number: int
    moderator: bool = False
    ends_room: bool = False
    muted: bool = False
    kicked: bool = False
    since_us: int = 0


@dataclass(slots=True)
class Recording:
    """A file that is written."""

    began_us: int
    written_us: int = 0
    paused: bool = False

    def upto(self, now_us: int) -> int:
        """What has been written (microseconds)."""
        return self.written_us + (0 if self.paused else now_us - self.began_us)


@dataclass(slots=True)
class Conference:
    """One that has members."""

    core: Core[Channel]
    media: Media
    name: str
    profile: str
    uuid: str
    waits: bool
    over: Callable[[], object]
    members: list[Member] = field(default_factory=list)
    locked: bool = False
    ended: bool = False
    began_us: int = 0
    recordings: dict[str, Recording] = field(default_factory=dict)

    # --- members ------------------------------------------------------------------------------------------------

    def enter(self, member: Member) -> None:
        """The channel is mixed from now on."""
        member.since_us = self.core.timeline.now_us()
        self.members.insert(0, member)  # the module keeps its latest first
        channel = member.channel
        for name, value in {
            "conference_member_id": str(member.number),
            "conference_moderator": _word(member.moderator),
            "conference_ghost": "false",
            "conference_uuid": self.uuid,
        }.items():
            channel.set(name, value)
        self.waits = self.waits and not member.moderator
        self.tell_of(member, "add-member")
        self._tell_ears()

    def leave(self, member: Member) -> None:
        """The channel is not mixed any more; with the last of those that end the room it ends for all."""
        self.members.remove(member)
        self.tell_of(member, "del-member", has_left=True)
        member.channel.far_end.told("conference_left")
        if member.ends_room and not any(one.ends_room for one in self.members):
            self.end()
        if not self.members:
            self.end()
            self.tell("conference-destroy")
            self.over()
        self._tell_ears()

    def end(self) -> None:
        """All leave in the next step."""
        self.ended = True
        for path in tuple(self.recordings):
            self.stop_recording(path)
        for member in self.members:
            member.channel.poke()

    def of_number(self, number: str) -> Member | None:
        """The member that the module numbers so."""
        return next((one for one in self.members if str(one.number) == number), None)

    def heard_by(self, member: Member) -> Iterator[Member]:
        """Whom a member hears."""
        if not self.waits:
            yield from (one for one in self.members if one is not member and not one.muted)

    def _tell_ears(self) -> None:
        for member in self.members:
            heard = sorted(one.channel.profile.number for one in self.heard_by(member))
            member.channel.far_end.told("conference", hears=" ".join(heard))

    def mute(self, member: Member, *, on: bool) -> None:
        """Others do not hear the member, or hear it again."""
        member.muted = on
        self.tell_of(member, "mute-member" if on else "unmute-member")
        self._tell_ears()

    def kick(self, member: Member) -> None:
        """The member leaves in the next step."""
        member.kicked = True
        self.tell_of(member, "kick-member")
        member.channel.poke()

    # --- sound --------------------------------------------------------------------------------------------------

    def play(self, file: str, member: Member | None) -> bool:
        """To one, or to all; False where there is no such file."""
        if self.media.duration_s(file) is None:
            return False
        if member is None:
            self.tell("play-file", File=file)
        else:
            self.tell_of(member, "play-file-member", File=file)
        for one in self.members if member is None else (member,):
            one.channel.far_end.told("playback", file=file)
        return True

    def start_recording(self, path: str) -> None:
        """What all hear is written."""
        self.media.begin_file(path)
        self.recordings[path] = Recording(self.core.timeline.now_us())
        self.tell("start-recording", Path=path)

    def pause_recording(self, path: str, *, on: bool) -> None:
        """Nothing is written, or again."""
        running, now_us = self.recordings[path], self.core.timeline.now_us()
        running.written_us, running.began_us, running.paused = running.upto(now_us), now_us, on
        action = "pause-recording" if on else "resume-recording"
        self.tell(action, Path=path, **{"Other-Recordings": "true"})

    def stop_recording(self, path: str) -> None:
        """The file is closed."""
        ms = self.recordings.pop(path).upto(self.core.timeline.now_us()) // 1000
        samples = ms * _SAMPLES_PER_MS
        told = {
            "Path": path,
            "Other-Recordings": _word(bool(self.recordings)),
            "Samples-Out": str(samples),
            "Samplerate": "16000",
            "Milliseconds-Elapsed": str(ms),
            "Record-File-Size": str(44 + 2 * samples),
        }
        self.tell("stop-recording", **told)

    # --- what is told -------------------------------------------------------------------------------------------

    def tell(self, action: str, **more: str) -> None:
        """An event of the conference."""
        self._fire(action, {**self._headers(), "Action": action, **more})

    def tell_of(self, member: Member, action: str, *, has_left: bool = False, **more: str) -> None:
        """An event of one member."""
        floor = bool(self.members) and member is self.members[-1] and not has_left
        told = {
            **self._headers(),
            "Floor": _word(floor and action != "add-member"),
            **member.channel.basic_headers(),
            "Video": "false",
            "Hear": "true",
            "See": "true",
            "Speak": _word(not member.muted),
            "Talking": "false",
            "Mute-Detect": "false",
            "Hold": "false",
            "Member-ID": str(member.number),
            "Member-Type": "moderator" if member.moderator else "member",
            "Member-Ghost": "false",
            "Energy-Level": "100",
            "Current-Energy": "0",
            "Action": action,
            **more,
        }
        self._fire(action, told)

    def _headers(self) -> dict[str, str]:
        return {
            "Conference-Name": self.name,
            "Conference-Domain": _DOMAIN,
            "Conference-Size": str(len(self.members)),
            "Conference-Ghosts": "0",
            "Conference-Profile-Name": self.profile,
            "Conference-Unique-ID": self.uuid,
        }

    def _fire(self, action: str, headers: dict[str, str]) -> None:
        self.core.fire("CUSTOM", headers, subclass=MAINTENANCE, calling=_CALLING[action])

    def as_json(self) -> dict[str, object]:
        """As `json_list` has it."""
        now_us = self.core.timeline.now_us()
        return {
            "conference_name": self.name,
            "member_count": len(self.members),
            "ghost_count": 0,
            "rate": 16000,
            "run_time": (now_us - self.began_us) // 1_000_000,
            "conference_uuid": self.uuid,
            **dict.fromkeys(("canvas_count", "max_bw_in", "force_bw_in", "video_floor_packets"), 0),
            "locked": self.locked,
            "destruct": self.ended,
            "wait_mod": self.waits,
            "audio_always": False,
            "running": True,
            "answered": True,
            "enforce_min": True,
            "bridge_to": False,
            "dynamic": True,
            "exit_sound": True,
            "enter_sound": True,
            "recording": bool(self.recordings),
            **dict.fromkeys(("video_bridge", "video_floor_only", "video_rfc4579"), False),
            "variables": {},
            "members": [self._member_json(one, now_us) for one in self.members],
        }

    def _member_json(self, member: Member, now_us: int) -> dict[str, object]:
        profile = member.channel.profile
        return {
            "type": "caller",
            "id": member.number,
            "flags": {
                "can_hear": True,
                "can_see": True,
                "can_speak": not member.muted,
                "hold": False,
                "mute_detect": False,
                "talking": True,
                "has_video": False,
                "video_bridge": False,
                "has_floor": member is self.members[-1],
                "is_moderator": member.moderator,
                "end_conference": member.ends_room,
                "mandatory_member_end_conference": False,
                "pass_digits": False,
            },
            "uuid": member.channel.uuid,
            "caller_id_name": profile.name,
            "caller_id_number": profile.number,
            "join_time": (now_us - member.since_us) // 1_000_000,
            "last_talking": 0,
            "energy": 100,
            **dict.fromkeys(("volume_in", "volume_out", "output-volume", "input-volume"), 0),
        }


class Conferences:
    """All of a switch."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._running: dict[str, Conference] = {}
        self._count = count(1)
        self._numbers: dict[str, int] = {}

    def find(self, name: str) -> Conference | None:
        """The one of this name, None if it has no members."""
        return self._running.get(name)

    def all(self) -> tuple[Conference, ...]:
        """Those that have members."""
        return tuple(self._running.values())

    def join(self, core: Core[Channel], name: str, profile: str, *, waits: bool) -> Conference:
        """The one of this name, made if there is none; `waits` counts for one that is made."""
        found = self._running.get(name)
        if found is not None and not found.ended:
            return found
        made = Conference(core, self._media, name, profile, core.ids.uuid(), waits, lambda: self._over(made))
        made.began_us = core.timeline.now_us()
        self._running[name] = made
        made.tell("conference-create")
        return made

    def _over(self, conference: Conference) -> None:
        if self._running.get(conference.name) is conference:
            del self._running[conference.name]

    def number_of(self, channel: Channel) -> int:
        """The channel's own for as long as it lives."""
        return self._numbers.setdefault(channel.uuid, 0) or self._given(channel)

    def _given(self, channel: Channel) -> int:
        number = self._numbers[channel.uuid] = next(self._count)
        channel.on_down.append(lambda: self._forget(channel))
        return number

    def _forget(self, channel: Channel) -> None:
        self._numbers.pop(channel.uuid, None)


def as_json(conferences: tuple[Conference, ...], *, compact: bool) -> str:
    """`json_list`."""
    told = [one.as_json() for one in conferences]
    return orjson.dumps(told, option=0 if compact else orjson.OPT_INDENT_2).decode()


def _word(truth: bool) -> str:
    return "true" if truth else "false"
