"""Applications that set and unset variables, and those that only say something."""

from __future__ import annotations

from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.session import App, Session


def set_variable(session: Session, argument: str) -> None:
    """`name=value`; without a value the variable is unset."""
    name, _, value = argument.partition("=")
    session.channel.set(name.strip(), value.strip() or None)


def multiset(session: Session, argument: str) -> None:
    """`a=1 b=2` or `^^:a=1:b=2`."""
    delimiter = " "
    if argument.startswith("^^") and len(argument) > 2:
        delimiter, argument = argument[2], argument[3:]
    for pair in separate(argument, delimiter):
        set_variable(session, pair)


def unset(session: Session, argument: str) -> None:
    """Forget a variable."""
    session.channel.set(argument.strip(), None)


def multiunset(session: Session, argument: str) -> None:
    """Forget several variables."""
    for name in argument.replace("^^", "").replace(",", " ").split():
        session.channel.set(name, None)


def export(session: Session, argument: str) -> None:
    """`name=value` here and on the legs, `nolocal:name=value` on the legs only."""
    name, _, value = argument.partition("=")
    name, channel = name.strip(), session.channel
    channel.set(name, value or None)
    names = [one for one in (channel.get("export_vars") or "").split(",") if one]
    if name not in names:
        channel.set("export_vars", ",".join([*names, name]))


def push(session: Session, argument: str) -> None:
    """Add a value to a variable that may hold several."""
    name, _, value = argument.partition("=")
    session.channel.push(name.strip(), value)


def privacy(session: Session, argument: str) -> None:
    """`full`, `name`, `number`, `yes` or `no`: what the legs to come hide."""
    word = argument.strip().lower()
    profile = session.channel.profile
    profile.hide_name = word in ("full", "name", "yes", "on", "true")
    profile.hide_number = word in ("full", "number", "yes", "on", "true")
    session.channel.touch()


def event(session: Session, argument: str) -> None:
    """`Event-Name=CUSTOM,Event-Subclass=…,Header=…`, or `^^|` and bars in place of commas, with the channel's data
    (mod_dptools.c, event_function).
    """
    delimiter, told_of = (argument[2], argument[3:]) if argument.startswith("^^") else (",", argument)
    pairs = (pair.partition("=") for pair in separate(told_of, delimiter))
    told = {name: value for name, _, value in pairs}
    name, subclass = told.pop("Event-Name", "CHANNEL_APPLICATION"), told.pop("Event-Subclass", "")
    channel = session.channel
    channel.core.fire(name, {**channel.basic_headers(), **channel.variables, **told}, subclass=subclass)


def say_nothing(session: Session, argument: str) -> None:
    """`log` and `info` write to a log this switch does not keep."""


APPS = (
    App("set", set_variable),
    App("multiset", multiset),
    App("unset", unset),
    App("multiunset", multiunset),
    App("export", export),
    App("push", push),
    App("privacy", privacy),
    App("event", event),
    App("log", say_nothing),
    App("info", say_nothing),
    App("presence", say_nothing),
    App("start_dtmf", say_nothing),
    App("stop_dtmf", say_nothing),
)
