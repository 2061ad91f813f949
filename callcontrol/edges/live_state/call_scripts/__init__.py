"""Lua scripts for calls that change hands: only the worker that owns a call can save or forget it."""
