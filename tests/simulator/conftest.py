"""Fixtures of the simulator's tests."""

from tests.simulator.desk import desk

__all__ = ["desk"]
