"""The simulated FreeSWITCH: everything that makes one switch, from the INVITE to the event sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcontrol.simulator import api, apps, bridging
from callcontrol.simulator.air import Air
from callcontrol.simulator.callers import Call, CallerEnd
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.core import Core
from callcontrol.simulator.dialplan import Dialplan
from callcontrol.simulator.ears import FarEnd
from callcontrol.simulator.events import VERSION
from callcontrol.simulator.media import Media
from callcontrol.simulator.phones import ON_NET, Directory, Phone
from callcontrol.simulator.profile import CallerProfile, Times
from callcontrol.simulator.session import Session, SwitchBase
from callcontrol.simulator.sip_variables import Invite, of_inbound
from callcontrol.simulator.transferor import Transferor


class Switch(SwitchBase):
    """One running switch. `core` is replaced by a restart; phones, trunks and the dialplan stay."""

    def __init__(self, core: Core[Channel], dialplan: Dialplan, directory: Directory, air: Air, media: Media) -> None:
        super().__init__(core, dialplan, directory, air, media, apps.ALL)

    def join(self, session: Session) -> None:
        """See SwitchBase."""
        bridging.join(session)

    def api(self, command: str) -> str:
        """See SwitchBase."""
        name, _, argument = command.partition(" ")
        return api.run(self, name, argument)

    # --- calls -------------------------------------------------------------------------------------------------

    def place(self, call: Call, call_id: str = "") -> CallerEnd:
        """An INVITE comes in; the call runs by itself from here."""
        end = CallerEnd(call_id or self.air.next_call(), call, self.core.timeline, self.ears)
        end.plans = lambda channel: self._transferor(channel, end).plan(call.refers, call.consults)
        hidden = bool(call.privacy) and call.privacy != "none"
        context = call.context or ("internal" if call.user else "public")
        channel = self._inbound_channel(call.invite(), end, context, call.number if hidden else "")
        self._begin(channel, lambda: end.place(channel))
        return end

    def ask_colleague(self, who: str, user: str, domain: str, number: str) -> CallerEnd:
        """See SwitchBase."""
        return self.place(Call(number, user, user, user=user, domain=domain), who)

    def _transferor(self, channel: Channel, end: CallerEnd) -> Transferor:
        return Transferor(self, channel, end.call_id, (end.call.user, end.call.domain), end.later)

    def arrive(self, invite: Invite, end: FarEnd, variables: Mapping[str, str]) -> Channel:
        """An INVITE of another switch comes in: context `peers`, without a password."""
        channel = self._inbound_channel(invite, end, "peers", "")
        channel.update({"sip_acl_authed_by": "switches", **variables})
        self._begin(channel, lambda: None)
        return channel

    def arrive_on_net(self, invite: Invite, end: FarEnd, hidden_number: str) -> Channel:
        """See SwitchBase."""
        channel = self._inbound_channel(invite, end, ON_NET, hidden_number)
        channel.set("sip_looped_call", "true")
        self._begin(channel, lambda: None)
        return channel

    def _begin(self, channel: Channel, placed: Callable[[], None]) -> None:
        self.core.admit(channel)
        session = Session(self, channel)
        placed()
        channel.fire("CHANNEL_CREATE")
        session.start()

    def _inbound_channel(self, invite: Invite, end: FarEnd, context: str, hidden_number: str) -> Channel:
        """`hidden_number` is the caller's who hides it, else ""."""
        core, name = self.core, invite.channel_name
        now_us = core.timeline.now_us()
        uuid = core.ids.uuid()
        hidden = bool(hidden_number)
        shown_number = hidden_number or invite.number
        profile = CallerProfile(
            uuid,
            "inbound",
            "inbound",
            invite.to,
            shown_number,
            invite.name,
            original_number=shown_number,
            original_name=invite.name,
            username=invite.user or invite.number,
            dialplan="XML",
            ani=shown_number,
            context=context,
            channel_name=name,
            hide_name=hidden,
            hide_number=hidden,
            times=Times(profile_created=now_us, created=now_us),
        )
        variables = of_inbound(invite, uuid, core.next_session_id(), name, now_us, core.ids)
        return Channel(core, profile, variables, end)

    # --- registrations and the heartbeat -------------------------------------------------------------------------

    def register(self, address: str, *, expires_s: int = 60) -> None:
        """A phone registers: sofia::register; with the first time MESSAGE_QUERY asks for its lamp (sofia_reg.c)."""
        phone = self._phone(address)
        is_first, phone.registered = not phone.registered, True
        phone.registration = phone.registration or self.core.ids.token()
        user, _, domain = address.partition("@")
        self._fire_sofia(
            "sofia::register",
            {
                "profile-name": "internal",
                "from-user": user,
                "from-host": domain,
                "presence-hosts": "n/a",
                "contact": f'"" <sip:{user}@127.0.0.1:{phone.contact_port}>',
                "call-id": phone.registration,
                "rpid": "unknown",
                "status": "Registered(UDP)",
                "expires": str(expires_s),
                "to-user": user,
                "to-host": domain,
                "network-ip": "127.0.0.1",
                "network-port": str(phone.contact_port),
                "username": "unknown",
                "realm": domain,
                "user-agent": "unknown",
            },
        )
        if is_first:
            query = {"VM-Sofia-Profile": "internal", "VM-Call-ID": phone.registration}
            self.core.fire("MESSAGE_QUERY", {"Message-Account": f"sip:{address}", **query})

    def unregister(self, address: str, *, expired: bool = False) -> None:
        """A phone unregisters (sofia::unregister), or its registration runs out (sofia::expire)."""
        phone = self._phone(address)
        phone.registered = False
        call_id, phone.registration = phone.registration or self.core.ids.token(), ""
        user, _, domain = address.partition("@")
        self._fire_sofia(
            "sofia::expire" if expired else "sofia::unregister",
            {
                "profile-name": "internal",
                "username": "unknown",
                "from-user": user,
                "from-host": domain,
                "contact": f'"" <sip:{user}@127.0.0.1:{phone.contact_port}>',
                "call-id": call_id,
                "rpid": "unknown",
                "realm": "unknown",
                "network-ip": "127.0.0.1",
                "network-port": str(phone.contact_port),
                "user-agent": "unknown",
                "expires": "0",
            },
        )

    def _fire_sofia(self, subclass: str, headers: dict[str, str]) -> None:
        self.core.fire("CUSTOM", headers, subclass=subclass)

    def _phone(self, address: str) -> Phone:
        if address not in self.directory.phones:
            self.directory.add(Phone(address))
        return self.directory.phones[address]

    def heartbeat(self) -> None:
        """HEARTBEAT."""
        core = self.core
        up_ms = (core.timeline.now_us() - core.started_us) // 1000
        self.core.fire(
            "HEARTBEAT",
            {
                "Event-Info": "System Ready",
                "Up-Time": _up_time(up_ms),
                "FreeSWITCH-Version": VERSION,
                "Uptime-msec": str(up_ms),
                "Session-Count": str(len(core.channels)),
                "Max-Sessions": "5000",
                "Session-Per-Sec": "1000",
                "Session-Per-Sec-Last": "0",
                "Session-Per-Sec-Max": "57",
                "Session-Per-Sec-FiveMin": "4",
                "Session-Since-Startup": str(core.sessions_since_start),
                "Session-Peak-Max": str(core.sessions_peak),
                "Session-Peak-FiveMin": str(core.sessions_peak),
                "Idle-CPU": "74.466667",
            },
        )


def _up_time(up_ms: int) -> str:
    seconds = up_ms // 1000
    return (
        f"0 years, {seconds // 86400} days, {seconds // 3600 % 24} hours, {seconds // 60 % 60} minutes, "
        f"{seconds % 60} seconds, {up_ms % 1000} milliseconds, 0 microseconds"
    )
