"""Floor 4a: one call as a value. `machine.step` is the only way it changes."""
