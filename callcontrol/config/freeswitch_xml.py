"""The part of FreeSWITCH's configuration that follows from the YAML, as texts by path below its folder. Pure.

FreeSWITCH reads these files twice: first a pre-processor that replaces `$${name}` wherever it stands and knows nothing
of XML, then an XML parser. So `$` is written as an entity too, and the pre-processor finds nothing in our texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from callcontrol.config.emergency_calls import emergency_trunks, location_of, number_in_an_emergency
from callcontrol.config.fields import host_and_port
from callcontrol.config.music import folders
from callcontrol.config.settings import Endpoint, Settings, Tenant, Trunk
from callcontrol.vocabulary.emergency import emergency_pattern
from callcontrol.vocabulary.phone_number import as_dialled_in

MARKER = "<!-- Written by `callcontrol render`: what is changed here is lost. Change the YAML instead. -->"
# Folders in which files with the marker are ours, and are removed when nothing asks for them any more.
FOLDERS = ("vars", "acl", "peers", "directory", "music", "sip_profiles/external", "dialplan/emergency")

# The variable of a phone's channel with the number it shows outside where callcontrol does not choose it: in an
# emergency, that of the place at which the phone stands.
SHOWN_OUTSIDE = "number_shown_outside"
# The variable with the name of that place.
LOCATION = "emergency_location"
EMERGENCY_RING_S = 180
# What may be dialled before a number so that the own one is hidden or shown: an emergency call shows it (dial_plan.py).
PRIVACY = "(?:[*#]31#)?"
# 302 is a refusal if callcontrol does not decide: the switch would follow it wherever it leads.
NO_REDIRECT = "outbound_redirect_fatal=true"

_ENTITIES = {'"': "&quot;", "'": "&#39;", "$": "&#36;", "`": "&#96;"}


def render(settings: Settings, switch: str) -> dict[str, str]:
    """Every file for this switch, by path relative to the folder; the same settings give the same bytes."""
    files = {
        "vars/callcontrol.xml": _variables(settings, switch),
        "acl/callcontrol.xml": _trunk_addresses(settings),
        "peers/callcontrol.xml": _peers(settings, switch),
        "music/callcontrol.xml": _music(settings),
    }
    for name, tenant in settings.tenants.items():
        files[f"directory/{name}.xml"] = _directory(name, tenant, settings)
        files[f"dialplan/emergency/{name}.xml"] = _emergency(name, tenant, settings)
    for name, trunk in settings.trunks.items():
        if trunk.proxy is not None:
            files[f"sip_profiles/external/{name}.xml"] = _gateway(trunk.gateway or name, trunk, trunk.proxy)
    return files


def _file(*lines: str) -> str:
    return "\n".join((MARKER, "<include>", *(f"  {line}" for line in lines), "</include>", ""))


def _quoted(text: str) -> str:
    """The text as an attribute, safe in both readings."""
    return f'"{escape(text, _ENTITIES)}"'


def _set(name: str, value: str) -> str:
    return f'<X-PRE-PROCESS cmd="set" data={_quoted(f"{name}={value}")}/>'


def _param(name: str, value: str) -> str:
    return f"<param name={_quoted(name)} value={_quoted(value)}/>"


def _variables(settings: Settings, switch: str) -> str:
    chosen = settings.switches[switch]
    sip = [_set("internal_sip_port", chosen.sip.rpartition(":")[2])] if chosen.sip is not None else []
    return _file(
        *sip,
        _set("callcontrol_hosts", "|".join(chosen.daemons or (settings.listen,))),
        _set("event_socket_port", chosen.address.rpartition(":")[2]),
        _set("event_socket_password", chosen.password),
        _set("busy_lamps", str(settings.busy_lamps).lower()),
    )


def _emergency(name: str, tenant: Tenant, settings: Settings) -> str:
    """What the tenant's phones reach while no daemon lives: the same numbers, trunks and numbers shown as with one
    (kinds/targets/emergency.py). `plain_target` is what the phone dialled. Trunks are tried in an order of their own
    for places whose numbers not every trunk shows.
    """
    usual = emergency_trunks(settings, tenant, None)
    unusual = (place for place in tenant.locations if emergency_trunks(settings, tenant, place) != usual)
    return _file(
        *(line for place in unusual for line in _leaving(name, tenant, settings, place)),
        *_leaving(name, tenant, settings, None),
    )


def _leaving(name: str, tenant: Tenant, settings: Settings, place: str | None) -> Iterator[str]:
    """Emergency calls from the phones of a place, None: from all others."""
    numbers = "|".join((emergency_pattern(tenant.region).replace("\\d", "[0-9]"), *tenant.emergency_numbers))
    yield f"<extension name={_quoted(f'emergency calls of {name} leave' + (f' from {place}' if place else ''))}>"
    yield f'  <condition field="${{domain_name}}" expression={_quoted(f"^{re.escape(tenant.domain)}$")}/>'
    if place:
        yield f'  <condition field="${{{LOCATION}}}" expression={_quoted(f"^{re.escape(place)}$")}/>'
    yield f'  <condition field="${{plain_target}}" expression={_quoted(f"^{PRIVACY}{_prefixes(tenant)}({numbers})$")}>'
    yield f"    {_action('set', f'call_timeout={EMERGENCY_RING_S}')}"
    yield from (f"    {_through(trunk, one)}" for trunk, one in emergency_trunks(settings, tenant, place))
    yield '    <action application="playback" data="$${not_possible}"/>'
    yield '    <action application="hangup" data="NORMAL_TEMPORARY_FAILURE"/>'
    yield "  </condition>"
    yield "</extension>"


def _prefixes(tenant: Tenant) -> str:
    """What phones may dial before an emergency number: it leaves without."""
    return f"(?:{'|'.join(sorted(tenant.outgoing.prefixes))})?" if tenant.outgoing.prefixes else ""


def _through(name: str, trunk: Trunk) -> str:
    """The numbers that lead to emergency services are short: every trunk writes them as they are dialled."""
    own = as_dialled_in(trunk.region, trunk.number) if trunk.region else trunk.number
    shown = own if trunk.shows == "own" else f"${{{_shown_by(trunk.region)}}}"
    variables = f"[origination_caller_id_number={shown},leg_progress_timeout={trunk.progress_s},{NO_REDIRECT}]"
    return f'<action application="bridge" data="{variables}sofia/gateway/{trunk.gateway or name}/$1"/>'


def _shown_by(region: str) -> str:
    """The variable of a phone's channel with the number shown, as trunks that write numbers as this country does have
    it; "": in E.164.
    """
    return f"{SHOWN_OUTSIDE}_{region}" if region else SHOWN_OUTSIDE


def _action(application: str, data: str) -> str:
    return f"<action application={_quoted(application)} data={_quoted(data)}/>"


def _trunk_addresses(settings: Settings) -> str:
    networks = dict.fromkeys(network for trunk in settings.trunks.values() for network in trunk.addresses)
    return _file(*(f'<node type="allow" cidr={_quoted(network)}/>' for network in networks))


def _peers(settings: Settings, switch: str) -> str:
    """The other switches: their INVITEs come from the port they are reached at (UDP)."""
    others = (host_and_port(s.sip) for name, s in settings.switches.items() if name != switch and s.sip is not None)
    nodes = (f'<node type="allow" cidr={_quoted(f"{host}/32")} port="{port}"/>' for host, port in others)
    return _file(*nodes)


def _music(settings: Settings) -> str:
    return _file(*(line for name, folder in folders(settings) for line in _stream(name, folder)))


def _stream(name: str, folder: str) -> Iterator[str]:
    # A telephone's own rate: nothing is converted for each listener.
    params = {"rate": "8000", "channels": "1", "interval": "20", "timer-name": "soft", "shuffle": "true"}
    # The folder is not quoted: it may begin with $${sound_prefix}, and the settings let no other sign in.
    yield f'<directory name={_quoted(name)} path="{folder}">'
    yield from (f"  {_param(key, value)}" for key, value in params.items())
    yield "</directory>"


def _directory(name: str, tenant: Tenant, settings: Settings) -> str:
    regions = sorted({"", *(trunk.region for _, trunk in emergency_trunks(settings, tenant, None))})
    return _file(
        f"<domain name={_quoted(tenant.domain)}>",
        "  <params>",
        # an account without a password is known, so that it can be called, but no phone can register with it
        f"    {_param('allow-empty-password', 'false')}",
        "  </params>",
        "  <groups>",
        '    <group name="extensions">',
        "      <users>",
        *(f"        {line}" for line in _users(name, tenant, regions)),
        "      </users>",
        "    </group>",
        "  </groups>",
        "</domain>",
    )


def _users(name: str, tenant: Tenant, regions: Sequence[str]) -> Iterator[str]:
    for extension, values in tenant.extensions.items():
        for account in values.accounts(extension):
            number = number_in_an_emergency(tenant, extension, account)
            shown = {_shown_by(region): as_dialled_in(region, number) if region else number for region in regions}
            place = location_of(tenant, extension, account)
            told = {LOCATION: place, **shown} if place is not None else shown
            yield from _user(account, values.endpoints.get(account, Endpoint()), name, extension, told)


# A phone with INVITE and Replaces would take over any talk whose ids it knows, past all rights: the switch answers
# it and runs `intercept` (sofia.c, sofia_handle_sip_i_invite_replaces). What is executed at that answer sends it to us
# instead (dialplan/replaced.xml); dialplan/internal.xml takes the variable off calls that replace nothing.
_ON_ANSWER: Final = {"execute_on_answer": "execute_extension replaced XML replaced"}


def _user(account: str, endpoint: Endpoint, tenant: str, extension: str, told: Mapping[str, str]) -> Iterator[str]:
    variables = {"user_context": "internal", "accountcode": tenant, "extension": extension, **told, **_ON_ANSWER}
    yield f"<user id={_quoted(account)}>"
    if endpoint.password:
        yield f"  <params>{_param('password', endpoint.password)}</params>"
    yield "  <variables>"
    for key, value in variables.items():
        yield f"    <variable name={_quoted(key)} value={_quoted(value)}/>"
    yield "  </variables>"
    yield "</user>"


def _gateway(name: str, trunk: Trunk, proxy: str) -> str:
    params = {
        "proxy": proxy,
        "username": trunk.username,
        "password": trunk.password,
        "register": "true" if trunk.register_ else "false",
        # the number shown is chosen for each leg, so it goes where carriers look for it
        "caller-id-in-from": "true",
        "extension-in-contact": "true",
        "context": "public",
        "retry-seconds": "30",
        "ping": str(trunk.ping or ""),
    }
    return _file(
        f"<gateway name={_quoted(name)}>",
        *(f"  {_param(key, value)}" for key, value in params.items() if value),
        "</gateway>",
    )
