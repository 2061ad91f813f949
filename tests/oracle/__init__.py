"""The oracle of the queue scripts: which caller is offered to which agent, as a pure model in memory.

What runs is the Lua scripts of `callcontrol/edges/live_state/queue_scripts/`. This model follows the same rules
(`RULES.md` beside the scripts). The scripts are tested against it step by step, and simulated call centres use it as
their store. No worker loads it.
"""
