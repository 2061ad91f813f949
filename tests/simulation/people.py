"""Callers, and the actions of agents. The seed decides all of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial

from tests.simulation.agenda import Agenda
from tests.simulation.centre import MENU_NUMBER, MOBILE, OTHER_NUMBERS, QUEUE_NUMBERS, Centre, numbers
from tests.simulation.channel import Channel
from tests.simulation.phones import Phones
from tests.simulation.switch_twin import SwitchTwin

CUSTOMERS = 60  # of a tenant
AGENT_ACTS_EVERY_S = 2400.0
PATIENCE_S = 110.0
_ACTS = ("*51*1#", "#51#", "*50#", "#50#", "*52*30#", "#52#", "#51#", "*50#")
_RINGS_AT = (2, 3, 7, 9)  # numbers of a tenant that lead to phones of a pick-up group
# What the person at a phone does with a caller, besides talking: by transfer (REFER), or by hanging up on hold.
_REFERS, _HOLDS, _KEYS, _ASKS = 0.12, 0.08, 0.12, 0.06
_REFERRED_TO = ("700", "700", "701", "702", "703", "191", "192", "100", "*78#", "999")
_TAKES = ("*70#", "*70#", "701", "702", "703", "*8#", "*8191#", "*80*191#", "*43#", "#43#", "*78#", "#78#", "#78#")
_DIALLED_BY_KEYS = ("191", "192", "100", "101", "102", "700", "777", MOBILE.replace("+", "00"))
# The keys once the colleague is rung, "" for hanging up; without keys both talk on.
_WHILE_ASKING = (
    (), ("*2",), ("*0",), ("",), ("*5", "*2"), ("*5", "*5", ""), ("*5", "*0"), ("*6", ""), ("*6", "*2"), ("*6", "*0"),
)  # fmt: skip
_SUBSCRIBER = ("*21*{other}#", "##21#", "*61*{mobile}*10#", "##61#", "*#21#", "*67*{other}#", "##67#", "##002#")


class People:
    """All callers and all phones.

    Args:
        new_id: makes a channel's uuid.
        phone_changed: told when a phone registers, or is gone.

    Attributes:
        calls: how many have been placed.
    """

    def __init__(
        self,
        centre: Centre,
        switches: list[SwitchTwin],
        agenda: Agenda,
        phones: Phones,
        chance: random.Random,
        new_id: Callable[[], str],
        phone_changed: Callable[[str], None],
    ) -> None:
        self.calls = 0
        self.open = True
        self._centre = centre
        self._switches = switches
        self._agenda = agenda
        self._phones = phones
        self._chance = chance
        self._new_id = new_id
        self._phone_changed = phone_changed

    def plug_in(self) -> None:
        """Register all phones."""
        for switch in self._switches:
            switch.on_joined = partial(self._joined, switch)
        for t, tenant in enumerate(self._centre.names()):
            self._phones.registered.update(f"{extension}@t{t}.example" for extension in self._centre.phones(tenant))

    def begin(self, calls_per_h: float) -> None:
        """Let agents log in and callers call."""
        for t in range(self._centre.tenants):
            for i in range(self._centre.agents):
                self._agent_begins(t, f"{100 + i}")
        self._next_caller(calls_per_h)

    def _agent_begins(self, t: int, extension: str) -> None:
        self._agenda.after(self._chance.uniform(0.5, 30), lambda: self._dial(t, extension, "*50#"))
        self._acts_later(t, extension)

    def _acts_later(self, t: int, extension: str) -> None:
        self._agenda.after(self._chance.expovariate(1 / AGENT_ACTS_EVERY_S), lambda: self._agent_acts(t, extension))

    def _agent_acts(self, t: int, extension: str) -> None:
        if not self.open:
            return
        self._acts_later(t, extension)
        if self._chance.random() < 0.15:
            self._phone_goes(f"{extension}@t{t}.example")
        else:
            self._dial(t, extension, self._chance.choice(_ACTS))

    def _phone_goes(self, account: str) -> None:
        if account in self._phones.registered:
            self._phones.registered.discard(account)
            self._phone_changed(account)
            self._agenda.after(self._chance.uniform(5, 200), lambda: self._phone_is_back(account))

    def _phone_is_back(self, account: str) -> None:
        self._phones.registered.add(account)
        self._phone_changed(account)

    # --- what phones do with their partners

    def _joined(self, switch: SwitchTwin, first: Channel, second: Channel) -> None:
        """A phone of ours may transfer its caller, or hang up on hold."""
        phone = next((one for one in (first, second) if one.plan is not None and "@" in one.who), None)
        if phone is None or not (first.is_caller or second.is_caller):
            return
        does, after_s = self._chance.random(), self._chance.uniform(0.5, 20)
        if does < _REFERS:
            to = self._chance.choice(_REFERRED_TO)
            switch.timer(phone, after_s, partial(switch.refer, phone, to))
            if to.startswith("70") and self._chance.random() < 0.8:
                self._takes_later(phone, after_s, "*70#" if to == "700" else to)
        elif does < _REFERS + _HOLDS:
            switch.timer(phone, after_s, partial(switch.hold, phone))
            for_s = self._chance.choice((0.3, 2.0, 15.0, 200.0))
            if self._chance.random() < 0.6:
                switch.timer(phone, after_s + for_s, partial(switch.leave_held, phone))
            else:
                switch.timer(phone, after_s + for_s, partial(switch.hold, phone, on=False))
        elif does < _REFERS + _HOLDS + _KEYS:
            self._presses_codes(switch, phone, after_s)
        elif does < _REFERS + _HOLDS + _KEYS + _ASKS:
            switch.timer(phone, after_s, partial(self._asks_a_colleague, switch, phone))

    def _asks_a_colleague(self, switch: SwitchTwin, phone: Channel) -> None:
        """In a second call of the same phone; then both are joined by REFER with Replaces, or the second call ends."""
        extension, _, domain = phone.who.partition("@")
        t = int(domain.removeprefix("t").partition(".")[0])
        colleague = self._chance.choice([one for one in self._centre.phones(f"t{t}") if one != extension])
        asking = self.place(phone.who, colleague, _of_phone(t, extension), switch)
        if asking is None:
            return
        after_s = self._chance.uniform(2, 25)
        if self._chance.random() < 0.8:
            switch.timer(asking, after_s, partial(switch.refer_attended, phone, asking))
        switch.timer(asking, after_s + 1, partial(switch.hang_up, asking, "NORMAL_CLEARING", "caller"))

    def _presses_codes(self, switch: SwitchTwin, phone: Channel, at_s: float) -> None:
        """A transfer by DTMF code: blind, or attended with some swaps between caller and colleague."""
        asks = self._chance.random() < 0.65
        keys = ["*2" if asks else "*1", *self._chance.choice(_DIALLED_BY_KEYS), "#"]
        waits_s = [0.0, *(self._chance.uniform(0.3, 1) for _ in keys[1:])]
        if asks:
            keys += self._chance.choice(_WHILE_ASKING)
            waits_s += [self._chance.uniform(2, 12) for _ in keys[len(waits_s) :]]
        for key, wait_s in zip(keys, waits_s, strict=True):
            at_s += wait_s
            does = partial(switch.press_at, phone, key) if key else partial(self._leaves, switch, phone)
            switch.timer(phone, at_s, does)

    @staticmethod
    def _leaves(switch: SwitchTwin, phone: Channel) -> None:
        switch.hang_up(phone, "NORMAL_CLEARING", "callee")

    def _takes_later(self, phone: Channel, after_s: float, code: str) -> None:
        """One phone, or two at once, dial the place of the parked caller."""
        t = int(phone.who.partition("@t")[2].partition(".")[0])
        wait_s = after_s + self._chance.choice((0.2, 2.0, 10.0, 49.5)) * self._chance.uniform(0.9, 1.1)
        for extension in self._chance.sample(self._centre.phones(f"t{t}"), self._chance.choice((1, 1, 2))):
            self._agenda.after(wait_s + self._chance.uniform(0, 0.1), partial(self._dial, t, extension, code))

    # --- callers

    def _next_caller(self, calls_per_h: float) -> None:
        self._agenda.after(self._chance.expovariate(calls_per_h / 3600), lambda: self._caller_comes(calls_per_h))

    def _caller_comes(self, calls_per_h: float) -> None:
        if not self.open:
            return
        self._next_caller(calls_per_h)
        t = self._chance.randrange(self._centre.tenants)
        if self._chance.random() < 0.12:
            self._subscriber_calls(t)
        else:
            self._customer_calls(t)

    def _customer_calls(self, t: int) -> None:
        which = self._chance.choice(QUEUE_NUMBERS if self._chance.random() < 0.7 else OTHER_NUMBERS)
        number = f"+48{501_000_000 + 1000 * t + self._chance.randrange(CUSTOMERS)}"
        hidden = {"Caller-Privacy-Hide-Number": "true"} if self._chance.random() < 0.05 else {}
        channel = self.place(
            number,
            numbers(t)[which],
            {"Caller-Context": "public", "Caller-Caller-ID-Number": number, **hidden},
        )
        if which in _RINGS_AT and self._chance.random() < 0.4:
            self._picked_up_later(t)
        if channel is not None and which == MENU_NUMBER:
            self._chooses(channel)
        elif channel is not None and self._chance.random() < 0.12:
            key, after_s = self._chance.choice("01129#"), self._chance.uniform(2, 40)
            switch = self.switch_of(channel)
            switch.timer(channel, after_s, lambda: switch.press(channel, key))

    def _picked_up_later(self, t: int) -> None:
        """One phone, or two at once, pick the ringing call up."""
        wait_s = self._chance.uniform(0.3, 8)
        for extension in self._chance.sample(self._centre.phones(f"t{t}"), self._chance.choice((1, 1, 2))):
            self._agenda.after(wait_s + self._chance.uniform(0, 0.1), partial(self._dial, t, extension, "*8#"))

    def _chooses(self, channel: Channel) -> None:
        """Keys in a menu: at once or late, one or several, right or wrong; some callers press none."""
        switch, after_s = self.switch_of(channel), 0.0
        for _ in range(self._chance.choice((0, 1, 1, 2, 3, 5))):
            after_s += self._chance.choice((0.1, 0.3, 1.5, 4.0)) * self._chance.uniform(0.5, 1.5)
            key = self._chance.choice("112233901*#7")
            switch.timer(channel, after_s, partial(switch.press, channel, key))

    def _subscriber_calls(self, t: int) -> None:
        phones = self._centre.phones(f"t{t}")
        extension, other = self._chance.choice(phones), self._chance.choice([*phones, "190"])
        said = self._chance.random()
        if said < 0.25:
            self._dial(t, extension, self._chance.choice(_TAKES))
        elif said < 0.5 and extension in ("191", "192"):
            code = self._chance.choice(_SUBSCRIBER)
            self._dial(t, extension, code.format(other=other, mobile=MOBILE))
        else:
            self._dial(t, extension, other if said < 0.7 else MOBILE)

    def _dial(self, t: int, extension: str, dialled: str) -> None:
        self.dial(t, extension, dialled)

    def dial(
        self, t: int, extension: str, dialled: str, at: SwitchTwin | None = None, chance: random.Random | None = None
    ) -> Channel | None:
        """A phone calls a number, if it is registered and free; `at`, `chance`: see `place`."""
        account = f"{extension}@t{t}.example"
        if account not in self._phones.registered or self._phones.busy.get(account):
            return None
        return self.place(account, dialled, _of_phone(t, extension), at, chance)

    def place(
        self,
        who: str,
        dialled: str,
        variables: Mapping[str, str],
        at: SwitchTwin | None = None,
        chance: random.Random | None = None,
    ) -> Channel | None:
        """A call arrives at one of the switches; `at`: at this one.

        Args:
            chance: of the kind of people who call, so that theirs changes nothing for others; None: of callers.
        """
        chance = chance or self._chance
        switch = at or chance.choice(self._switches)
        if not switch.is_up:
            return None
        self.calls += 1
        channel = switch.call_in(self._new_id(), who, dialled, **variables)
        switch.timer(channel, 3 + chance.expovariate(1 / PATIENCE_S), lambda: self._gives_up(switch, channel))
        return channel

    def _gives_up(self, switch: SwitchTwin, channel: Channel) -> None:
        if channel.peer is None:
            cause = "NORMAL_CLEARING" if channel.answered else "ORIGINATOR_CANCEL"
            switch.hang_up(channel, cause, "caller")

    def switch_of(self, channel: Channel) -> SwitchTwin:
        """The switch that has a channel, or had it."""
        return next(switch for switch in self._switches if channel.id in switch.every)


def _of_phone(t: int, extension: str) -> dict[str, str]:
    """What the switch says of a call from a phone of this tenant's."""
    return {
        "Caller-Context": "internal",
        "Caller-Caller-ID-Number": extension,
        "variable_user_name": extension,
        "variable_domain_name": f"t{t}.example",
    }
