"""Pages of those who run things: people, tokens, audit, settings; accounts, statements, exports; the platform."""
