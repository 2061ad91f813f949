"""A whole simulated FreeSWITCH in one object: start it, define phones, place calls, ask what was heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gevent.event import Event as Signal

from callcontrol.simulator.air import Air
from callcontrol.simulator.callers import Call, CallerEnd
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.core import Core, Manners
from callcontrol.simulator.dialplan import LAST_RESORT, Action, Dialplan, standard
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.ids import Ids
from callcontrol.simulator.inbound import InboundServer
from callcontrol.simulator.media import Media
from callcontrol.simulator.phones import Directory, Phone, Trunk
from callcontrol.simulator.switch import Switch
from callcontrol.simulator.timeline import Timer


@dataclass(frozen=True, slots=True)
class Settings:
    """How a simulator is set up.

    `sockets` is where calls are handed to, as in the dialplan: `host:port` or `host:port|host:port`. `port` is the
    event socket's (0: any free one). `speed` runs the switch's clock faster than the wall clock. `allowed` are the
    networks that may connect to the event socket. `sounds` is the folder with the switch's sounds (see Media), `cdrs`
    the one its own records of legs go to (None: it writes none), `recordings` the one below which what is recorded
    becomes a file (None: nothing does). `sip` is where other switches reach it (`host:port`, a name in the air they
    share; "": they do not).
    """

    sockets: str = "127.0.0.1:8084"
    host: str = "127.0.0.1"
    port: int = 0
    password: str = "ClueCon"
    hostname: str = "vm"
    speed: float = 1.0
    seed: str | None = None
    manners: Manners = field(default_factory=Manners)
    allowed: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    last_resort: tuple[Action, ...] = LAST_RESORT
    dialplan: Dialplan | None = None
    sounds: Path | None = None
    cdrs: Path | None = None
    recordings: Path | None = None
    sip: str = ""


class Simulator:
    """One simulated switch, in this process, on gevent.

    Args:
        air: what it shares with other switches, their clock among it; None if it is alone.
    """

    def __init__(self, settings: Settings | None = None, air: Air | None = None) -> None:
        self.settings = settings or Settings()
        self._air = air or Air(self.settings.speed)
        self.timeline = self._air.timeline
        self.ids = Ids(self.settings.seed)
        self.ears = self._air.ears
        plan = self.settings.dialplan or standard(self.settings.sockets, self.settings.last_resort)
        media = Media(folder=self.settings.sounds, recordings=self.settings.recordings)
        self.switch = Switch(self._new_core(), plan, Directory(), self._air, media)
        self.callers: dict[str, CallerEnd] = {}
        self._server: InboundServer | None = None
        self._port = self.settings.port
        self._heartbeat: Timer | None = None

    def _new_core(self) -> Core[Channel]:
        s = self.settings
        return Core(self.timeline, self.ids, s.hostname, s.manners, s.cdrs)

    # --- life --------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The event socket's port."""
        return self._port

    @property
    def core_uuid(self) -> str:
        """Which start of the switch this is."""
        return self.switch.core.head.core_uuid

    def start(self) -> Simulator:
        """Listen for controllers and beat."""
        s = self.settings
        self._server = InboundServer(self.switch, s.host, self._port, s.password, s.allowed)
        self._port = self._server.port
        if s.sip:
            self._air.listen(s.sip, self.switch)
        self._beat_later()
        return self

    def stop(self) -> None:
        """The switch is gone, as if killed: every connection is cut, every call ends without a word."""
        self.kill()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def kill(self) -> None:
        """The process dies: plain EOF on every socket, no notice, no hang-up events."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        self._air.leave(self.settings.sip)
        self._forget_calls()
        self.switch.sockets.close_all()

    def restart(self) -> None:
        """Kill and start again: a new Core-UUID, no calls, the same phones, trunks and port."""
        self.kill()
        self.switch.core = self._new_core()
        self.start()

    def _forget_calls(self) -> None:
        core = self.switch.core
        core.cdrs = None  # who is killed writes nothing
        for channel in list(core.channels.values()):
            channel.on_down.clear()
            self.switch.tasks.delete_group(channel.uuid)
            channel.hangup("CRASH")
        core.channels.clear()

    def _beat_later(self) -> None:
        self._heartbeat = self.timeline.call_later(self.settings.manners.heartbeat_s, self._beat)

    def _beat(self) -> None:
        self.switch.heartbeat()
        self._beat_later()

    # --- phones and trunks ---------------------------------------------------------------------------------------

    def phone(self, phone: Phone) -> Phone:
        """Define a phone, or define it anew."""
        self.switch.directory.add(phone)
        return phone

    def trunk(self, trunk: Trunk) -> Trunk:
        """Define a trunk, or define it anew."""
        self.switch.directory.trunks[trunk.name] = trunk
        return trunk

    def register(self, address: str) -> None:
        """A phone registers."""
        self.switch.register(address)

    def unregister(self, address: str, *, expired: bool = False) -> None:
        """A phone unregisters, or its registration runs out."""
        self.switch.unregister(address, expired=expired)

    # --- calls -------------------------------------------------------------------------------------------------

    def place(self, call: Call, call_id: str = "") -> str:
        """Place a call; its id."""
        end = self.switch.place(call, call_id)
        self.callers[end.call_id] = end
        return end.call_id

    def wait_for_end(self, call_id: str, limit_s: float = 30.0) -> dict[str, str]:
        """Wait until a call is over: how it ended. `limit_s` is wall time; raises TimeoutError."""
        end = self.callers[call_id]
        if end.ended is None:
            over = Signal()
            end.on_ended.append(over.set)
            if not over.wait(limit_s):
                raise TimeoutError(f"call {call_id} is not over after {limit_s} s")
        return end.ended or {}

    def heard(self, who: str | None = None) -> list[Heard]:
        """What a caller (by call id) or a phone (by address) heard, or everything."""
        return self.ears.of(who)

    def freeze(self, frozen: bool) -> None:
        """Hang or thaw every event socket."""
        self.switch.sockets.freeze(frozen)

    def answer_late(self, seconds: float) -> None:
        """From now on all that the event sockets say comes so late."""
        self.switch.sockets.late_s = seconds

    def reset(self) -> None:
        """Forget phones, trunks, callers and what was heard; running calls are hung up."""
        for channel in list(self.switch.core.channels.values()):
            channel.hangup("MANAGER_REQUEST")
        self.switch.directory.phones.clear()
        self.switch.directory.trunks.clear()
        self.callers.clear()
        self.ears.clear()
