"""Statements: what a tenant's month comes to, and corrections of closed ones. Pure."""
