"""Tests of the kinds, each in a file of its own; what holds for all of them stands in `test_kinds.py`."""
