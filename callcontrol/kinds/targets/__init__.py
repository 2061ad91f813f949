"""Kinds of target, one file each: what a call can be sent to."""
