"""Lua scripts of credit accounts: `account` stands before each of the others."""
