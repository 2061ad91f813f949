"""One strategy a file: how free agents are ordered, and what a choice leaves behind."""
