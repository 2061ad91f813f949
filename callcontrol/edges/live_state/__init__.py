"""What is going on now, in Redis. Key names stand in keys.py, every round trip goes through pipeline.py."""
