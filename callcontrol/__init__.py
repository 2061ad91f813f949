"""Decides what happens to every call that reaches a FreeSWITCH."""
