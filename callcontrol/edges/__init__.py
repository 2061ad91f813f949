"""Everything outside the process: switches, stores, mail, meters, the clock."""
