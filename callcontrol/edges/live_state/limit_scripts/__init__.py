"""Lua scripts of counters of payers' calls: `counters` stands before each of the others."""
