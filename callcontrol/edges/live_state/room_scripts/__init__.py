"""The operations on conference rooms, in Lua."""
