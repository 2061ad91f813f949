"""The event socket: calls come in by `outbound`, switches are reached by `inbound`; both read `wire` frames.

What is sent are the values of `commands` and `dial_string`, what stands in them has passed `safe`; `failures` is what
can go wrong.

What greenswitch 0.0.19 does here, and what it does not. From it come:

- the classes: `SwitchEvent`, `Connection`, `CallConnection`, `SwitchConnection` and `OutboundServer` are its
  `ESLEvent`, `ESLProtocol`, `OutboundSession`, `InboundESL` and `OutboundESLServer`, so that code and people who know
  it find their way;
- the errors: code that catches its `NotConnectedError` or `OutboundSessionHasGoneAway` catches ours;
- the verbs of a call (`answer`, `playback`, `bridge`, `play_and_get_digits`, `hangup`, `raise_if_disconnected`, …) and
  `register_handle`: they stand on `call_command` and are right as they are.

Replaced is all that such a verb stands on, each for a fault that was shown with 0.0.19 (the numbers are those of
tests/edges/freeswitch/test_faults_*.py):

- reading (`wire`, 1 to 8): it decodes before it splits, so a caller's name with a newline makes headers, and it goes on
  after half a frame;
- sending and matching (`connection`, `call`, 9 to 19): it sends what fits and forgets the rest, waits without limit,
  takes the end of any app of the same name for the one it waits for, and lets text end a command;
- accepting (`outbound`, 20 to 26): it polls ten times a second, ends for good at the first error of `accept`, and
  leaves calls over its limit of 100 parked for ever;
- connecting (`inbound`, `switch_connection`, 27 to 29): it waits for ever for a silent switch, never connects again,
  and does not notice a dead peer;
- cost (30 to 32): a busy connection holds up all others, and each call has three greenlets that poll.

tests/edges/freeswitch/test_greenswitch_pin.py holds what is used of it word for word: a new version is read first.
"""
