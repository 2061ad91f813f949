"""Texts of the configuration made into sound files, before any call needs them."""
