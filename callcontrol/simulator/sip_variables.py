"""Channel variables mod_sofia sets, by name and order as in the captures: they make events as large as real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from callcontrol.simulator.identity import Identity
from callcontrol.simulator.ids import Ids

Variables = dict[str, str]
_SDPS_KEPT = 32_768
# Headers that mod_sofia keeps under a name of their own.
_OWN_VARIABLE = {"History-Info": "variable_sip_history_info"}
_PROFILE_PORTS = {"internal": 5060, "external": 5080, "on-net": 5090}

_CODEC: Variables = {
    "variable_ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b",
    "variable_rtp_use_codec_string": "PCMU,PCMA",
    "variable_remote_video_media_flow": "inactive",
    "variable_remote_text_media_flow": "inactive",
    "variable_remote_audio_media_flow": "sendrecv",
    "variable_audio_media_flow": "sendrecv",
    "variable_remote_media_ip": "127.0.0.1",
    "variable_remote_media_port": "46092",
    "variable_rtp_audio_recv_pt": "0",
    "variable_rtp_use_codec_name": "PCMU",
    "variable_rtp_use_codec_rate": "8000",
    "variable_rtp_use_codec_ptime": "20",
    "variable_rtp_use_codec_channels": "1",
    "variable_rtp_last_audio_codec_string": "PCMU@8000h@20i@1c",
    "variable_read_codec": "PCMU",
    "variable_original_read_codec": "PCMU",
    "variable_read_rate": "8000",
    "variable_original_read_rate": "8000",
    "variable_write_codec": "PCMU",
    "variable_write_rate": "8000",
    "variable_dtmf_type": "rfc2833",
}


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE as it reached the switch. Names and numbers are what the phone wrote, hostile or not.

    A name with `${` is defused to `%{`, and the variables that would carry it whole are not set: `display_kept` False.
    """

    number: str
    name: str
    to: str
    host: str = "127.0.0.1"
    port: int = 46_147
    to_host: str = "127.0.0.1"
    user: str = ""
    domain: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())
    display_kept: bool = True
    profile: str = "internal"

    @property
    def channel_name(self) -> str:
        """`sofia/external/+48600100200@192.0.2.1`"""
        return f"sofia/{self.profile}/{self.number}@{self.host}"

    @property
    def sip_from(self) -> str:
        shown = f'"{self.name}" ' if self.name else ""
        return f"{shown}<sip:{self.number}@{self.host}>"


def _port(profile: str) -> int:
    """Where a SIP profile listens (freeswitch-xml/vars.xml)."""
    return _PROFILE_PORTS.get(profile, 5060)


def _prefixed(plain: Variables) -> Variables:
    return {f"variable_{name}": value for name, value in plain.items()}


def of_inbound(invite: Invite, uuid: str, session_id: int, channel_name: str, at_us: int, ids: Ids) -> Variables:
    """What stands on a channel at CHANNEL_CREATE, with the `variable_` prefix."""
    address = f"{invite.number}@{invite.host}"
    target = f"{invite.to}@{invite.to_host}:5060"
    tag = ids.tag()[:8].lower()
    found = {
        "variable_direction": "inbound",
        "variable_uuid": uuid,
        "variable_call_uuid": uuid,
        "variable_session_id": str(session_id),
        "variable_sip_from_user": invite.number,
        "variable_sip_from_uri": address,
        "variable_sip_from_host": invite.host,
        "variable_video_media_flow": "disabled",
        "variable_text_media_flow": "disabled",
        "variable_channel_name": channel_name,
        "variable_sip_call_id": ids.token(),
        **_authenticated(invite),
        "variable_sip_local_network_addr": "127.0.0.1",
        "variable_sip_network_ip": invite.host,
        "variable_sip_network_port": str(invite.port),
        "variable_sip_invite_stamp": str(at_us),
        "variable_sip_received_ip": invite.host,
        "variable_sip_received_port": str(invite.port),
        "variable_sip_via_protocol": "udp",
        "variable_sip_from_user_stripped": invite.number.removeprefix("+"),
        "variable_sip_from_tag": tag,
        "variable_sofia_profile_name": invite.profile,
        "variable_sofia_profile_url": f"sip:mod_sofia@127.0.0.1:{_port(invite.profile)}",
        "variable_recovery_profile_name": invite.profile,
        "variable_sip_full_via": _via(invite.host, invite.port, ids),
        **_from(invite, tag),
        "variable_sip_full_to": f"<sip:{target}>",
        "variable_sip_allow": "INVITE, ACK, BYE, CANCEL, INFO, REFER, NOTIFY, UPDATE",
        **_addresses("req", invite.to, invite.to_host, 5060),
        **_addresses("to", invite.to, invite.to_host, 5060),
        **_addresses("contact", invite.number, invite.host, invite.port),
        "variable_sip_via_host": invite.host,
        "variable_sip_via_port": str(invite.port),
        "variable_sip_via_rport": str(invite.port),
        "variable_max_forwards": "70",
        **{_OWN_VARIABLE.get(name, f"variable_sip_h_{name}"): value for name, value in invite.headers},
        "variable_switch_r_sdp": _sdp("-", ids.port()),
        **_CODEC,
        "variable_endpoint_disposition": "RECEIVED",
    }
    return found


def _from(invite: Invite, tag: str) -> Variables:
    if not invite.display_kept:
        return {}
    display = {"variable_sip_from_display": invite.name} if invite.name else {}
    return {**display, "variable_sip_full_from": f"{invite.sip_from};tag={tag}"}


def _authenticated(invite: Invite) -> Variables:
    if not invite.user:
        return {}
    return {
        "variable_sip_authorized": "true",
        "variable_sip_acl_authed_by": "domains",
        "variable_sip_auth_username": invite.user,
        "variable_sip_auth_realm": invite.domain,
        "variable_user_name": invite.user,
        "variable_domain_name": invite.domain,
        "variable_user_context": "internal",
        "variable_requested_user_name": invite.user,
        "variable_requested_domain_name": invite.domain,
    }


def _addresses(what: str, user: str, host: str, port: int) -> Variables:
    return {
        f"variable_sip_{what}_user": user,
        f"variable_sip_{what}_port": str(port),
        f"variable_sip_{what}_uri": f"{user}@{host}:{port}",
        f"variable_sip_{what}_host": host,
    }


def of_media(ids: Ids) -> Variables:
    """What the switch's own end of the audio adds when media starts, with the `variable_` prefix."""
    port = ids.port()
    return {
        "variable_rtp_local_sdp_str": _sdp("FreeSWITCH", port),
        "variable_local_media_ip": "127.0.0.1",
        "variable_local_media_port": str(port),
        "variable_advertised_media_ip": "127.0.0.1",
        "variable_rtp_use_timer_name": "soft",
        "variable_rtp_use_pt": "0",
        "variable_rtp_use_ssrc": str(1_900_000_000 + port),
        "variable_rtp_2833_send_payload": "101",
        "variable_rtp_2833_recv_payload": "101",
        "variable_remote_media_ip": "127.0.0.1",
        "variable_remote_media_port": "46092",
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
    sip_from: Identity

    @property
    def contact(self) -> str:
        return f"{self.user}@127.0.0.1:{self.contact_port}"


def of_outbound(leg: Dialled, given: Variables, call_uuid: str, originator: str, ids: Ids) -> Variables:
    """What stands on an outbound leg at CHANNEL_CREATE, with the `variable_` prefix; `given` is the dial string's."""
    port = ids.port()
    bond = {"variable_originator": originator, "variable_signal_bond": originator} if originator else {}
    found = {
        "variable_direction": "outbound",
        "variable_is_outbound": "true",
        "variable_uuid": leg.uuid,
        "variable_call_uuid": call_uuid,
        "variable_session_id": str(leg.session_id),
        "variable_sip_local_network_addr": "127.0.0.1",
        "variable_sip_profile_name": leg.profile,
        "variable_video_media_flow": "disabled",
        "variable_text_media_flow": "disabled",
        "variable_channel_name": leg.channel_name,
        "variable_sip_local_url": f"{leg.user}@{leg.host}",
        "variable_sip_destination_url": f'"" <sip:{leg.contact}>',
        **({"variable_max_forwards": "69", "variable_originator_codec": "PCMU@8000h@20i"} if originator else {}),
        **bond,
        **_prefixed(given),
        "variable_originate_early_media": "true",
        **({"variable_originating_leg_uuid": originator} if originator else {}),
        "variable_originate_endpoint": "sofia",
        "variable_rtp_use_codec_string": "PCMU,PCMA",
        "variable_local_media_ip": "127.0.0.1",
        "variable_local_media_port": str(port),
        "variable_advertised_media_ip": "127.0.0.1",
        "variable_audio_media_flow": "sendrecv",
        "variable_rtp_local_sdp_str": _sdp("FreeSWITCH", port),
        "variable_sip_outgoing_contact_uri": f"<sip:mod_sofia@127.0.0.1:{_port(leg.profile)}>",
        "variable_sip_req_uri": leg.contact,
        "variable_sip_to_host": f"127.0.0.1:{leg.contact_port}",
        "variable_sip_from_host": "127.0.0.1",
        "variable_sofia_profile_name": leg.profile,
        "variable_recovery_profile_name": leg.profile,
        "variable_sofia_profile_url": f"sip:mod_sofia@127.0.0.1:{_port(leg.profile)}",
    }
    return found


def of_ringing(leg: Dialled, ids: Ids) -> Variables:
    """What the first provisional answer of the far end adds, with the `variable_` prefix."""
    tag, own_tag, via = ids.tag()[:8].lower(), ids.tag(), f"SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{ids.tag()}"
    user, name, address = leg.sip_from.user, leg.sip_from.name, leg.sip_from.address
    found = {
        "variable_sip_local_network_addr": "127.0.0.1",
        "variable_sip_reply_host": "127.0.0.1",
        "variable_sip_reply_port": str(leg.contact_port),
        "variable_sip_network_ip": "127.0.0.1",
        "variable_sip_network_port": str(leg.contact_port),
        "variable_sip_recover_contact": f"<sip:{leg.contact}>",
        "variable_sip_full_via": via,
        "variable_sip_recover_via": via,
        **({"variable_sip_from_display": name} if name else {}),
        "variable_sip_full_from": f"{leg.sip_from.header};tag={own_tag}",
        "variable_sip_full_to": f"<sip:{leg.contact}>;tag={tag}",
        "variable_sip_from_user": user,
        "variable_sip_from_uri": address,
        "variable_sip_from_host": leg.sip_from.host,
        **_addresses("to", leg.user, "127.0.0.1", leg.contact_port),
        **_addresses("contact", leg.user, "127.0.0.1", leg.contact_port),
        "variable_sip_to_tag": tag,
        "variable_sip_from_tag": own_tag,
        "variable_sip_cseq": "123106319",
        "variable_sip_call_id": ids.token(),
    }
    return found


def of_answered_leg(ids: Ids) -> Variables:
    """What the answer of the far end adds to an outbound leg, with the `variable_` prefix."""
    return {"variable_switch_r_sdp": _sdp("-", ids.port()), **_CODEC, **of_media(ids)}


def of_refusal(disposition: str, code: int, phrase: str, q850: int) -> Variables:
    """What a refusal or a cancel leaves on a channel, with the `variable_` prefix."""
    return {
        "variable_sip_hangup_disposition": disposition,
        "variable_sip_invite_failure_status": str(code),
        "variable_sip_invite_failure_phrase": phrase,
        "variable_sip_term_status": str(code),
        "variable_proto_specific_hangup_cause": f"sip:{code}",
        "variable_sip_term_cause": str(q850),
    }


def _rtp() -> Variables:
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
    counted = {"rtcp_packet_count": "0", "rtcp_octet_count": "0"}
    return {f"variable_rtp_audio_{name}": value for name, value in (stats | counted).items()}


OF_RTP = _rtp()  # the statistics at the end of a channel that had media
OF_BYE: Variables = {
    "variable_sip_term_status": "200",
    "variable_proto_specific_hangup_cause": "sip:200",
    "variable_sip_term_cause": "16",
}

OF_CANCEL: Variables = {
    "variable_sip_invite_failure_status": "487",
    "variable_sip_invite_failure_phrase": "CANCEL",
}


def _via(host: str, port: int, ids: Ids) -> str:
    return f"SIP/2.0/UDP {host}:{port};rport={port};branch=z9hG4bK{ids.token()[:16]}"


@lru_cache(maxsize=_SDPS_KEPT)
def _sdp(who: str, port: int) -> str:
    lines = (
        "v=0",
        f"o={who} 1795286659 1795286660 IN IP4 127.0.0.1",
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
