"""Admins' YAML becomes frozen Settings, or a list of Problems with file and line."""
