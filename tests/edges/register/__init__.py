"""The register of places."""
