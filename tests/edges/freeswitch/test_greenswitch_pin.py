"""What we rely on in greenswitch, word for word: a new version is read before it is taken.

If this fails, read the changes, see that the faults' tests still hold, and write the new digest here.
"""

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version

from greenswitch.esl import ESLEvent, ESLProtocol, InboundESL, OutboundESLServer, OutboundSession

from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.connection import Connection
from callcontrol.edges.freeswitch.outbound import OutboundServer
from callcontrol.edges.freeswitch.switch_connection import SwitchConnection
from callcontrol.edges.freeswitch.wire import SwitchEvent

RELIED_ON = (
    ESLProtocol.register_handle,
    ESLProtocol.unregister_handle,
    OutboundSession.call_uuid.fget,
    OutboundSession.caller_id_number.fget,
    OutboundSession.answer,
    OutboundSession.park,
    OutboundSession.playback,
    OutboundSession.play_and_get_digits,
    OutboundSession.say,
    OutboundSession.bridge,
    OutboundSession.hangup,
    OutboundSession.raise_if_disconnected,
    OutboundSession.while_connected,
    InboundESL.__exit__,
)
DIGEST = "853ede5f1a451ab71230fa1dbda5dd40e9ee5531a37878079d3b88add14d3e94"


def test_what_we_rely_on_is_as_it_was_read() -> None:
    assert version("greenswitch") == "0.0.19"
    source = "".join(inspect.getsource(method) for method in RELIED_ON)
    assert hashlib.sha256(source.encode()).hexdigest() == DIGEST


def test_ours_are_its_classes() -> None:
    pairs = [
        (SwitchEvent, ESLEvent),
        (Connection, ESLProtocol),
        (CallConnection, OutboundSession),
        (SwitchConnection, InboundESL),
        (OutboundServer, OutboundESLServer),
    ]
    assert [ours for ours, theirs in pairs if not issubclass(ours, theirs)] == []


def test_what_we_do_not_rely_on_is_ours() -> None:
    """A method of theirs that we neither replaced nor read could do anything; the reading and sending ones are dead."""
    dead = {
        "start_event_handlers",
        "receive_events",
        "_read_socket",
        "handle_event",
        "_safe_exec_handler",
        "process_events",
    }
    dead |= {"on_disconnect", "on_hangup", "on_event"}  # its handlers, which nothing registers here
    read = {getattr(method, "__name__", "") for method in RELIED_ON}
    for ours in (CallConnection, SwitchConnection):
        inherited = {
            name
            for name, member in inspect.getmembers(ours)
            if callable(member) and getattr(member, "__module__", "") == "greenswitch.esl"
        }
        assert inherited - read - dead == set()
