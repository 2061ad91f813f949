"""SIPp processes that carry a load: the phones of all agents at one port, callers, registrations. No phone speaks,
unless a voice is given: then the phones do, and the callers say what they hear.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.bench.call_centre import DOMAIN, Talk, password
from tests.bench.machine import hurry
from tests.freeswitch.phones import PhoneFailed
from tests.freeswitch.scenarios import ANSWER, SDP, VIA, authentication, register_scenario
from tests.freeswitch.switch import HOST, free_ports

RING_MS = 200
REGISTERED_S = 60.0
END_S = 5.0
REGISTERS_PER_S = 50
EXPIRES_S = 3600
MEDIA_PORTS = 10  # of one process
BEGIN_S = 0.5  # SIPp does not tell that it listens
BARE = "\nContent-Length: 0"
VOICE, PCMA = "voice.alaw", 8


class SippLoad:
    """Starts SIPps that call, or are called, many times.

    Args:
        media_port: the first port at which they hear; nothing is made of what they hear.
        packet_ms: how much sound is to come in a packet.
        voice: A-law samples that the phones say again and again; None: nothing.

    Attributes:
        priority: the real-time priority of what is started from now on, 0: none. Phones have machines of their own:
            those of a bench must not wait until the switch has nothing to do.
    """

    def __init__(self, folder: Path, media_port: int, packet_ms: int, voice: bytes | None = None) -> None:
        folder.mkdir()
        self.priority = 0
        self._folder = folder
        sdp = SDP.replace("[auto_media_port]", "[media_port]").replace("a=ptime:20", f"a=ptime:{packet_ms}")
        self._media = f"\nContent-Type: application/sdp\nContent-Length: [len]\n{sdp}"
        self._says = ""
        self._echoes: tuple[str, ...] = ()
        if voice is not None:
            (folder / VOICE).write_bytes(voice)
            self._says = f'<nop><action><exec rtp_stream="{VOICE},-1,{PCMA}"/></action></nop>'
            self._echoes = ("-rtp_echo",)
        self._media_ports = count(media_port, MEDIA_PORTS)

    def register(self, accounts: Sequence[str], contact_port: int, switch_port: int) -> None:
        """All accounts register, to be called at this port.

        Raises:
            PhoneFailed: one of them could not.
            subprocess.TimeoutExpired: it takes too long.
        """
        lines = (";".join((a, DOMAIN, authentication(a, password(a)), a, str(EXPIRES_S))) for a in accounts)
        fields = self._file("accounts.csv", "\n".join(("SEQUENTIAL", *lines, "")))
        often = ("-m", str(len(accounts)), "-r", str(REGISTERS_PER_S))
        extra = (*often, "-inf", str(fields), "-key", "contact_port", str(contact_port))
        with self._running("register", register_scenario(), switch_port, *extra) as sipp:
            if sipp.wait(REGISTERED_S) != 0:
                raise PhoneFailed(f"not all of {len(accounts)} accounts could register: see {self._folder}")

    @contextmanager
    def agents(self, port: int, talk: Talk) -> Iterator[None]:
        """Phones that answer after a short ring and hang up after a while, for all that are called at this port."""
        own_ports = ("[media_port]", "[rtpstream_audio_port]") if self._says else ("", "")
        scenario = _agent_scenario(talk, self._media.replace(*own_ports), self._says)
        with self._running("agents", scenario, 9, port=port):
            time.sleep(BEGIN_S)
            yield

    @contextmanager
    def callers(
        self, numbers: Sequence[str], dialled: str, switch_port: int, *, per_second: float, at_once: int
    ) -> Iterator[None]:
        """Callers who wait until the other side hangs up, so many a second while fewer than `at_once` are there."""
        fields = self._file("callers.csv", "\n".join(("SEQUENTIAL", *(f"{number};" for number in numbers), "")))
        rate = ("-r", str(round(per_second * 10)), "-rp", "10000", "-l", str(at_once))
        extra = (*rate, *self._echoes, "-inf", str(fields), "-s", dialled)
        with self._running("callers", _caller_scenario(self._media), switch_port, *extra):
            yield

    @contextmanager
    def _running(
        self, name: str, scenario: str, remote_port: int, *extra: str, port: int = 0
    ) -> Iterator[subprocess.Popen[bytes]]:
        file = self._file(f"{name}.xml", scenario)
        local = ("-i", HOST, "-p", str(port or free_ports(1)[0]), "-mi", HOST, "-mp", str(next(self._media_ports)))
        traces = ("-trace_err", "-error_file", str(self._folder / f"{name}.errors"), "-nostdin", "-aa")
        command = ["sipp", f"{HOST}:{remote_port}", "-sf", str(file), *local, *traces, *extra]
        silent = subprocess.DEVNULL
        sipp = subprocess.Popen(
            command, stdin=silent, stdout=silent, stderr=silent, cwd=self._folder, env=os.environ | {"TERM": "dumb"}
        )
        if self.priority:
            hurry((sipp.pid,), self.priority)
        try:
            yield sipp
        finally:
            sipp.kill()
            sipp.wait(END_S)

    def _file(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return path


def _agent_scenario(talk: Talk, media: str, says: str) -> str:
    shortest_ms, longest_ms = (round(seconds * 1000) for seconds in (talk.shortest_s, talk.longest_s))
    kept = "".join(
        f'<ereg regexp="{pattern}" search_in="hdr" header="{header}:" assign_to="{name}"/>'
        for pattern, header, name in ((".*", "From", "from"), (".*", "To", "to"), ("sip:[^>;]*", "Contact", "contact"))
    )
    return _scenario(
        f'<recv request="INVITE"><action>{kept}</action></recv>',
        _send(f"SIP/2.0 180 Ringing{ANSWER}{BARE}"),
        f'<pause milliseconds="{RING_MS}"/>',
        _send(f"SIP/2.0 200 OK{ANSWER}{media}", retransmit=True),
        '<recv request="ACK"/>',
        says,
        f'<pause distribution="uniform" min="{shortest_ms}" max="{longest_ms}"/>',
        _send(
            f"BYE [$contact] SIP/2.0\n{VIA}[branch]\nFrom:[$to];tag=[pid]-[call_number]\nTo:[$from]\n"
            f"Call-ID: [call_id]\nCSeq: 1 BYE\nMax-Forwards: 70{BARE}",
            retransmit=True,
        ),
        '<recv response="200"/>',
    )


def _caller_scenario(media: str) -> str:
    return _scenario(
        _send(
            f"INVITE sip:[service]@{HOST} SIP/2.0\n{VIA}[branch]\n"
            f"From: <sip:[field0]@{HOST}>;tag=[pid]-[call_number]\nTo: <sip:[service]@{HOST}>\nCall-ID: [call_id]\n"
            f"CSeq: 1 INVITE\nContact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70{media}",
            retransmit=True,
        ),
        *(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183)),
        '<recv response="200" rrs="true"/>',
        _send(
            f"ACK [next_url] SIP/2.0\n{VIA}[branch]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\nCSeq: 1 ACK\n"
            f"Max-Forwards: 70{BARE}"
        ),
        '<recv request="BYE"/>',
        _send(f"SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]{BARE}"),
    )


def _scenario(*parts: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="bench">'
    return "\n".join((head, *parts, "</scenario>", ""))


def _send(message: str, *, retransmit: bool = False) -> str:
    delay = ' retrans="500"' if retransmit else ""
    return f"<send{delay}><![CDATA[\n{message}\n\n]]></send>"
