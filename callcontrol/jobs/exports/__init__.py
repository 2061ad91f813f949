"""Exports: batches are closed, made, delivered and checked."""
