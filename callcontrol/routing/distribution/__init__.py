"""Which caller is offered to which agent: the rules (`RULES.md`) as a pure model, and the YAML in their terms.

The same rules stand as Lua scripts in `edges/live_state/queue_scripts/`, which are tested against this model.
"""
