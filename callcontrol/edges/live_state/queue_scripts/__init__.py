"""The Lua of queues, one file per matter; `queue_script.py` puts them together."""
