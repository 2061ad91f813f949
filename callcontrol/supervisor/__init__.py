"""The process that `callcontrol serve` is: it owns the listening socket and starts, watches and replaces the workers.

It knows no greenlets and handles no calls, so that nothing of what a call can do stops it.
"""
