"""The event socket: calls come in by `outbound`, switches are reached by `inbound`; both read `wire` frames.

What is sent are the values of `commands` and `dial_string`, what stands in them has passed `safe`; `failures` is what
can go wrong. greenswitch 0.0.19 gives the base classes and the verbs of a call. Its framing, sending, matching,
accepting and reconnecting are replaced: it decodes before it splits, waits without deadlines and loses calls.
"""
