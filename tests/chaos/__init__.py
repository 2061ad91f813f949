"""`make chaos`: faults in real processes under load; then the records are compared with the switch."""
