"""Events of channels, of which only some headers are read: a switch tells 270 of each, and a dozen are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import orjson

from callcontrol.edges.freeswitch.wire import Frame, SwitchEvent, header_value, read_event
from callcontrol.vocabulary.moment import Instant

CHANNEL: Final = "CHANNEL_"
EVENT_NAME: Final = "Event-Name"


class ChannelEvent(SwitchEvent):
    """An event of a channel, whose headers `EventReader` chose. To ask for another one is a mistake of ours, and raises
    KeyError.
    """

    __slots__ = ("_at", "_values")

    def __init__(self, values: Sequence[str], at: Mapping[str, int]) -> None:
        self._values = values
        self._at = at
        self.body = ""

    @property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]  # made when asked for
        """The headers that were chosen; "" for those that the event does not have."""
        return {name: self._values[at] for name, at in self._at.items()}

    @property
    def name(self) -> str:
        """Event-Name, such as CHANNEL_ANSWER."""
        return self._values[0]

    def get(self, name: str, default: str = "") -> str:
        """The value of a header, or `default` where there is none."""
        return self._values[self._at[name]] or default


class EventReader:
    """Reads events: of a channel's only these headers, in half the time that all of them take; of others everything.

    Of a channel's event the switch repeats a name only with the same value (its HANGUP_COMPLETE), so that it does not
    matter which of them counts.
    """

    def __init__(self, headers: Iterable[str]) -> None:
        self._at = {name: at for at, name in enumerate(dict.fromkeys((EVENT_NAME, *headers)))}
        fields = [(f"header_{at}", str | list[str], _field(name)) for name, at in self._at.items()]
        self._decode = msgspec.json.Decoder(msgspec.defstruct("ChannelHeaders", fields)).decode

    def __call__(self, frame: Frame) -> SwitchEvent:
        """The event in a frame of kind text/event-json or text/event-plain.

        Raises:
            WireError: the body is no event.
        """
        if frame.kind != "text/event-json":
            return read_event(frame)
        try:
            values: Sequence[str] = msgspec.structs.astuple(self._decode(frame.body))
        except (msgspec.MsgspecError, RecursionError):  # no event, or bytes that are no UTF-8: Latin-1 display names
            return read_event(frame)
        try:
            "".join(values)  # raises where a value is no text: ten times cheaper than looking at each
        except TypeError:
            values = [header_value(value) for value in values]
        return ChannelEvent(values, self._at) if values[0].startswith(CHANNEL) else read_event(frame)


def _field(name: str) -> object:
    return msgspec.field(name=name, default="")


def dumped_stamp(dump: str, what: str) -> Instant | None:
    """When this (`Answered`, `Bridged`) happened to the channel of a `uuid_dump … json`; None: it has not. The switch
    writes 0 for what did not happen (switch_caller.c, switch_caller_profile_event_set_data).
    """
    stamp = orjson.loads(dump).get(f"Caller-Channel-{what}-Time", "")
    return Instant(int(stamp)) if stamp.isdigit() and stamp != "0" else None
