"""Exports as values: which columns there are, how rows are written, what a manifest says."""
