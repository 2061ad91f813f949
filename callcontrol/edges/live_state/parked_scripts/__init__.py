"""Lua scripts of parked callers: put together they are one, `places` before the others."""
