"""A voicemail box by phone: a person listens, keeps it in order, records greetings, changes the PIN.

`visit.py` plays and reads keys; every other file holds places, which say what is heard and what each key does.
"""

from __future__ import annotations

from typing import Any, Final

from callcontrol.kinds.targets.voicemail.by_phone.bringing import Bringing
from callcontrol.kinds.targets.voicemail.by_phone.entering import AskBox, AskPin, CheckingPin
from callcontrol.kinds.targets.voicemail.by_phone.forwarding import AskWhereTo, PassingOn, Word
from callcontrol.kinds.targets.voicemail.by_phone.greetings import (
    AskDay,
    AtGreeting,
    ChooseGreeting,
    LookingUp,
    NewGreeting,
    StoringGreeting,
)
from callcontrol.kinds.targets.voicemail.by_phone.listening import ChangingMessage, Fetching, Listening
from callcontrol.kinds.targets.voicemail.by_phone.menu import BoxMenu, LookingIn
from callcontrol.kinds.targets.voicemail.by_phone.pins import NewPin, SamePin, StoringPin
from callcontrol.kinds.targets.voicemail.by_phone.recording import Asking, Reviewing, Speaking, SpokenFile
from callcontrol.kinds.targets.voicemail.by_phone.visit import InBox, SayingGoodbye, VisitBox
from callcontrol.vocabulary.mailbox import Done, Greeting, Message, SetState, Take

SAVED: Final[tuple[type[Any], ...]] = (
    *(VisitBox, InBox, SayingGoodbye, Bringing),
    *(AskBox, AskPin, CheckingPin, LookingIn, BoxMenu),
    *(Fetching, Listening, ChangingMessage, SetState, Take, Done, Message),
    *(AskWhereTo, Word, PassingOn),
    *(Asking, Speaking, Reviewing, SpokenFile),
    *(ChooseGreeting, LookingUp, AtGreeting, NewGreeting, AskDay, StoringGreeting, Greeting),
    *(NewPin, SamePin, StoringPin),
)
