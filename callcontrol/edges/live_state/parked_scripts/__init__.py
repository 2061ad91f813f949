"""Lua scripts of parked callers: `places` stands before each of the others."""
