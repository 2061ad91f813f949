"""A caller profile: who calls whom on one channel, and when what happened to it.

Header names and their order are those of switch_caller_profile_event_set_data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(slots=True)
class Times:
    """Microseconds since the epoch, 0 for what has not happened."""

    profile_created: int = 0
    created: int = 0
    answered: int = 0
    progress: int = 0
    progress_media: int = 0
    hungup: int = 0
    transferred: int = 0
    resurrected: int = 0
    bridged: int = 0
    last_hold: int = 0
    hold_accum: int = 0


@dataclass(slots=True)
class CallerProfile:
    """The `Caller-…` headers of one channel. Empty text means the header is absent."""

    uuid: str
    direction: str
    logical_direction: str
    destination: str
    number: str
    name: str = ""
    original_number: str = ""
    original_name: str = ""
    callee_name: str = ""
    callee_number: str = ""
    username: str = ""
    dialplan: str = ""
    network_addr: str = "127.0.0.1"
    ani: str = ""
    source: str = "mod_sofia"
    transfer_source: str = ""
    context: str = "default"
    rdnis: str = ""
    channel_name: str = ""
    index: int = 1
    screen: bool = True
    hide_name: bool = False
    hide_number: bool = False
    times: Times = field(default_factory=Times)
    before: CallerProfile | None = None  # the channel's way before it was transferred

    def headers(self, prefix: str, *, with_times: bool = True) -> dict[str, str]:
        """This profile as headers that begin with `prefix` (`Caller`, `Other-Leg`, `Channel`)."""
        p = prefix
        found = {
            f"{p}-Direction": self.direction,
            f"{p}-Logical-Direction": self.logical_direction,
            f"{p}-Username": self.username,
            f"{p}-Dialplan": self.dialplan,
            f"{p}-Caller-ID-Name": self.name,
            f"{p}-Caller-ID-Number": self.number,
            f"{p}-Orig-Caller-ID-Name": self.original_name,
            f"{p}-Orig-Caller-ID-Number": self.original_number,
            f"{p}-Callee-ID-Name": self.callee_name,
            f"{p}-Callee-ID-Number": self.callee_number,
            f"{p}-Network-Addr": self.network_addr,
            f"{p}-ANI": self.ani,
            f"{p}-Destination-Number": self.destination,
            f"{p}-Unique-ID": self.uuid,
            f"{p}-Source": self.source,
            f"{p}-Transfer-Source": self.transfer_source,
            f"{p}-Context": self.context,
            f"{p}-RDNIS": self.rdnis,
            f"{p}-Channel-Name": self.channel_name,
        }
        present = {name: value for name, value in found.items() if value}
        if p == "Other-Leg":
            present.pop("Other-Leg-Transfer-Source", None)
        else:
            present[f"{p}-Profile-Index"] = str(self.index)
        present.update(self._times(p, self.times if with_times else Times()))
        present[f"{p}-Screen-Bit"] = _word(self.screen)
        present[f"{p}-Privacy-Hide-Name"] = _word(self.hide_name)
        present[f"{p}-Privacy-Hide-Number"] = _word(self.hide_number)
        return present

    @staticmethod
    def _times(p: str, t: Times) -> dict[str, str]:
        return {
            f"{p}-Profile-Created-Time": str(t.profile_created),
            f"{p}-Channel-Created-Time": str(t.created),
            f"{p}-Channel-Answered-Time": str(t.answered),
            f"{p}-Channel-Progress-Time": str(t.progress),
            f"{p}-Channel-Progress-Media-Time": str(t.progress_media),
            f"{p}-Channel-Hangup-Time": str(t.hungup),
            f"{p}-Channel-Transfer-Time": str(t.transferred),
            f"{p}-Channel-Resurrect-Time": str(t.resurrected),
            f"{p}-Channel-Bridged-Time": str(t.bridged),
            f"{p}-Channel-Last-Hold": str(t.last_hold),
            f"{p}-Channel-Hold-Accum": str(t.hold_accum),
        }

    def transferred(self, destination: str, dialplan: str, context: str, source: str, at_us: int) -> CallerProfile:
        """The next profile of the same channel: a transfer makes a new one and keeps what happened to the channel."""
        rdnis = self.destination if destination != self.destination else self.rdnis
        return replace(
            self,
            destination=destination,
            dialplan=dialplan,
            context=context,
            transfer_source=source,
            rdnis=rdnis,
            index=self.index + 1,
            times=replace(self.times, profile_created=at_us, bridged=0),
            before=self,
        )


# Where each of the Times stands among the `Caller-…` headers.
TIME_HEADERS = dict(zip(Times.__dataclass_fields__, CallerProfile._times("Caller", Times()), strict=True))


def _word(truth: bool) -> str:
    return "true" if truth else "false"
