"""Applications that ring, answer, bridge and hang up."""

from __future__ import annotations

from callcontrol.simulator import bridging, causes, transfer_answer
from callcontrol.simulator.originate import originate
from callcontrol.simulator.session import App, Session


def answer(session: Session, argument: str) -> None:
    """200 to the caller; the answer takes one step of the switch."""
    session.step_back()
    session.channel.mark_answered()


def pre_answer(session: Session, argument: str) -> None:
    """183 to the caller."""
    session.channel.mark_early_media()


def ring_ready(session: Session, argument: str) -> None:
    """180 to the caller."""
    session.channel.mark_ringing()


def bridge(session: Session, argument: str) -> None:
    """Dial and talk. What follows a failure is decided by continue_on_fail and the cause."""
    if not argument:
        return
    channel = session.channel
    channel.is_dialling = True
    result = originate(session.switch, argument, session)
    channel.is_dialling = False
    if channel.heir is not None and result.cause != "ATTENDED_TRANSFER":
        session.leave_to(channel.heir)
    if result.leg is not None:
        bridging.talk(session, result.leg)
        return
    channel.hear_digits()
    channel.set("originate_failed_cause", result.cause)
    if not channel.down:
        bridging.handle_cause(channel, result.cause)


def hangup(session: Session, argument: str) -> None:
    """End the call; without a cause it is NORMAL_CLEARING."""
    session.channel.hangup(causes.named(argument or "NORMAL_CLEARING"))


def respond(session: Session, argument: str) -> None:
    """A SIP answer to the INVITE: `503` or `503 Service Unavailable`. An answered call is left alone."""
    code = argument.partition(" ")[0]
    channel = session.channel
    if code.isdigit() and not channel.answered:
        channel.set("sip_invite_failure_status", code)
        channel.respond_code = int(code)
        channel.hangup(causes.of_sip(int(code)))


def redirect(session: Session, argument: str) -> None:
    """302 to the INVITE, with this Contact (switch_channel.c, mod_sofia.c, SWITCH_MESSAGE_INDICATE_REDIRECT)."""
    channel = session.channel
    if not channel.answered:
        channel.set("sip_redirect_contact", argument)
        channel.respond_code = 302
        channel.hangup("NORMAL_UNSPECIFIED")


def intercept(session: Session, argument: str) -> None:
    """Take over the channel of this name: it leaves what it does and is bridged with this one."""
    bridging.uuid_bridge(session.switch, session.channel.uuid, argument)


def blind_transfer_ack(session: Session, argument: str) -> None:
    """Whether the transfer that has brought the channel here is taken."""
    transfer_answer.answer(session.channel, taken=argument.strip() == "true")


APPS = (
    App("intercept", intercept),
    App("blind_transfer_ack", blind_transfer_ack),
    App("answer", answer),
    App("pre_answer", pre_answer),
    App("ring_ready", ring_ready),
    App("bridge", bridge),
    App("hangup", hangup),
    App("redirect", redirect),
    App("respond", respond),
)
