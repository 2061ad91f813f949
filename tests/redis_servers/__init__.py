"""Real Redis servers on loopback for tests of several kinds: a cluster, and a pair that sentinels watch."""
