"""`make chaos`: real processes under load, killed, stopped and starved one after the other; then the accounts."""
