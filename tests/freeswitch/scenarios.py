"""SIPp scenarios in XML: accounts that register, and the parts of the load of `tests/bench`."""

from __future__ import annotations

SDP = """
v=0
o=phone 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv"""

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch="
# Headers of a response to the last message; a phone's own tag is the same in all of them.
ANSWER = """
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:phone@[local_ip]:[local_port]>"""


def authentication(user: str, password: str) -> str:
    """SIPp's authentication keyword; it expands no keywords inside, so the arguments must be plain words."""
    return f"[authentication username={user} password={password}]"


def register_scenario() -> str:
    """REGISTER with a login; a data line has account, domain, `[authentication …]`, user of the contact, expires."""

    def register(cseq: int, login: str) -> str:
        return _send(
            f"REGISTER sip:[field1] SIP/2.0\n{VIA}[branch]\nFrom: <sip:[field0]@[field1]>;tag=[pid]-[call_number]\n"
            f"To: <sip:[field0]@[field1]>\nCall-ID: [call_id]\nCSeq: {cseq} REGISTER\nExpires: [field4]\n"
            f"Contact: <sip:[field3]@[local_ip]:[contact_port]>\nMax-Forwards: 70{login}\nContent-Length: 0",
            retransmit=True,
        )

    return _scenario(
        register(1, ""),
        '<recv response="100" optional="true"/>',
        '<recv response="401" auth="true"/>',
        register(2, "\n[field2]"),
        '<recv response="100" optional="true"/>',
        '<recv response="200"/>',
    )


def _scenario(*parts: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="callcontrol">'
    return "\n".join((head, *parts, "</scenario>", ""))


def _send(message: str, *, retransmit: bool = False) -> str:
    delay = ' retrans="500"' if retransmit else ""
    return f"<send{delay}><![CDATA[\n{message.strip()}\n\n]]></send>"
