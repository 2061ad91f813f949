"""A small SIP user agent: phones that ring, answer, refuse, hold, transfer and press keys, and people who call.

One process plays all phones that are called at one port, or one caller (`python -m tests.freeswitch.sip PLAN`). UDP and
IPv4 only, one codec (G.711 A-law), no registration.
"""
