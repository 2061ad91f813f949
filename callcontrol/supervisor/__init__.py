"""The process that `callcontrol serve` is: it owns the listening socket and starts, watches and replaces the workers.

It uses no greenlets and handles no calls, so nothing that a call can do stops it.
"""
