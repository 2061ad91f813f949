"""Statements: months are closed by their timer or by hand, and corrected."""
