"""What a call can ask for while one of its own people transfers the other party by keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class ListenForCodes:
    """From now on these codes, pressed at this leg, are told as CodePressed and reach no other party; other keys do.

    Until a further key tells what a `*` or `#` begins, or for 1.5 s, it is held back.

    Attributes:
        realm: the name of this set of codes; one set counts at a time.
    """

    leg_id: str
    realm: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """End the conversation of the led channel and this leg: the led one comes back (Rearrived), the leg is parked."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class KeepLeg:
    """Whether a leg is parked when the other one of its conversation leaves, or (`on` False) ends."""

    leg_id: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class JoinAsThird:
    """This parked leg hears, and is heard by, a channel that talks with another one, and that other one."""

    leg_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class DialFor:
    """Look up what follows if this extension dials a number; answered by DialFactsFound."""

    dialled: str
    extension: str


@dataclass(frozen=True, slots=True)
class PassCode:
    """Tell the call that has the channel `party`, whichever worker has that call, of a code at a leg of this one which
    talks with it (CodePassed).
    """

    leg_id: str
    code: str
    by: str
    party: str
    at: Instant


@dataclass(frozen=True, slots=True)
class TellPartner:
    """Tell the call that has this leg, which stands beside this one, with whom it talks since then (PartnerTold)."""

    leg_id: str
    at: Instant
    channel: str
    party: str
    lent: bool


@dataclass(frozen=True, slots=True)
class ConfirmTransfer:
    """The transfer is taken: the transferor's phone is told so (NOTIFY 200). Answered by AppEnded."""

    app_id: ClassVar[str] = "transfer-taken"


@dataclass(frozen=True, slots=True)
class RefuseTransfer:
    """The transfer is not possible: the transferor's phone is told why, and the switch joins it with the party again.
    Answered by AppEnded as soon as it has been told.

    Attributes:
        leg_id: the transferor's.
        cause: why, as the cause of a hang-up.
        comes_back: the call goes on after their conversation.
    """

    app_id: ClassVar[str] = "transfer-refused"

    leg_id: str
    cause: str
    comes_back: bool = False


TransferAnswer = ConfirmTransfer | RefuseTransfer
TransferOrder = ListenForCodes | Part | KeepLeg | JoinAsThird
BesideCommand = PassCode | TellPartner
TransferCommand = TransferOrder | DialFor | BesideCommand
