"""Lua scripts for calls that change hands: whoever does not own a call can neither save nor forget it."""
