"""What a controller may say on an event socket, and what the switch answers (parse_command in mod_event_socket.c)."""

from __future__ import annotations

import gevent

from callcontrol.simulator import api, causes, encoding
from callcontrol.simulator.channel import Order
from callcontrol.simulator.channel_values import truth
from callcontrol.simulator.commands import Command
from callcontrol.simulator.connection import Connection
from callcontrol.simulator.session import Session, SwitchBase

_NOT_FOUND = "-ERR command not found"


class Controller:
    """The commands both kinds of connection know."""

    def __init__(self, switch: SwitchBase, connection: Connection, session: Session | None) -> None:
        self.switch = switch
        self.connection = connection
        self.session = session

    def carry_out(self, command: Command) -> None:
        """Do what a command says and reply."""
        match command.word:
            case "exit" | "...":
                self.connection.reply("+OK bye")
                self.connection.part()
            case "api":
                self._api(command)
            case "bgapi":
                self._bgapi(command)
            case "sendmsg":
                self.connection.reply(self._sendmsg(command))
            case "sendevent":
                self.connection.reply(self._sendevent(command))
            case _:
                self.connection.reply(self._subscribe(command))

    def _subscribe(self, command: Command) -> str:
        subscription, words = self.connection.subscription, command.rest.split()
        match command.word:
            case "event" | "events":
                text = subscription.subscribe(words)
            case "nixevent":
                text = subscription.unsubscribe(words)
            case "noevents":
                text = subscription.silence()
            case "filter":
                text = subscription.filter(command.rest)
            case "log" | "nolog":
                return f"+OK log level {command.rest} [7]" if command.word == "log" else "-ERR not loging"
            case "linger" | "nolinger":
                return "-ERR not controlling a session"
            case "divert_events":
                return "-ERR not controlling a session."
            case _:
                return _NOT_FOUND
        self.connection.subscriptions_changed()
        return text

    # --- orders ------------------------------------------------------------------------------------------------

    def _sendmsg(self, command: Command) -> str:
        uuid = command.rest or command.headers.get("session-id", "")
        session = self.session
        if uuid and (session is None or uuid != session.channel.uuid):
            channel = self.switch.core.live(uuid)
            session = None if channel is None else self.switch.session_of(channel)
        if session is None:
            return f"-ERR invalid session id [{uuid}]"
        order = order_of(command)
        if order is not None:
            session.queue(order)
        return "+OK"

    # --- api ---------------------------------------------------------------------------------------------------

    def _api(self, command: Command) -> None:
        name, _, argument = command.rest.partition(" ")
        if api.is_slow(name):
            self.connection.busy_with(lambda: self._answer_api(name, argument))
        else:
            self._answer_api(name, argument)

    def _answer_api(self, name: str, argument: str) -> None:
        self.connection.send(encoding.api_response(api.run(self.switch, name, argument)))

    def _bgapi(self, command: Command) -> None:
        name, _, argument = command.rest.partition(" ")
        job_uuid = command.headers.get("job-uuid") or self.switch.core.ids.uuid()
        self.connection.send(encoding.job_reply(job_uuid))
        owner = self.session.channel.uuid if self.session is not None else ""
        gevent.spawn(self._run_job, name, argument, job_uuid, owner)

    def _run_job(self, name: str, argument: str, job_uuid: str, owner: str) -> None:
        body = api.run(self.switch, name, argument)
        headers = {"Job-UUID": job_uuid, "Job-Command": name}
        if argument:
            headers["Job-Command-Arg"] = argument
        if owner:
            headers["Job-Owner-UUID"] = owner
        self.switch.core.fire("BACKGROUND_JOB", headers, body)

    def _sendevent(self, command: Command) -> str:
        uuid = self.switch.core.ids.uuid()
        listener = self.switch.core.live(command.headers.get("unique-id", ""))
        if listener is not None:  # the event is the channel's alone
            listener.listener_orders.extend(command.headers.get("eavesdrop-command", ""))
            listener.poke()
            return f"+OK {uuid}"
        # Names are read in small letters here; the switch keeps them as they were written, which is this way.
        headers = {"Event-UUID": uuid} | {name.title(): value for name, value in command.headers.items()}
        self.switch.core.fire(command.rest.upper() or "CUSTOM", headers, command.body or None)
        return f"+OK {uuid}"


def order_of(command: Command) -> Order | None:
    """The order a `sendmsg` gives; None for one without a call-command, which the switch takes and forgets."""
    headers = command.headers
    match headers.get("call-command", "").lower():
        case "hangup":
            return Order("", hangup_cause=causes.named(headers.get("hangup-cause", "NORMAL_CLEARING")))
        case "execute":
            argument = headers.get("execute-app-arg", "")
            if not argument and headers.get("content-type", "").lower() == "text/plain":
                argument = command.body
            loops = headers.get("loops", "1")
            return Order(
                headers.get("execute-app-name", ""),
                argument,
                headers.get("event-uuid", ""),
                truth(headers.get("event-lock")),
                int(loops) if loops.lstrip("-").isdigit() else 1,
            )
        case _:
            return None
