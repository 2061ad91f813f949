"""Proofs that take minutes: real processes, killed at any moment, and a count of everything afterwards."""
