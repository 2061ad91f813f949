"""How fast the event socket is by itself: calls per second, delay of the first routing command, memory. Not a test.

    python -m tests.edges.freeswitch.measure [concurrent calls] [calls]

The server runs in this process; the switch is another process that plays recorded frames: connect reply, replies, six
JSON events of real size, and the hang-up. Calls are placed as fast as they end, so the delay is that of a full server.
"""

from __future__ import annotations

from gevent import monkey  # isort: skip

monkey.patch_all()

import json  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent import socket  # noqa: E402
from gevent.event import Event  # noqa: E402

from callcontrol.edges import clock  # noqa: E402
from callcontrol.edges.freeswitch.call import CallConnection  # noqa: E402
from callcontrol.edges.freeswitch.commands import Execute, HangupCommand, Linger, sched_del  # noqa: E402
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer  # noqa: E402
from callcontrol.edges.freeswitch.sockets import Address  # noqa: E402
from callcontrol.edges.freeswitch.wire import FrameDecoder, SwitchEvent, read_event  # noqa: E402
from tests.wire.recordings import said  # noqa: E402

CAPTURE = "bridge-answered"
KEPT = {f"Caller-{name}" for name in ("Caller-ID-Number", "Caller-ID-Name", "Destination-Number", "Context")}
EVENTS = ("CHANNEL_EXECUTE_COMPLETE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP")


def events_as_json() -> dict[str, bytes]:
    """The capture's last event of each name, as `event json` would bring it."""
    found = {}
    for data in said(CAPTURE, "<"):
        for frame in FrameDecoder().feed(data):
            if frame.kind == "text/event-plain":
                event = read_event(frame)
                text = json.dumps(dict(event.headers), ensure_ascii=False, separators=(",", ":")).encode()
                found[event.name] = b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(text), text)
    return found


# --- the switch, in a process of its own


class Load:
    """Calls one after another in so many lanes; each call's delay from `connect` reply to `bridge` in microseconds."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.delays_us: list[int] = []
        self.errors = 0
        events = events_as_json()
        head, _, tail = said(CAPTURE, "<")[0].partition(b"\nUnique-ID: ")
        self.connect_reply = (head + b"\nUnique-ID: ", tail[tail.index(b"\n") :])
        self.complete = events["CHANNEL_EXECUTE_COMPLETE"]
        self.talk = self.complete * 3 + events["CHANNEL_ANSWER"] + events["CHANNEL_BRIDGE"]
        self.end = events["CHANNEL_HANGUP"]

    def lane(self, calls: int) -> None:
        for _ in range(calls):
            try:
                self.call()
            except (OSError, AssertionError):
                self.errors += 1

    def call(self) -> None:
        """One call; hung up by the server after it was bridged."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        try:
            said_so_far = self.until(sock, b"", b"connect\n\n")
            begun = clock.monotonic()
            sock.sendall(clock.new_id().encode().join(self.connect_reply))
            said_so_far = self.until(sock, said_so_far, b"execute-app-name: bridge")
            self.delays_us.append(int((clock.monotonic() - begun) * 1e6))
            sock.sendall(
                b"Content-Type: command/reply\nReply-Text: +OK\n\n" * (said_so_far.count(b"\n\n") - 1) + self.talk
            )
            self.until(sock, b"", b"hangup-cause")
            sock.sendall(b"Content-Type: command/reply\nReply-Text: +OK\n\n" + self.end)
        finally:
            sock.close()

    @staticmethod
    def until(sock: socket.socket, text: bytes, wanted: bytes) -> bytes:
        while wanted not in text or not text.endswith(b"\n\n"):
            data = sock.recv(65_536)
            assert data, "closed too early"
            text += data
        return text


def play_switch(port: int, concurrent: int, calls: int) -> None:
    """Print the load's figures as JSON."""
    load = Load(port)
    begun = clock.monotonic()
    gevent.joinall([gevent.spawn(load.lane, calls // concurrent) for _ in range(concurrent)])
    seconds = clock.monotonic() - begun
    delays = sorted(load.delays_us) or [0]
    figures = {
        "calls_per_s": round(len(load.delays_us) / seconds),
        "errors": load.errors,
        "p50_us": delays[len(delays) // 2],
        "p99_us": delays[len(delays) * 99 // 100],
    }
    print(json.dumps(figures))


def hold_calls(port: int, calls: int) -> None:
    """Have calls in progress until standard input ends."""
    load = Load(port)
    held = []
    for _ in range(calls):
        sock = socket.create_connection(("127.0.0.1", port), timeout=20)
        load.until(sock, b"", b"connect\n\n")
        sock.sendall(clock.new_id().encode().join(load.connect_reply))
        text = load.until(sock, b"", b"execute-app-name: bridge")
        sock.sendall(b"Content-Type: command/reply\nReply-Text: +OK\n\n" * text.count(b"\n\n") + load.complete)
        held.append(sock)
    print("held", flush=True)
    sys.stdin.read()


# --- the server


class App:
    """Bridges every call and hangs up when it is bridged."""

    def __init__(self, hang_up: bool) -> None:
        self.hang_up = hang_up

    def take(self, call: CallConnection) -> None:
        def on_event(event: SwitchEvent) -> None:
            if event.name == "CHANNEL_BRIDGE" and self.hang_up:
                call.send(HangupCommand("NORMAL_CLEARING"))

        call.handle(on_event, lambda reason: None)
        call.send(
            *call.subscription(EVENTS),
            Linger(5),
            sched_del(call.unique_id),
            Execute("set", "continue_on_fail=true"),
            Execute("set", "hangup_after_bridge=true"),
            Execute("bridge", "[leg_timeout=20]sofia/internal/101%lab", event_uuid=clock.new_id()),
        )


def rss_kb() -> int:
    """Resident memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def main() -> None:
    concurrent, calls = int(sys.argv[1]), int(sys.argv[2])
    for hang_up in (False, True):  # memory first: what a load has freed would be used again
        server = OutboundServer(
            Address("127.0.0.1", 0), App(hang_up).take, limits=OutboundLimits(max_calls=20_000), keep=KEPT.__contains__
        )
        port = server.start()
        before_kb, before = rss_kb(), resource.getrusage(resource.RUSAGE_SELF)
        what = "load" if hang_up else "hold"
        arguments = [sys.executable, "-m", __spec__.name, what, str(port), str(concurrent), str(calls)]
        switch = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert switch.stdout is not None
        assert switch.stdin is not None
        print(what, switch.stdout.readline().strip())
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        if hang_up:
            print(f"server: {cpu_s / calls * 1e6:.0f} us of CPU per call, {calls / cpu_s:.0f} calls/s of one core")
        else:
            print(f"server: {(rss_kb() - before_kb) / concurrent:.1f} KB per call in progress ({concurrent})")
            before_idle = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            Event().wait(2)
            print(f"idle: {(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before_idle) / 2:.2%} of a core")
        switch.stdin.close()
        switch.wait(60)
        server.close()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", port, concurrent, calls]:
            play_switch(int(port), int(concurrent), int(calls))
        case ["hold", port, concurrent, _]:
            hold_calls(int(port), int(concurrent))
        case _:
            main()
