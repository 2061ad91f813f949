"""Channel variables mod_sofia sets, by name and order as in the captures: they make events as large as real ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcontrol.simulator.ids import Ids

Variables = dict[str, str]


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE as it reached the switch. Names and numbers are what the phone wrote, hostile or not."""

    number: str
    name: str
    to: str
    host: str = "127.0.0.1"
    port: int = 46_147
    to_host: str = "127.0.0.1"
    user: str = ""
    domain: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())

    @property
    def sip_from(self) -> str:
        shown = f'"{self.name}" ' if self.name else ""
        return f"{shown}<sip:{self.number}@{self.host}>"


def _prefixed(plain: Variables) -> Variables:
    return {f"variable_{name}": value for name, value in plain.items()}


def of_inbound(invite: Invite, uuid: str, session_id: int, channel_name: str, at_us: int, ids: Ids) -> Variables:
    """What stands on a channel at CHANNEL_CREATE, with the `variable_` prefix."""
    address = f"{invite.number}@{invite.host}"
    target = f"{invite.to}@{invite.to_host}:5060"
    tag = ids.tag()[:8].lower()
    found = {
        "direction": "inbound",
        "uuid": uuid,
        "call_uuid": uuid,
        "session_id": str(session_id),
        "sip_from_user": invite.number,
        "sip_from_uri": address,
        "sip_from_host": invite.host,
        "video_media_flow": "disabled",
        "text_media_flow": "disabled",
        "channel_name": channel_name,
        "sip_call_id": ids.token(),
        **_authenticated(invite),
        "sip_local_network_addr": "127.0.0.1",
        "sip_network_ip": invite.host,
        "sip_network_port": str(invite.port),
        "sip_invite_stamp": str(at_us),
        "sip_received_ip": invite.host,
        "sip_received_port": str(invite.port),
        "sip_via_protocol": "udp",
        "sip_from_user_stripped": invite.number.removeprefix("+"),
        "sip_from_tag": tag,
        "sofia_profile_name": "internal",
        "sofia_profile_url": "sip:mod_sofia@127.0.0.1:5060",
        "recovery_profile_name": "internal",
        "sip_full_via": _via(invite.host, invite.port, ids),
        **({"sip_from_display": invite.name} if invite.name else {}),
        "sip_full_from": f"{invite.sip_from};tag={tag}",
        "sip_full_to": f"<sip:{target}>",
        "sip_allow": "INVITE, ACK, BYE, CANCEL, INFO, REFER, NOTIFY, UPDATE",
        **_addresses("req", invite.to, invite.to_host, 5060),
        **_addresses("to", invite.to, invite.to_host, 5060),
        **_addresses("contact", invite.number, invite.host, invite.port),
        "sip_via_host": invite.host,
        "sip_via_port": str(invite.port),
        "sip_via_rport": str(invite.port),
        "max_forwards": "70",
        **{f"sip_h_{name}": value for name, value in invite.headers},
        "switch_r_sdp": _sdp("-", at_us // 1_000_000, ids.port()),
        **_codec(),
        "endpoint_disposition": "RECEIVED",
    }
    return _prefixed(found)


def _authenticated(invite: Invite) -> Variables:
    if not invite.user:
        return {}
    return {
        "sip_authorized": "true",
        "sip_acl_authed_by": "domains",
        "sip_auth_username": invite.user,
        "sip_auth_realm": invite.domain,
        "user_name": invite.user,
        "domain_name": invite.domain,
        "user_context": "internal",
        "requested_user_name": invite.user,
        "requested_domain_name": invite.domain,
    }


def _addresses(what: str, user: str, host: str, port: int) -> Variables:
    return {
        f"sip_{what}_user": user,
        f"sip_{what}_port": str(port),
        f"sip_{what}_uri": f"{user}@{host}:{port}",
        f"sip_{what}_host": host,
    }


def _codec() -> Variables:
    return {
        "ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b",
        "rtp_use_codec_string": "PCMU,PCMA",
        "remote_video_media_flow": "inactive",
        "remote_text_media_flow": "inactive",
        "remote_audio_media_flow": "sendrecv",
        "audio_media_flow": "sendrecv",
        "remote_media_ip": "127.0.0.1",
        "remote_media_port": "46092",
        "rtp_audio_recv_pt": "0",
        "rtp_use_codec_name": "PCMU",
        "rtp_use_codec_rate": "8000",
        "rtp_use_codec_ptime": "20",
        "rtp_use_codec_channels": "1",
        "rtp_last_audio_codec_string": "PCMU@8000h@20i@1c",
        "read_codec": "PCMU",
        "original_read_codec": "PCMU",
        "read_rate": "8000",
        "original_read_rate": "8000",
        "write_codec": "PCMU",
        "write_rate": "8000",
        "dtmf_type": "rfc2833",
    }


def of_media(at_us: int, ids: Ids) -> Variables:
    """What the switch's own end of the audio adds when media starts, without the `variable_` prefix."""
    port = ids.port()
    return {
        "rtp_local_sdp_str": _sdp("FreeSWITCH", at_us // 1_000_000, port),
        "local_media_ip": "127.0.0.1",
        "local_media_port": str(port),
        "advertised_media_ip": "127.0.0.1",
        "rtp_use_timer_name": "soft",
        "rtp_use_pt": "0",
        "rtp_use_ssrc": str(1_900_000_000 + port),
        "rtp_2833_send_payload": "101",
        "rtp_2833_recv_payload": "101",
        "remote_media_ip": "127.0.0.1",
        "remote_media_port": "46092",
    }


@dataclass(frozen=True, slots=True)
class Dialled:
    """An outbound leg as it is being set up."""

    uuid: str
    session_id: int
    channel_name: str
    user: str
    host: str
    contact_port: int
    profile: str
    sip_from_name: str
    sip_from_number: str

    @property
    def contact(self) -> str:
        return f"{self.user}@127.0.0.1:{self.contact_port}"


def of_outbound(leg: Dialled, given: Variables, call_uuid: str, originator: str, ids: Ids, at_us: int) -> Variables:
    """What stands on an outbound leg at CHANNEL_CREATE, with the `variable_` prefix; `given` is the dial string's."""
    port = ids.port()
    bond = {"originator": originator, "signal_bond": originator} if originator else {}
    found = {
        "direction": "outbound",
        "is_outbound": "true",
        "uuid": leg.uuid,
        "call_uuid": call_uuid,
        "session_id": str(leg.session_id),
        "sip_local_network_addr": "127.0.0.1",
        "sip_profile_name": leg.profile,
        "video_media_flow": "disabled",
        "text_media_flow": "disabled",
        "channel_name": leg.channel_name,
        "sip_local_url": f"{leg.user}@{leg.host}",
        "sip_destination_url": f'"" <sip:{leg.contact}>',
        **({"max_forwards": "69", "originator_codec": "PCMU@8000h@20i"} if originator else {}),
        **bond,
        **given,
        "originate_early_media": "true",
        **({"originating_leg_uuid": originator} if originator else {}),
        "originate_endpoint": "sofia",
        "rtp_use_codec_string": "PCMU,PCMA",
        "local_media_ip": "127.0.0.1",
        "local_media_port": str(port),
        "advertised_media_ip": "127.0.0.1",
        "audio_media_flow": "sendrecv",
        "rtp_local_sdp_str": _sdp("FreeSWITCH", at_us // 1_000_000, port),
        "sip_outgoing_contact_uri": "<sip:mod_sofia@127.0.0.1:5060>",
        "sip_req_uri": leg.contact,
        "sip_to_host": f"127.0.0.1:{leg.contact_port}",
        "sip_from_host": "127.0.0.1",
        "sofia_profile_name": leg.profile,
        "recovery_profile_name": leg.profile,
        "sofia_profile_url": "sip:mod_sofia@127.0.0.1:5060",
    }
    return _prefixed(found)


def of_ringing(leg: Dialled, ids: Ids) -> Variables:
    """What the first provisional answer of the far end adds."""
    tag, own_tag, via = ids.tag()[:8].lower(), ids.tag(), f"SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{ids.tag()}"
    shown = f'"{leg.sip_from_name}" ' if leg.sip_from_name else ""
    return {
        "sip_local_network_addr": "127.0.0.1",
        "sip_reply_host": "127.0.0.1",
        "sip_reply_port": str(leg.contact_port),
        "sip_network_ip": "127.0.0.1",
        "sip_network_port": str(leg.contact_port),
        "sip_recover_contact": f"<sip:{leg.contact}>",
        "sip_full_via": via,
        "sip_recover_via": via,
        **({"sip_from_display": leg.sip_from_name} if leg.sip_from_name else {}),
        "sip_full_from": f"{shown}<sip:{leg.sip_from_number}@127.0.0.1>;tag={own_tag}",
        "sip_full_to": f"<sip:{leg.contact}>;tag={tag}",
        "sip_from_user": leg.sip_from_number,
        "sip_from_uri": f"{leg.sip_from_number}@127.0.0.1",
        "sip_from_host": "127.0.0.1",
        **_addresses("to", leg.user, "127.0.0.1", leg.contact_port),
        **_addresses("contact", leg.user, "127.0.0.1", leg.contact_port),
        "sip_to_tag": tag,
        "sip_from_tag": own_tag,
        "sip_cseq": "123106319",
        "sip_call_id": ids.token(),
    }


def of_answered_leg(at_us: int, ids: Ids) -> Variables:
    """What the answer of the far end adds to an outbound leg."""
    return {"switch_r_sdp": _sdp("-", at_us // 1_000_000, ids.port()), **_codec(), **of_media(at_us, ids)}


def of_rtp() -> Variables:
    """The statistics at the end of a channel that had media."""
    stats = {
        "in_raw_bytes": "9116",
        "in_media_bytes": "9116",
        "in_packet_count": "53",
        "in_media_packet_count": "53",
        "in_skip_packet_count": "27",
        "in_jitter_packet_count": "0",
        "in_dtmf_packet_count": "0",
        "in_cng_packet_count": "0",
        "in_flush_packet_count": "0",
        "in_largest_jb_size": "0",
        "in_jitter_min_variance": "21.10",
        "in_jitter_max_variance": "98.22",
        "in_jitter_loss_rate": "0.00",
        "in_jitter_burst_rate": "0.00",
        "in_mean_interval": "20.00",
        "in_flaw_total": "0",
        "in_quality_percentage": "100.00",
        "in_mos": "4.50",
        "out_raw_bytes": "12728",
        "out_media_bytes": "12728",
        "out_packet_count": "74",
        "out_media_packet_count": "74",
        "out_skip_packet_count": "0",
        "out_dtmf_packet_count": "0",
        "out_cng_packet_count": "0",
    }
    return {f"rtp_audio_{name}": value for name, value in stats.items()} | {
        "rtp_audio_rtcp_packet_count": "0",
        "rtp_audio_rtcp_octet_count": "0",
    }


def _via(host: str, port: int, ids: Ids) -> str:
    return f"SIP/2.0/UDP {host}:{port};rport={port};branch=z9hG4bK{ids.token()[:16]}"


def _sdp(who: str, number: int, port: int) -> str:
    lines = (
        "v=0",
        f"o={who} {number} {number + 1} IN IP4 127.0.0.1",
        f"s={who}",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port} RTP/AVP 0 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
    )
    return "\r\n".join(lines) + "\r\n"
