"""Applications that make codes of keys, and that make a third party of a channel."""

from __future__ import annotations

from callcontrol.simulator.digit_codes import DigitCodes
from callcontrol.simulator.session import App, Session

_IN_PLACE = "exec[i]:"


def bind_digit_action(session: Session, argument: str) -> None:
    """`realm,digits,exec[i]:application,argument`; other actions and targets are not simulated."""
    realm, digits, action, *rest = argument.split(",", 3)
    channel = session.channel
    if channel.codes is None:
        switch = session.switch
        timeline = channel.core.timeline

        def carry_out(digits: str, app: str, value: str) -> None:
            channel.set("last_matching_digits", digits)
            switch.session_of(channel).execute(app, value)

        channel.codes = DigitCodes(timeline, carry_out, channel.take_digit)
    channel.codes.bind(realm, digits, action.removeprefix(_IN_PLACE), rest[0] if rest else "")


def clear_digit_action(session: Session, argument: str) -> None:
    """`all`: keys are the channel's own again."""
    session.channel.codes = None


def digit_action_set_realm(session: Session, argument: str) -> None:
    """Another set of codes counts; one that is not there changes nothing."""
    codes = session.channel.codes
    if codes is not None and argument in codes.realms:
        codes.realm = argument


def three_way(session: Session, argument: str) -> None:
    """Hear, and be heard by, a channel and its partner, until that channel ends (switch_ivr_eavesdrop_session)."""
    channel, other = session.channel, session.switch.core.live(argument)
    if other is None or other is channel:
        return
    for one in (other, other.partner):
        if one is not None:
            channel.far_end.told("joins", uuid=channel.uuid, **{"with": one.far_end.name})
    bug = {"Media-Bug-Function": "eavesdrop", "Media-Bug-Target": other.uuid}
    other.fire("MEDIA_BUG_START", after=bug)
    other.waiters.append(session.wake)
    session.stay(lambda: not other.down)
    other.unwatch(session.wake)
    other.fire("MEDIA_BUG_STOP", after=bug)


APPS = (
    App("bind_digit_action", bind_digit_action),
    App("clear_digit_action", clear_digit_action),
    App("digit_action_set_realm", digit_action_set_realm),
    App("three_way", three_way, needs_media=True),
)
