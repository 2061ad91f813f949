"""Serving people's browsers: connections, addresses and limits, whatever is served."""
