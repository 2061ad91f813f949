"""What an emergency call asks for besides its own legs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectCallBack:
    """For so many seconds a call from outside to this number (E.164) is taken for the emergency service's call back to
    the phone of this extension.
    """

    number: str
    extension: str
    for_s: int


@dataclass(frozen=True, slots=True)
class TellOfEmergency:
    """An emergency number is being called: whom the tenant names is rung and told by which extension ("": not known).
    That is a call of its own, which goes on whatever becomes of this one.
    """

    called: str
    extension: str


@dataclass(frozen=True, slots=True)
class MakeRoom:
    """End an ordinary leg of this trunk, of whatever call; answered by RoomMade."""

    trunk: str


EmergencyCommand = ExpectCallBack | TellOfEmergency | MakeRoom
